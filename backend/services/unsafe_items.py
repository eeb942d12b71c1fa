"""三保障和饮水隐患台账: what a home check found unsafe stays on the list until the township has looked (seed 001, S7).

The list is read from the checks themselves: nobody types it, and a later check that finds an item safe ends its line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import NotPossibleNow
from backend.models import Case, CaseEvent, HomeCheck
from backend.policy.county import policy_of
from backend.services.sealing import needed
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason

SAFE = "safe"
MOST_CHECKS = 20_000


@dataclass(frozen=True)
class UnsafeItem:
    """One item of one family that is not safe: which, how bad, and since when it is known."""

    case: Case
    check_id: int
    item: str
    name: str
    state: str
    found_on: date


def open_items(*, by: Actor) -> list[UnsafeItem]:
    """Return what is not safe and not yet checked and closed in the actor's place, the oldest first."""
    require(by.role, Action.READ_LEDGER)
    return _open(None)


@use_case
def clear(case_id: int, item: str, *, by: Actor, words: str) -> None:
    """Close one line after the township has looked: what was done, and that it is safe now.

    Errors: `Invalid` without words; `NotPossibleNow` for what is not open, or was closed by somebody else meanwhile.
    """
    require(by.role, Action.CLEAR_UNSAFE)
    said = needed(words, "words")
    case = find_case(case_id)
    found = next((each for each in _open(case.id) if each.item == item), None)
    if found is None:
        raise NotPossibleNow("这一项已经销号，或者没有隐患。")
    detail = {"check": str(found.check_id), "item": item}
    engine.note(case, Action.CLEAR_UNSAFE, by=by, reason=Reason(words=said), detail=detail)


def counted(items: Iterable[UnsafeItem]) -> dict[str, int]:
    """Count open lines by the name of their item: nothing left is what the township works towards."""
    found: dict[str, int] = {}
    for each in items:
        found[each.name] = found.get(each.name, 0) + 1
    return found


def _open(case_id: int | None) -> list[UnsafeItem]:
    last = select(func.max(HomeCheck.id)).group_by(HomeCheck.case_id)
    if case_id is not None:
        last = last.where(HomeCheck.case_id == case_id)
    checks = select(HomeCheck.id, HomeCheck.case_id, HomeCheck.safety, HomeCheck.filed_at)
    rows = db.session.execute(
        checks.where(HomeCheck.id.in_(last)).order_by(HomeCheck.id.desc()).limit(MOST_CHECKS)
    ).all()
    unsafe = [row for row in reversed(rows) if any(state != SAFE for state in row.safety.values())]
    cases = _cases({row.case_id for row in unsafe})
    closed = _closed(set(cases))
    return [
        _item(cases[row.case_id], row.id, item, state, clock.local(row.filed_at).date())
        for row in unsafe
        for item, state in row.safety.items()
        if state != SAFE and (row.case_id, str(row.id), item) not in closed
    ]


def _cases(ids: set[int]) -> dict[int, Case]:
    rows: Sequence[Case] = db.session.scalars(select(Case).where(Case.id.in_(ids))).all() if ids else []
    return {case.id: case for case in rows}


def _closed(ids: set[int]) -> set[tuple[int, str, str]]:
    if not ids:
        return set()
    query = select(CaseEvent.case_id, CaseEvent.detail).where(
        CaseEvent.case_id.in_(ids), CaseEvent.action == Action.CLEAR_UNSAFE
    )
    return {(case_id, detail["check"], detail["item"]) for case_id, detail in db.session.execute(query)}


def _item(case: Case, check_id: int, item: str, state: str, found_on: date) -> UnsafeItem:
    words = policy_of(case.county_code, case.policy_version).dictionaries
    return UnsafeItem(
        case, check_id, item, words["safety_items"].get(item, item), words["safety"].get(state, state), found_on
    )
