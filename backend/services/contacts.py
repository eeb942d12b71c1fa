"""包保责任人: every watched family has somebody who answers for it; whoever has nobody is shown until it has (B50).

A vacancy is computed, never stored: an account that is closed leaves its families without a contact at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action, Role, require
from backend.db import db, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import Case, Identity, Staff
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.states import State

CONTACT = "contact"
"""The mark of a case that holds the id of whoever answers for the family."""

MOST_OFFERED = 300
MOST_LISTED = 300
MOST_WATCHED = 20_000


@dataclass(frozen=True)
class Candidate:
    """Somebody who may answer for a family: of its village, its township or the county."""

    staff_id: int
    name: str
    post: str


@use_case
def name_contact(case_id: int, staff_id: int, *, by: Actor) -> Case:
    """Say who answers for a watched family, now or instead of somebody else.

    Errors: `NotPossibleNow` for a family that is not watched; `Invalid` for somebody of another place or without an
    account.
    """
    require(by.role, Action.NAME_CONTACT)
    case = find_case(case_id)
    if case.state != State.MONITORED:
        raise NotPossibleNow("纳入监测以后，再确定包保责任人。")
    chosen = next((each for each in _offered(case) if each.staff_id == staff_id), None)
    if chosen is None:
        raise Invalid.field("contact", "请从列出的人里选一位。")
    engine.note(case, Action.NAME_CONTACT, by=by, detail={"contact": str(staff_id), "name": chosen.name})
    engine.remember(case, contact=str(staff_id))
    return case


def candidates(case_id: int, *, by: Actor) -> list[Candidate]:
    """Return who may answer for the family of a case: whoever works in its village first."""
    require(by.role, Action.NAME_CONTACT)
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    return _offered(case)


def contacts_of(cases: Iterable[Case]) -> dict[int, str]:
    """Return the name of whoever answers for each case's family; one whose account is closed answers for nobody."""
    named = {case.id: _named(case.marks) for case in cases}
    active = _active({staff_id for staff_id in named.values() if staff_id is not None})
    return {case_id: active[staff_id] for case_id, staff_id in named.items() if staff_id in active}


def without_contact(*, by: Actor) -> Sequence[Case]:
    """Return the watched families of the actor's place for whom nobody answers, the longest watched first."""
    require(by.role, Action.READ_LEDGER)
    vacant = _vacant()[:MOST_LISTED]
    query = select(Case).where(Case.id.in_([row.id for row in vacant])).order_by(Case.id)
    return db.session.scalars(query).all() if vacant else []


def vacancies(level: str, *, by: Actor) -> dict[str, int]:
    """Count the watched families for whom nobody answers, by the place at a level (`township_code`)."""
    require(by.role, Action.READ_LEDGER)
    return dict(Counter(getattr(row, level) for row in _vacant()))


def _vacant() -> list[Any]:
    """Return id and place of each watched family without anybody, the longest watched first."""
    columns = (Case.id, Case.county_code, Case.township_code, Case.village_code, Case.marks)
    query = select(*columns).where(Case.state == State.MONITORED).order_by(Case.id).limit(MOST_WATCHED)
    rows = db.session.execute(query).all()
    active = _active({staff_id for row in rows if (staff_id := _named(row.marks)) is not None})
    return [row for row in rows if _named(row.marks) not in active]


def _named(marks: Mapping[str, Any]) -> int | None:
    return int(marks[CONTACT]) if marks.get(CONTACT) else None


def _active(staff_ids: set[int]) -> dict[int | None, str]:
    query = select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids), Staff.is_active)
    return dict(db.session.execute(query).all()) if staff_ids else {}


def _offered(case: Case) -> list[Candidate]:
    places = (case.village_code, case.township_code, case.county_code)
    query = (
        select(Staff.id, Staff.name, Identity.role, Identity.title, Identity.region_code)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Identity.region_code.in_(places), Identity.ended_at.is_(None), Staff.is_active)
        .where(Identity.role.not_in((Role.ADMIN, Role.AUDIT)))
        .limit(MOST_OFFERED)
    )
    rows = sorted(db.session.execute(query), key=lambda row: (-len(row.region_code), row.name))
    found: dict[int, Candidate] = {}
    for row in rows:
        found.setdefault(row.id, Candidate(row.id, row.name, row.title or ROLE_NAMES[Role(row.role)]))
    return list(found.values())
