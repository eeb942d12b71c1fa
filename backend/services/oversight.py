"""What discipline inspection reads (seed 003): how each place keeps its dates, papers, findings; names masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.models import Assignment, Case, Inspected, Supervision, Task
from backend.privacy.mask import mask_name
from backend.services import audit
from backend.services.supervisions import ISSUED
from backend.workflow.states import KIND_NAMES, STATE_NAMES, Kind, State
from backend.workflow.tasks import overdue_clause

MOST = 100


@dataclass(frozen=True)
class LateLine:
    """What one place is late with: of which kind, how many, and the oldest date."""

    place: str
    kind: str
    count: int
    oldest: date


@dataclass(frozen=True)
class FamilyLine:
    """One family's way through the procedure; its head's name is masked, and nothing of its life is here."""

    id: int
    head_name: str
    village_code: str
    state: str
    discovered_on: date
    promised_on: date
    closed_on: date | None


@dataclass(frozen=True)
class FindingLine:
    """What an inspection found at a household whose head's name is masked."""

    village_code: str
    head_name: str
    outcome: str
    found_on: date | None


@dataclass(frozen=True)
class Overview:
    """All of it for one page."""

    late: Sequence[LateLine]
    papers: Sequence[Supervision]
    assignments: Sequence[Assignment]
    findings: Sequence[FindingLine]


@use_case
def overview(*, by: Actor) -> Overview:
    """Return how the county keeps its dates; that somebody looked stands in the audit."""
    require(by.role, Action.OVERSEE)
    _record(by, "overview")
    late = (
        select(Task.township_code, Task.kind, func.count(), func.min(Task.open_due))
        .where(overdue_clause(clock.today()))
        .group_by(Task.township_code, Task.kind)
        .order_by(Task.township_code, Task.kind)
    )
    papers = select(Supervision).where(Supervision.standing == ISSUED).order_by(Supervision.id.desc()).limit(MOST)
    handed = select(Assignment).where(Assignment.closed_on.is_(None)).order_by(Assignment.due_on, Assignment.id)
    found = select(Inspected).where(Inspected.outcome != "").order_by(Inspected.id.desc()).limit(MOST)
    return Overview(
        [
            LateLine(place, KIND_NAMES[Kind(kind)], count, oldest or clock.today())
            for place, kind, count, oldest in db.session.execute(late)
        ],
        db.session.scalars(papers).all(),
        db.session.scalars(handed.limit(MOST)).all(),
        [
            FindingLine(row.village_code, mask_name(row.head_name), row.outcome, row.found_on)
            for row in db.session.scalars(found)
        ],
    )


@use_case
def families(*, by: Actor, before: int | None = None, size: int = 50) -> list[FamilyLine]:
    """Return the families of the county with their dates, the newest first, names masked."""
    require(by.role, Action.OVERSEE)
    _record(by, "families")
    query = select(
        Case.id, Case.head_name, Case.village_code, Case.state, Case.discovered_on, Case.promised_on, Case.closed_at
    )
    query = query.where(Case.id < before) if before else query
    return [
        FamilyLine(
            row.id,
            mask_name(row.head_name),
            row.village_code,
            STATE_NAMES[State(row.state)],
            row.discovered_on,
            row.promised_on,
            clock.local(row.closed_at).date() if row.closed_at else None,
        )
        for row in db.session.execute(query.order_by(Case.id.desc()).limit(size))
    ]


def _record(by: Actor, what: str) -> None:
    if by.session_id is not None:
        audit.record_on_session(by=by, action=Action.OVERSEE, subject=f"oversight:{what}")
