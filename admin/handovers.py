"""Hand-over of posts at the console (换届): planned, looked at before, called off, and what came of it."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, chosen_row, day_in, page_before, page_status
from admin.imports import as_download
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action, Role
from backend.errors import DomainError, Invalid, NotFound
from backend.services import handover_choices, handovers
from backend.services.handovers import STANDING_NAMES, HandoverForm
from backend.services.imports import papers


class HandoverScreen(Screen):
    """Posts that change hands in one's own place."""

    title, path, asks = "岗位交接", "handovers", Action.PLAN_HANDOVER

    @expose("/")
    def index(self) -> Response:
        """List what is planned and what has happened, with the form for one post."""
        return self._show()

    @expose("/", methods=["POST"])
    def plan(self) -> Response:
        """Plan one post's change, or only say what would go along."""
        try:
            form = _form()
            if request.form.get("do") == "look":
                return self._show(along=handovers.look(form, by=actor()).words)
            handovers.plan(form, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        flash("排好了。到那天零点以后自动交接，当天以前可以取消。", "success")
        return redirect(url_for("handovers.index"))

    @expose(f"/<{ROW}:handover_id>/off", methods=["POST"])
    def call_off(self, handover_id: int) -> Response:
        """Call a planned change off."""
        try:
            handovers.call_off(handover_id, by=actor())
        except (*SAID_ON_THE_PAGE, NotFound) as error:
            flash(error.message, "error")
        else:
            flash("取消了，那天什么也不会变。", "success")
        return redirect(url_for("handovers.index"))

    @expose("/template")
    def template(self) -> Response:
        """Give out the template of the list."""
        return as_download(papers.template("handovers", by=actor()), "template-handovers")

    @expose(f"/of/<{ROW}:staff_id>")
    def of(self, staff_id: int) -> Response:
        """Show everything that somebody holds, and who may take it."""
        return self._of(staff_id)

    @expose(f"/of/<{ROW}:staff_id>", methods=["POST"])
    def leave(self, staff_id: int) -> Response:
        """Plan that everything somebody holds goes to one successor."""
        form = request.form
        try:
            rows = handovers.leave(
                staff_id,
                chosen_row("to_id") or 0,
                day_in("on_day"),
                form.get("why", ""),
                by=actor(),
                closes_account=form.get("closes_account") == "yes",
            )
        except SAID_ON_THE_PAGE as error:
            return self._of(staff_id, error)
        flash(f"排好了{len(rows)}个岗位的交接。到那天零点以后自动交接，当天以前可以取消。", "success")
        return redirect(url_for("handovers.index"))

    def _show(self, error: DomainError | None = None, along: str = "") -> Response:
        by = actor()
        page = handovers.page_of(by=by, before=page_before())
        places = handover_choices.places(by=by)
        return self.page(
            "console/handovers.html",
            status=page_status(error),
            rows=page.items,
            names=page.names,
            before=page.before,
            standings=STANDING_NAMES,
            places=places,
            roles=handover_choices.roles(places, by=by),
            people=handover_choices.people(by=by, named=request.args.get("named", "").strip()[:50]),
            named=request.args.get("named", ""),
            along=along,
            today=clock.today(),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )

    def _of(self, staff_id: int, error: DomainError | None = None) -> Response:
        by = actor()
        posts = handovers.posts_of(staff_id, by=by)
        if not posts:
            raise NotFound
        return self.page(
            "console/handover_of.html",
            status=page_status(error),
            member=posts[0].staff,
            posts=[(each, handovers.goes_along(Role(each.role), each.region_code, staff_id)) for each in posts],
            people=handover_choices.people(by=by, named=request.args.get("named", "").strip()[:50]),
            named=request.args.get("named", ""),
            today=clock.today(),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )


def _form() -> HandoverForm:
    form = request.form
    try:
        role = Role(form.get("role", ""))
    except ValueError:
        raise Invalid.field("role", "请选择岗位。") from None
    return HandoverForm(
        role=role,
        region_code=form.get("region_code", ""),
        to_id=chosen_row("to_id") or 0,
        on_day=day_in("on_day"),
        why=form.get("why", ""),
        from_id=chosen_row("from_id"),
        title=form.get("title", "").strip()[:60],
    )
