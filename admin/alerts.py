"""部门预警: what departments owe and hand in, what became of it, and the alerts of one's place."""

from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.imports import as_download, chosen_file
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action, may
from backend.errors import DomainError, NotAllowed
from backend.policy.county import current_policy
from backend.services import alert_dispatch, alert_returns, alert_schedule, alert_verdicts, alerts
from backend.services.alert_matching import OUTCOME_NAMES
from backend.services.imports import working

LOOKED_AT_ONCE = 256 * 1024
COUNTED_DAYS = 90


class AlertScreen(Screen):
    """Deliveries for departments and the county; alerts for whoever has families."""

    title, path = "部门预警", "alerts"

    def is_accessible(self) -> bool:
        """Say whether whoever looks pushes alerts or has some in their place."""
        return super().is_accessible() and any(may(actor().role, each) for each in (PUSH, READ))

    def _handle_view(self, name: str, **kwargs: Any) -> None:
        if not any(may(actor().role, each) for each in (PUSH, READ)):
            raise NotAllowed

    @expose("/")
    def index(self) -> Response:
        """Show what is owed and was delivered, or the alerts of one's place."""
        return self._index()

    @expose("/<int:batch_id>")
    def show(self, batch_id: int) -> Response:
        """Show what became of a delivery."""
        by = actor()
        batch = alerts.find(batch_id, by=by)
        return self.page(
            "console/alert_batch.html",
            batch=batch,
            topic=_words(by.county_code, "alert_topics").get(batch.topic, batch.topic),
            standing=alert_schedule.STANDING_NAMES[batch.standing],
            is_late=alert_schedule.is_late(batch),
            counts=[(OUTCOME_NAMES[each], count) for each, count in batch.counts.items() if count],
            why=alert_returns.why_unusable(batch),
            rate=alert_verdicts.hit_rate(batch.id, by=by),
        )

    @expose("/<int:batch_id>/file", methods=["POST"])
    def hand_in(self, batch_id: int) -> AnyResponse:
        """Hand in what is owed."""
        try:
            letter = request.form.get("letter_no", "")
            with chosen_file() as file:
                batch = alerts.hand_in(batch_id, file.stream, name=file.name, by=actor(), letter_no=letter)
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        return self._go_on(batch.id, batch.import_id)

    @expose("/", methods=["POST"])
    def push(self) -> AnyResponse:
        """Push alerts at once."""
        form = request.form
        try:
            letter, topic = form.get("letter_no", ""), form.get("topic", "")
            with chosen_file() as file:
                batch = alerts.push(topic, file.stream, name=file.name, by=actor(), letter_no=letter)
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        return self._go_on(batch.id, batch.import_id)

    @expose("/<int:batch_id>/nothing", methods=["POST"])
    def nothing(self, batch_id: int) -> AnyResponse:
        """Report that there is nothing this time."""
        try:
            alerts.nothing_to_report(batch_id, by=actor(), letter_no=request.form.get("letter_no", ""))
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        flash("已记下：本期无预警。", "success")
        return redirect(url_for("alerts.index"))

    @expose("/<int:batch_id>/verdicts", methods=["POST"])
    def verdicts(self, batch_id: int) -> AnyResponse:
        """Give the department its own file back, with what was found."""
        try:
            return as_download(alert_verdicts.file_with_verdicts(batch_id, by=actor()), f"verdicts-{batch_id}")
        except SAID_ON_THE_PAGE as error:
            flash(error.message, "error")
            return redirect(url_for("alerts.show", batch_id=batch_id))

    def _go_on(self, batch_id: int, import_id: int | None) -> AnyResponse:
        if import_id is not None and (request.content_length or 0) <= LOOKED_AT_ONCE:
            working.try_now(import_id)
        if not alert_returns.why_unusable(alerts.find(batch_id, by=actor())):
            flash("收到了。核对以后会派到村里，结论也在这里看。", "success")
        return redirect(url_for("alerts.show", batch_id=batch_id))

    def _index(self, error: DomainError | None = None) -> Response:
        by, today = actor(), clock.today()
        pushes, reads, sends = (may(by.role, each) for each in (PUSH, READ, Action.SEND_ALERTS))
        found = alert_dispatch.alerts_of(by=by) if reads else []
        return self.page(
            "console/alerts.html",
            status=page_status(error),
            owed=alert_schedule.owed(by=by) if pushes else [],
            delivered=alert_schedule.delivered(by=by) if pushes else [],
            topics=alert_schedule.topics_of(by=by) if pushes else {},
            all_topics=_words(by.county_code, "alert_topics"),
            colours=_words(by.county_code, "alert_colour_names"),
            verdicts=_words(by.county_code, "clue_verdicts"),
            standings=alert_schedule.STANDING_NAMES,
            is_late=alert_schedule.is_late,
            alert_is_late=alert_dispatch.is_late,
            found=found,
            items=alert_dispatch.items_of([each.id for each in found], by=by) if reads else {},
            counted=alert_schedule.deliveries(today - timedelta(days=COUNTED_DAYS), today, by=by) if sends else [],
            pushes=pushes,
            reads=reads,
            asks_for_letter=sends,
            chosen=request.form.get("topic", ""),
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )


PUSH, READ = Action.PUSH_ALERTS, Action.READ_ALERTS


def _words(county_code: str, name: str) -> dict[str, str]:
    return dict(current_policy(county_code).dictionaries[name])
