"""Disaster events: opened and closed by the county, lists read in, and a board of how far the families are."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import disaster_list, typed_lists
from admin.disaster_list import ReadLine
from admin.forms import SAID_ON_THE_PAGE, optional_day_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import disaster_board, disaster_digest, disasters, localities
from backend.services.disasters import (
    JOINED,
    KNOWN,
    MOST_NAME,
    MOST_NUMBER,
    MOST_ROWS,
    NEW,
    REFUSED,
    EventForm,
    LineResult,
)

OUTCOMES = {NEW: "新立案", JOINED: "并入在办", KNOWN: "已在名单里", REFUSED: "没有导入"}


class DisasterScreen(Screen):
    """Events, their lists and their boards."""

    title, path, asks = "灾害", "disasters", Action.READ_TASKS

    @expose("/")
    def index(self) -> Response:
        """Show the events, and the form of a new one to whoever may open it."""
        return self._index()

    @expose("/", methods=["POST"])
    def open(self) -> Response:
        """Open an event."""
        form = request.form
        try:
            event = disasters.open_event(
                EventForm(
                    name=form.get("name", ""),
                    number=form.get("number", ""),
                    kind=form.get("kind", ""),
                    area=tuple(form.getlist("area")),
                    opened_on=optional_day_in("opened_on"),
                ),
                by=actor(),
            )
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        flash("已开启。受灾范围里的申报和线索，从现在起按加急办。", "success")
        return redirect(url_for("disasters.show", event_id=event.id))

    @expose("/<int:event_id>")
    def show(self, event_id: int) -> Response:
        """Show the board of one event."""
        return self._event(event_id)

    @expose("/<int:event_id>/lists", methods=["POST"])
    def take_list(self, event_id: int) -> Response:
        """Read a list in and report on every line; the same list again changes nothing."""
        try:
            text = typed_lists.text_of(request.form.get("lines", ""), request.files.get("file"))
            lines = disaster_list.read_lines(text)
            good = [line.listed for line in lines if line.listed]
            if not lines:
                raise Invalid.field("lines", "名单是空的，请粘贴名单或者选一个文件。")
            results = disasters.import_list(event_id, good, by=actor()) if good else []
        except SAID_ON_THE_PAGE as error:
            return self._event(event_id, error)
        return self._event(event_id, report=disaster_list.merged(lines, results))

    @expose("/<int:event_id>/ending", methods=["POST"])
    def close(self, event_id: int) -> Response:
        """Close an event."""
        try:
            disasters.close_event(event_id, request.form.get("number", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._event(event_id, error)
        flash("已结束。已经在办的户接着办，新的申报不再按这次灾害加急。", "success")
        return redirect(url_for("disasters.show", event_id=event_id))

    def _index(self, error: DomainError | None = None) -> Response:
        by = actor()
        return self.page(
            "console/disasters.html",
            status=page_status(error),
            events=disasters.events_of(by=by),
            kinds=current_policy(by.county_code).dictionaries["disaster_kinds"],
            townships=localities.townships_within(by=by),
            county=by.county_code,
            typed=request.form,
            chosen=request.form.getlist("area"),
            wrong=error.fields if error else {},
            said=error.message if error else "",
            today=clock.today(),
            longest={"name": MOST_NAME, "number": MOST_NUMBER},
        )

    def _event(
        self,
        event_id: int,
        error: DomainError | None = None,
        report: list[tuple[ReadLine, LineResult]] | None = None,
    ) -> Response:
        by = actor()
        event = disaster_board.find_event(event_id, by=by)
        outcomes = [result.outcome for _, result in report or ()]
        return self.page(
            "console/disaster.html",
            status=page_status(error),
            event=event,
            kind=current_policy(by.county_code).dictionaries["disaster_kinds"].get(event.kind, event.kind),
            board=disaster_board.board(event_id, by=by),
            digest=(digest := disaster_digest.digest(event_id, by=by)),
            outside=disaster_digest.for_outside(digest),
            fewest=disaster_digest.FEWEST_SHOWN,
            now=clock.now(),
            report=report or [],
            tally={name: outcomes.count(outcome) for outcome, name in OUTCOMES.items() if outcome in outcomes},
            outcomes=OUTCOMES,
            columns=disaster_list.COLUMNS,
            most=MOST_ROWS,
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
