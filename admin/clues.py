"""Clues at the desk: what came on paper, by telephone or from another office, entered and followed to its verdict."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, optional_day_in, page_before, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError, NotFound
from backend.models import Clue
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.privacy.receipts import spoken
from backend.services import clue_pages, clues, localities
from backend.services.clues import BY_FAMILY, BY_PHONE_ONLY, MOST_WHAT, ClueForm
from backend.workflow.states import KIND_NAMES, Kind

PAGE = 50
WITHOUT_VERDICT = "open"


class ClueScreen(Screen):
    """The stream of clues, and entering one."""

    title, path, asks = "线索", "clues", Action.READ_CLUES

    @expose("/")
    def index(self) -> Response:
        """Show a page of the stream, the newest first."""
        by, asked = actor(), request.args
        words = _policy().dictionaries["channels"]
        channel, only_open = asked.get("channel", ""), asked.get("only") == WITHOUT_VERDICT
        rows = clues.stream(
            by=by,
            channel=channel if channel in words else None,
            without_verdict=only_open,
            before=page_before(),
            size=PAGE,
        )
        return self.page(
            "console/clues.html",
            lines=[_line(row) for row in rows],
            channels=words,
            channel=channel,
            only_open=only_open,
            before=rows[-1].id if len(rows) == PAGE else None,
            is_first="before" not in asked,
        )

    @expose("/new")
    def add(self) -> Response:
        """Show the form."""
        return self._form()

    @expose("/new", methods=["POST"])
    def enter(self) -> Response:
        """Enter a clue: it opens the household's case, or joins the open one."""
        try:
            clue = clues.report(_clue_in_form(), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._form(error)
        how = "这一户已经在办，线索已并入，等人核对" if clue.joined else "已立案，开始计算期限"
        flash(f"已登记，回执号{spoken(clue.receipt_no)}。{how}。", "success")
        return redirect(url_for("clues.show", clue_id=clue.id))

    @expose("/<int:clue_id>")
    def show(self, clue_id: int) -> Response:
        """Show one clue and the duties that answer it."""
        by = actor()
        try:
            clue = clues.find_clue(clue_id, by=by)
        except NotFound:
            if not request.referrer:
                raise
            # The household lives elsewhere: what was just entered is that place's from now on.
            return redirect(url_for("clues.index"))
        return self.page(
            "console/clue.html",
            clue=clue,
            line=_line(clue),
            words=clue_pages.told_in(clue, by=by),
            duties=[(KIND_NAMES[Kind(task.kind)], task) for task in clue_pages.duties_of(clue, by=by)],
        )

    def _form(self, error: DomainError | None = None) -> Response:
        words = _policy().dictionaries
        return self.page(
            "console/clue_new.html",
            status=page_status(error),
            channels={code: name for code, name in words["channels"].items() if code != BY_PHONE_ONLY},
            by_family=BY_FAMILY,
            risks=words["risks"],
            urgencies=words["urgency"],
            townships=localities.townships_within(by=actor()),
            typed=request.form,
            wrong=_named_as_here(error.fields if error else {}),
            said=error.message if error else "",
            today=clock.today(),
            most=MOST_WHAT,
        )


def _policy() -> Policy:
    return current_policy(actor().county_code)


def _clue_in_form() -> ClueForm:
    form = request.form
    return ClueForm(
        channel=form.get("channel", ""),
        village_code=form.get("village_code", ""),
        head_name=form.get("head_name", ""),
        what=form.get("what", ""),
        risk=form.get("risk", ""),
        urgency=form.get("urgency", ""),
        discovered_on=optional_day_in("discovered_on"),
        late_because=form.get("late_because", ""),
        source_no=form.get("source_no", ""),
        phone=form.get("phone", "").strip(),
        id_number=form.get("id_number", "").strip() or None,
    )


def _named_as_here(wrong: dict[str, str]) -> dict[str, str]:
    """Put what is wrong with a declaration's hardship beside the field in which it was typed here."""
    return {"what" if name == "hardship" else name: sentence for name, sentence in wrong.items()}


def _line(clue: Clue) -> dict[str, Any]:
    words = _policy().dictionaries
    return {
        "id": clue.id,
        "number": spoken(clue.receipt_no),
        "head_name": clue.head_name,
        "village_code": clue.village_code,
        "channel": words["channels"].get(clue.channel, clue.channel),
        "risk": words["risks"].get(clue.risk, clue.risk),
        "urgency": words["urgency"].get(clue.urgency, clue.urgency),
        "presses": clue.urgency != "normal",
        "discovered_on": clue.discovered_on,
        "entered_at": clue.entered_at,
        "joined": clue.joined,
        "verdict": words["clue_verdicts"].get(clue.verdict or "", ""),
        "case_id": clue.case_id,
    }
