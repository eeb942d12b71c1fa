"""Which cases wait for the county's decision, and which of them cannot wait for the next sitting."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Case, Task
from backend.workflow.states import Kind


@dataclass(frozen=True)
class Waiting:
    """A case that waits for the county, and whether its day passes before the next sitting."""

    case: Case
    due_on: date
    is_late_for: bool


def waiting(next_sitting: date, *, by: Actor, size: int = 200) -> list[Waiting]:
    """Return the cases that wait for the county's decision, and say which pass their day before the next sitting."""
    require(by.role, Action.PREPARE_BATCH)
    query = (
        select(Case, Task.due_on)
        .join(Task, Task.case_id == Case.id)
        .where(Task.kind == Kind.COUNTY_DECISION, Task.open_due.is_not(None))
        .order_by(Task.open_due, Task.id)
        .limit(size)
    )
    return [Waiting(case, due_on, due_on < next_sitting) for case, due_on in db.session.execute(query)]


def pass_their_day_before(next_sitting: date, *, by: Actor) -> list[Waiting]:
    """Return only those that must be decided before the next sitting: a batch of one family is allowed (P11)."""
    return [each for each in waiting(next_sitting, by=by) if each.is_late_for]
