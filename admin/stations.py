"""Monitoring stations at the desk: which places have one, who heads it, and who works there."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.deeds import Deed
from admin.forms import SAID_ON_THE_PAGE, page_status, row_of
from admin.screens import Screen
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from admin.words import place
from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import localities, station_pages, stations
from backend.services.stations import MemberForm

WHO = (
    Field("name", "姓名", Kind.LINE, start="name", most=50),
    Field("identities", "身份", Kind.MANY, choices="station_identities", start="identities"),
    Field("posts", "岗位", Kind.MANY, choices="station_posts", start="posts", hint="没有就不选"),
    Field("full_time", "专职", Kind.YES, start="full_time"),
    Field("phone", "电话", Kind.LINE, start="phone", hint="不填就是没有", most=20),
)
CALLED = {"county": "county_centre", "township": "township_station", "village": "village_station"}
"""Each level's station, and the text of the rules that says what the county calls it."""


def _found(sent: Sent) -> str:
    codes = [sent["code"]] if sent["code"] else []
    if sent["rest"]:
        top = sent["code"] or sent.by.region_code
        codes = [line.code for line in station_pages.lines(by=sent.by, below=top)]
    made = stations.found(codes, sent["founded_on"] or clock.today(), by=sent.by)
    return f"登记了{len(made)}个站。" if made else "这些地方都已经有站。"


def _member(sent: Sent) -> MemberForm:
    return MemberForm(sent["name"], sent["identities"], sent["posts"], sent["full_time"], sent["phone"])


def _add(sent: Sent) -> str:
    stations.add_member(sent.form.get("station", ""), _member(sent), by=sent.by)
    return "已登记。"


def _change(sent: Sent) -> str:
    stations.change_member(sent.number("member"), _member(sent), by=sent.by)
    return "已修改。"


def _end(sent: Sent) -> str:
    stations.end_member(sent.number("member"), by=sent.by)
    return "已登记离站。"


def _head(sent: Sent) -> str:
    if not sent["rule"] and row_of(sent["member"]) is None:
        raise Invalid.field("member", "请选择由谁当站长。")
    chosen = None if sent["rule"] else int(sent["member"])
    stations.choose_head(sent.form.get("station", ""), chosen, sent["reason"], by=sent.by)
    return "已按规则定站长。" if sent["rule"] else "已改定站长。"


DEEDS: Mapping[str, Deed] = {
    "found": Deed(
        "登记建站",
        Action.CHOOSE_HEAD,
        _found,
        (
            Field("code", "哪里", Kind.PICK, choices="places", none="本级"),
            Field("rest", "下一级还没有站的，也一起登记", Kind.YES),
            Field("founded_on", "哪天建的", Kind.DAY, hint="不填就是今天"),
        ),
    ),
    "add": Deed("登记成员", Action.KEEP_STATION, _add, WHO),
    "change": Deed("修改", Action.KEEP_STATION, _change, WHO),
    "end": Deed("离站", Action.KEEP_STATION, _end, lead="名册里留着，今天起不再是成员。"),
    "head": Deed(
        "改定站长",
        Action.CHOOSE_HEAD,
        _head,
        (
            Field("member", "由谁当站长", Kind.PICK, choices="members"),
            Field("reason", "为什么", Kind.LINE, most=200),
            Field("rule", "还是按规则定", Kind.YES, hint="有驻村工作队的是队长，其他是村党组织书记"),
        ),
    ),
}


def _called(level: str, by: Actor) -> str:
    return current_policy(by.county_code).texts[CALLED[level]]


def _sending(by: Actor, error: DomainError | None, **lists: Any) -> dict[str, Any]:
    names = current_policy(by.county_code).dictionaries
    return {"by": by, "typed": request.form, "error": error, "lists": {**names, **lists}}


class StationScreen(Screen):
    """The tree of stations, and one station's register."""

    title, path, asks = "监测站", "stations", Action.READ_STATIONS

    @expose("/")
    def index(self) -> Response:
        """Show the tree of one's place."""
        return self._tree()

    @expose("/", methods=["POST"])
    def do(self) -> Response:
        """Write down that a station was founded."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._tree(error)
        flash(said, "success")
        return redirect(url_for("stations.index", below=request.args.get("below", "")))

    @expose("/<code>")
    def show(self, code: str) -> Response:
        """Show one station's register."""
        return self._register(code)

    @expose("/<code>", methods=["POST"])
    def keep(self, code: str) -> Response:
        """Change one station's register."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._register(code, error)
        flash(said, "success")
        return redirect(url_for("stations.show", code=code))

    def _tree(self, error: DomainError | None = None) -> Response:
        by, below = actor(), request.args.get("below", "")
        return self.page(
            "console/stations.html",
            status=page_status(error),
            lines=station_pages.lines(by=by, below=below),
            coverage=station_pages.coverage(by=by),
            levels={level: _called(level, by) for level in CALLED},
            below=below,
            opens_below=len(by.region_code) == 6 and not below,
            forms=deeds.views(DEEDS, ["found"], **_sending(by, error, places=_places(by))),
        )

    def _register(self, code: str, error: DomainError | None = None) -> Response:
        by = actor()
        line = station_pages.one(code, by=by)
        named = {str(each.id): each.name for each in line.members}
        sending = _sending(by, error, members=named)
        rows = [
            {
                "row": each,
                "phone": stations.phone_of(each),
                "forms": deeds.views(
                    DEEDS,
                    ["change", "end"],
                    carried={"member": each.id},
                    row=str(each.id),
                    starts={
                        "name": each.name,
                        "identities": each.identities,
                        "posts": each.posts,
                        "full_time": each.is_full_time,
                        "phone": "",
                    },
                    **sending,
                ),
            }
            for each in line.members
        ]
        names = current_policy(by.county_code).dictionaries
        return self.page(
            "console/station.html",
            status=page_status(error),
            line=line,
            level=_called(station_pages.LEVEL_OF[len(code)], by),
            rows=rows,
            accounts=station_pages.accounts_at(code, by=by),
            identities=names["station_identities"],
            posts=names["station_posts"],
            forms=deeds.views(DEEDS, ["add", "head"], carried={"station": code}, **sending) if line.station else [],
        )


def _places(by: Actor) -> dict[str, Any]:
    if not may(by.role, Action.CHOOSE_HEAD):
        return {}
    return {
        place(each.code): {each.code: place(each.code), **{code: place(code) for code, _ in each.villages}}
        for each in localities.townships_within(by=by)
    }
