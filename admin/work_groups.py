"""Working groups at the desk: the county's two of departments, and each township's judging group."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.deeds import Deed
from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.imports import as_download
from admin.screens import Screen
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from admin.words import place
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.policy.county import current_policy
from backend.services import localities, work_groups
from backend.services.work_groups import GROUPS, MemberForm


def _judge(sent: Sent) -> str:
    form = MemberForm(sent["post"], sent["line"], sent["name"], sent["title"], sent["phone"])
    work_groups.add(sent.by.region_code, form, by=sent.by)
    return "已登记。"


def _leave(sent: Sent) -> str:
    work_groups.end(sent.number("judge"), by=sent.by)
    return "已登记离组。"


DEEDS: Mapping[str, Deed] = {
    "judge": Deed(
        "登记成员",
        Action.KEEP_WORK_GROUP,
        _judge,
        (
            Field("post", "职务", Kind.PICK, choices="judging_posts"),
            Field("line", "条线", Kind.PICK, choices="judging_lines"),
            Field("name", "姓名", Kind.LINE, most=50),
            Field("title", "单位和职务", Kind.LINE, most=60),
            Field("phone", "电话", Kind.LINE, most=20),
        ),
    ),
    "leave": Deed("离组", Action.KEEP_WORK_GROUP, _leave, lead="名单里留着，今天起不再是成员。"),
}


class WorkGroupScreen(Screen):
    """The county's two groups of departments, and townships' judging groups."""

    title, path, asks = "工作组", "work-groups", Action.READ_STATIONS

    @expose("/")
    def index(self) -> Response:
        """Show the groups."""
        return self._groups()

    @expose("/", methods=["POST"])
    def do(self) -> Response:
        """Change one's own township's group."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._groups(error)
        flash(said, "success")
        return redirect(url_for("work_groups.index"))

    @expose("/<group>/sheet", methods=["POST"])
    def sheet(self, group: str) -> Response:
        """Give out the list of a group: one of the county's, or a township's by its code."""
        by = actor()
        content = work_groups.sheet_of_town(group, by=by) if group.isdecimal() else work_groups.sheet(group, by=by)
        return as_download(content, f"group-{group}")

    def _groups(self, error: DomainError | None = None) -> Response:
        by = actor()
        townships = [each.code for each in localities.townships_within(by=by)]
        wanted = request.args.get("township", "")
        shown = wanted if wanted in townships else (townships[0] if townships else "")
        names = current_policy(by.county_code).dictionaries
        sending: dict[str, Any] = {"by": by, "typed": request.form, "error": error, "lists": names}
        rows = work_groups.members(shown, by=by) if shown else ()
        return self.page(
            "console/work_groups.html",
            status=page_status(error),
            groups=[(code, name, work_groups.units(code, by=by)) for code, name in GROUPS.items()],
            townships=[(code, place(code)) for code in townships],
            shown=shown,
            missing=work_groups.empty_lines(shown, by=by) if shown else [],
            posts=names["judging_posts"],
            lines=names["judging_lines"],
            rows=[
                {
                    "row": each,
                    "phone": work_groups.phone_of(each),
                    "forms": deeds.views(DEEDS, ["leave"], carried={"judge": each.id}, row=str(each.id), **sending)
                    if shown == by.region_code
                    else [],
                }
                for each in rows
            ],
            forms=deeds.views(DEEDS, ["judge"], **sending) if shown == by.region_code else [],
        )
