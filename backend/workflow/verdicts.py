"""How a clue ends: its verdict is read off the step that decided its case, so that no clue is forgotten."""

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db
from backend.models import Case, Clue
from backend.workflow.states import State

WITHOUT_VERDICT = frozenset({State.DECLARED, State.RETURNED})
"""Where a case stands while nobody has said what becomes of its clues."""

VERDICT_OF: dict[Action, str] = {
    Action.ACCEPT: "case",
    Action.TRANSFER: "transferred",
    Action.WITHDRAW: "withdrawn",
}
VERDICT_OF_REASON: dict[str, str] = {
    "not_of_county": "transferred",
    "already_watched": "watched",
    "same_matter_open": "duplicate",
    "merged": "joined",
    "no_risk": "no_risk",
    "duplicate": "duplicate",
    "not_found": "not_found",
    "dead": "dead",
    "watched": "watched",
}
"""For steps that end a case with a reason, the first reason says what became of the clue."""
ENDED = "ended"


def settle_own(case: Case, action: Action, *, by: Actor, codes: tuple[str, ...], transfer: str | None) -> None:
    """Give their verdict to the clues that opened this case; those that joined it wait to be checked one by one."""
    first = codes[0] if codes else ""
    verdict = VERDICT_OF.get(action) or VERDICT_OF_REASON.get(first, ENDED)
    query = select(Clue).where(Clue.case_id == case.id, Clue.joined.is_(False), Clue.verdict.is_(None))
    for clue in db.session.scalars(query):
        settle(clue, verdict, by=by, transfer=transfer)


def settle_joined(case: Case, verdict: str, *, by: Actor, declaration_id: int) -> None:
    """Give its verdict to the clue of a declaration that had joined this case."""
    query = select(Clue).where(Clue.case_id == case.id, Clue.declaration_id == declaration_id, Clue.verdict.is_(None))
    for clue in db.session.scalars(query):
        settle(clue, verdict, by=by)


def settle(clue: Clue, verdict: str, *, by: Actor, transfer: str | None = None) -> None:
    """Write one verdict down."""
    clue.verdict, clue.verdict_by, clue.verdict_at = verdict, by.id, clock.now()
    clue.transfer = transfer
