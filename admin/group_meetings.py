"""一组一会 at the desk: a villagers' group's meeting, the families spoken of, and what came of it."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.deeds import Deed
from admin.forms import ROW, SAID_ON_THE_PAGE, page_before, page_status
from admin.screens import Screen
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from backend import clock
from backend.access.permissions import Action, may
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import grid_pages, grids, group_meetings
from backend.services.group_meetings import GroupMeetingForm, Spoken

PAGE = 30
MOST_DIGITS = 19


def _record(sent: Sent) -> str:
    people = sent["people"].strip()
    if not people.isdecimal() or len(people) > 4:
        raise Invalid.field("people", "请填到会人数。")
    families, worried = sent.values.get("families", ()), sent.values.get("worried", "")
    suspected = sent.values.get("suspected", "").strip()
    if not all(each.isdecimal() and len(each) <= MOST_DIGITS for each in (*families, worried or "0")):
        raise Invalid.field("families", "这一页不完整，请刷新后再办。")
    spoken = {int(each): Spoken(int(each)) for each in families}
    if suspected:
        if not worried:
            raise Invalid.field("worried", "请选择是哪一户。")
        spoken[int(worried)] = Spoken(int(worried), suspected, sent["risk"] or "other")
    form = GroupMeetingForm(
        group_name=sent["group_name"],
        held_on=sent["held_on"] or clock.today(),
        topics=sent["topics"],
        people=int(people),
        grid_code=sent.form.get("grid", ""),
        words=sent["words"],
        families=tuple(spoken.values()),
    )
    group_meetings.record(form, by=sent.by)
    return "已记下；说到有困难的，线索已经报上。" if suspected else "已记下。"


MEETING = (
    Field("group_name", "哪个组", Kind.LINE, start="group_name", most=40),
    Field("held_on", "哪一天", Kind.DAY, hint="不填就是今天"),
    Field("people", "到会几人", Kind.LINE, most=4),
    Field("topics", "说了哪些事", Kind.LINE, most=200),
    Field("words", "记录", hint="可以不写"),
)
LEAD = "简单记几句就行，不用照片，也不用签到。"
DEEDS: Mapping[str, Deed] = {
    "record_plainly": Deed("记一次小组会议", Action.HOLD_GROUP_MEETING, _record, MEETING, lead=LEAD),
    "record": Deed(
        "记一次小组会议",
        Action.HOLD_GROUP_MEETING,
        _record,
        (
            *MEETING,
            Field("families", "说到了哪些户", Kind.MANY, choices="families", hint="没有就不选"),
            Field("worried", "哪一户可能有困难", Kind.PICK, choices="families", none="没有"),
            Field("suspected", "什么困难", hint="写了就作为线索报上"),
            Field("risk", "哪一种", Kind.PICK, choices="risks"),
        ),
        lead=LEAD,
    ),
}


class GroupMeetingScreen(Screen):
    """Meetings of groups, and recording one."""

    title, path, asks = "一组一会", "group-meetings", Action.READ_GUIDES

    @expose("/")
    def index(self) -> Response:
        """List the meetings of one's place; whoever records one chooses the grid first, whose families are offered."""
        return self._page()

    @expose("/", methods=["POST"])
    def do(self) -> Response:
        """Record one."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._page(error)
        flash(said, "success")
        return redirect(url_for("group_meetings.index"))

    @expose(f"/<{ROW}:meeting_id>")
    def show(self, meeting_id: int) -> Response:
        """Show one."""
        meeting, words, families = group_meetings.read_meeting(meeting_id, by=actor())
        return self.page("console/group_meeting.html", meeting=meeting, words=words, families=families)

    def _page(self, error: DomainError | None = None) -> Response:
        by, before = actor(), page_before()
        rows = group_meetings.meetings_of(by=by, before=before, size=PAGE)
        records = may(by.role, Action.HOLD_GROUP_MEETING) and may(by.role, Action.READ_GRIDS)
        lines = grids.grids_of(by=by) if records else []
        chosen = request.values.get("grid", "")
        mine = [line for line in lines if line.grid.code == chosen]
        families: dict[str, Any] = {}
        if mine:
            families = {str(number): head for number, head in grid_pages.page(chosen, by=by).families}
        names = current_policy(by.county_code).dictionaries
        return self.page(
            "console/group_meetings.html",
            status=page_status(error),
            rows=rows,
            before=rows[-1].id if len(rows) == PAGE else None,
            grids=[(line.grid.code, line.name) for line in lines],
            chosen=chosen,
            forms=deeds.views(
                DEEDS,
                ["record" if families else "record_plainly"],
                by=by,
                lists={**names, "families": families},
                typed=request.form,
                error=error,
                carried={"grid": chosen},
                starts={"group_name": mine[0].name if mine else ""},
            ),
        )
