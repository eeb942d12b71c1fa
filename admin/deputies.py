"""A角 and B角 at the console: who stands in for whom and until when, naming somebody, ending it early."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, chosen_row, day_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action, Role
from backend.errors import DomainError, Invalid, NotFound
from backend.services import deputies, deputy_choices
from backend.services.deputies import NewDeputy


class DeputyScreen(Screen):
    """Deputyships of one's own place."""

    title, path, asks = "代岗", "deputies", Action.NAME_DEPUTY

    @expose("/")
    def index(self) -> Response:
        """List who stands in for whom, with the form that names somebody."""
        return self._show()

    @expose("/", methods=["POST"])
    def appoint(self) -> Response:
        """Name a deputy: the post's tasks and reminders are theirs for that time."""
        try:
            deputies.name_deputy(_new_in_form(), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        flash("已指定。到开始那天起，这个岗位的待办和提醒也归B角；到期自动收回。", "success")
        return redirect(url_for("deputies.index"))

    @expose(f"/<{ROW}:deputy_row_id>/end", methods=["POST"])
    def end(self, deputy_row_id: int) -> Response:
        """End a deputyship early."""
        try:
            deputies.end_deputy(deputy_row_id, by=actor())
        except (*SAID_ON_THE_PAGE, NotFound) as error:
            flash(error.message, "error")
        else:
            flash("已结束，代岗的权限已经收回。", "success")
        return redirect(url_for("deputies.index"))

    def _show(self, error: DomainError | None = None) -> Response:
        by = actor()
        rows, places = deputies.deputies_of(by=by), deputy_choices.places_to_choose(by=by)
        named = request.args.get("named", "").strip()[:50]
        people = deputy_choices.people_to_choose(by=by, named=named)
        return self.page(
            "console/deputies.html",
            status=page_status(error),
            rows=rows,
            names=deputy_choices.names_of(rows),
            places=places,
            roles=deputy_choices.posts_to_choose(places),
            people=people,
            is_cut=len(people) == deputy_choices.MOST_LISTED,
            named=named,
            today=clock.today(),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )


def _new_in_form() -> NewDeputy:
    form = request.form
    return NewDeputy(
        role=_role(form.get("role", "")),
        region_code=form.get("region_code", ""),
        deputy_id=chosen_row("deputy_id") or 0,
        stands_for=chosen_row("stands_for"),
        from_on=day_in("from_on"),
        until_on=day_in("until_on"),
        why=form.get("why", ""),
    )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise Invalid.field("role", "请选择岗位。") from None
