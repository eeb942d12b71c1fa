"""导出: ledgers as files; which, of where, as of when, and the password once more; then a bar until it is made."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import ROW, SAID_ON_THE_PAGE, optional_day_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.models import Export
from backend.policy.county import current_policy
from backend.services import localities, second_looks
from backend.services.exports import asking, making, taking
from backend.services.exports.asking import DONE, STANDING_NAMES, UNDER_WAY, AskForm
from backend.services.exports.ledgers import LEDGERS
from backend.services.workbooks import MEDIA_TYPE

DAYS_SHOWN = 6


class ExportScreen(Screen):
    """Ask for a ledger, watch it being made, take it away."""

    title, path, asks = "导出", "exports", Action.EXPORT_LEDGER

    @expose("/")
    def index(self) -> Response:
        """Show what can be had, and one's own latest files."""
        return self._index()

    @expose("/", methods=["POST"])
    def ask(self) -> AnyResponse:
        """Order a file; a small one is made at once."""
        by = actor()
        try:
            row = asking.ask(
                AskForm(
                    ledger=request.form.get("ledger", ""),
                    purpose=request.form.get("purpose", ""),
                    where=request.form.get("where", ""),
                    as_of=optional_day_in("as_of"),
                    about=request.form.get("about", ""),
                ),
                by=by,
                password=request.form.get("password", ""),
                code=request.form.get("code", ""),
            )
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        making.try_now(row.id)
        return redirect(url_for("exports.show", export_id=row.id))

    @expose(f"/<{ROW}:export_id>")
    def show(self, export_id: int) -> Response:
        """Show how far one file is."""
        return self._one(export_id)

    @expose(f"/<{ROW}:export_id>/progress")
    def progress(self, export_id: int) -> Response:
        """Say how far one file is, for the bar on its page."""
        row = asking.export_of(export_id, by=actor())
        return jsonify(rows=row.rows, expected=row.expected, percent=_percent(row), waits=row.standing in UNDER_WAY)

    @expose(f"/<{ROW}:export_id>/file", methods=["POST"])
    def file(self, export_id: int) -> AnyResponse:
        """Hand the file over."""
        try:
            row, parts = taking.take(export_id, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._one(export_id, error)
        response = Response(parts, mimetype=MEDIA_TYPE)
        response.headers["Content-Length"] = str(row.size)
        name = f"filename=\"{row.ledger}.xlsx\"; filename*=UTF-8''{quote(row.file_name)}"
        response.headers["Content-Disposition"] = f"attachment; {name}"
        return response

    def _one(self, export_id: int, error: DomainError | None = None) -> Response:
        row = asking.export_of(export_id, by=actor())
        return self.page(
            "console/export.html",
            status=page_status(error),
            row=row,
            ledger=LEDGERS[row.ledger],
            standing=STANDING_NAMES[row.standing],
            is_done=row.standing == DONE,
            waits=row.standing in UNDER_WAY,
            percent=_percent(row),
            hours_left=_hours_left(row),
            said=error.message if error else row.why,
        )

    def _index(self, error: DomainError | None = None) -> Response:
        by = actor()
        typed = request.form if request.method == "POST" else request.args
        return self.page(
            "console/exports.html",
            status=page_status(error),
            ledgers=asking.ledgers_for(by),
            known=LEDGERS,
            kept=_kept(by),
            townships=localities.townships_within(by=by),
            offices=_offered(by),
            today=clock.today(),
            typed=typed,
            asks_for_code=second_looks.asks_for_code(by),
            has_codes=second_looks.reads_codes(by),
            by_phone=second_looks.by_phone(by),
            latest=asking.exports_of(by=by),
            standings=STANDING_NAMES,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )


def _percent(row: Export) -> int:
    if row.standing == DONE:
        return 100
    return min(99, 100 * row.rows // row.expected) if row.expected else 0


def _hours_left(row: Export) -> int:
    """Return how long the file lasts, in hours rounded up; by the machine's time, whatever a demonstration's says."""
    left = row.expires_at - clock.real_now() if row.expires_at else timedelta()
    return max(-(-left // timedelta(hours=1)), 0)


def _kept(by: Actor) -> list[tuple[str, list[date]]]:
    found = asking.kept_days(by.county_code)
    return [(each.name, found[each.code][:DAYS_SHOWN]) for each in asking.ledgers_for(by) if each.code in found]


def _offered(by: Actor) -> dict[str, Any]:
    policy = current_policy(by.county_code)
    return {code: name for each in asking.ledgers_for(by) if each.about for code, name in each.about(policy).items()}
