"""Who is away and when: said by oneself or one's leader, with a deputy where a leader names one."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, chosen_row, day_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action, may
from backend.errors import DomainError, NotFound
from backend.services import absences, deputy_choices


class AbsenceScreen(Screen):
    """Absences of oneself, and for leaders of their place."""

    title, path, asks = "不在岗", "absences", Action.SAY_ABSENT

    @expose("/")
    def index(self) -> Response:
        """List who is away, with the form."""
        return self._show()

    @expose("/", methods=["POST"])
    def say(self) -> Response:
        """Write down that somebody is away."""
        by = actor()
        try:
            absences.say(
                chosen_row("staff_id") or by.id,
                day_in("from_on"),
                day_in("until_on"),
                by=by,
                deputy_id=chosen_row("deputy_id"),
            )
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        flash("登记好了。这几天不再给本人发提醒；过了最后一天自动恢复。", "success")
        return redirect(url_for("absences.index"))

    @expose(f"/<{ROW}:absence_id>/back", methods=["POST"])
    def back(self, absence_id: int) -> Response:
        """Write down that somebody is back before the time."""
        try:
            absences.come_back(absence_id, by=actor())
        except (*SAID_ON_THE_PAGE, NotFound) as error:
            flash(error.message, "error")
        else:
            flash("回岗了，代岗的权限也收回了。", "success")
        return redirect(url_for("absences.index"))

    def _show(self, error: DomainError | None = None) -> Response:
        by = actor()
        leads = may(by.role, Action.NAME_DEPUTY)
        named = request.args.get("named", "").strip()[:50]
        return self.page(
            "console/absences.html",
            status=page_status(error),
            rows=absences.here(by=by),
            leads=leads,
            people=deputy_choices.people_to_choose(by=by, named=named) if leads else (),
            named=named,
            most=deputy_choices.MOST_LISTED,
            today=clock.today(),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
