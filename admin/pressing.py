"""What is done about a duty's reminders from the pages that list duties: press for it, put it off."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, chosen_row, day_in
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import nudges, snoozes


class DutyScreen(Screen):
    """One duty's reminders; it has no page of its own."""

    title, path, in_menu, asks = "待办提醒", "duties", False, Action.READ_TASKS

    @expose("/")
    def index(self) -> Response:
        """Lead to the queue, which lists duties."""
        return redirect(url_for("queue.index"))

    @expose(f"/<{ROW}:task_id>/nudge", methods=["POST"])
    def nudge(self, task_id: int) -> Response:
        """Press for a duty of a desk below."""
        return _done(lambda: nudges.nudge(task_id, by=actor()), "已催办，承办的人马上会收到提醒。")

    @expose(f"/<{ROW}:task_id>/snooze", methods=["POST"])
    def snooze(self, task_id: int) -> Response:
        """Put one's own reminder off."""

        def work() -> object:
            return snoozes.snooze(task_id, day_in("until_on"), why=request.form.get("why", ""), by=actor())

        return _done(work, "已推迟，到那天早上再提醒您；期限不变。")


def _done(work: Callable[[], object], said: str) -> Response:
    try:
        work()
    except SAID_ON_THE_PAGE as error:
        wrong = getattr(error, "fields", {})
        flash("".join(wrong.values()) or error.message, "error")
    else:
        flash(said, "success")
    case_id = chosen_row("case_id")
    where = url_for("cases.show", case_id=case_id) if case_id else url_for("queue.index", tab=request.form.get("tab"))
    return redirect(where)
