"""One family's way as an inspector reads it: steps with their days and offices, duties, what the file lacks; masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action, Role, require
from backend.db import db, use_case
from backend.errors import NotFound
from backend.models import Case, CaseEvent, Task, Watch
from backend.privacy.mask import mask_name
from backend.services import audit
from backend.services.family_gaps import gaps_of
from backend.workflow.archive import PART_NAMES
from backend.workflow.deadlines import is_overdue
from backend.workflow.sentences import action_name
from backend.workflow.states import KIND_NAMES, STATE_NAMES, Kind, State

MOST_STEPS = 500


@dataclass(frozen=True)
class Step:
    """What was done on a day, and by which office; never by whom, and nothing of what was written."""

    on: date
    what: str
    office: str


@dataclass(frozen=True)
class Owed:
    """One duty: by which day it was owed, and when it was done."""

    what: str
    office: str
    due_on: date
    closed_on: date | None
    is_late: bool


@dataclass(frozen=True)
class Way:
    """A family's way through the procedure, its head's name masked."""

    head_name: str
    village_code: str
    state: str
    discovered_on: date
    promised_on: date
    steps: Sequence[Step]
    duties: Sequence[Owed]
    missing: Sequence[str]


@use_case
def way_of(case_id: int, *, by: Actor) -> Way:
    """Return a family's way; that somebody looked stands in the audit under the case.

    Errors: `NotFound` outside the actor's place.
    """
    require(by.role, Action.OVERSEE)
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    if by.session_id is not None:
        audit.record_on_session(by=by, action=Action.OVERSEE, subject=f"case:{case_id}")
    watch = db.session.scalars(select(Watch).where(Watch.case_id == case_id)).one_or_none()
    missing = gaps_of([(case, watch)]).get(case_id, ()) if watch is not None else ()
    return Way(
        head_name=mask_name(case.head_name),
        village_code=case.village_code,
        state=STATE_NAMES[State(case.state)],
        discovered_on=case.discovered_on,
        promised_on=case.promised_on,
        steps=_steps(case),
        duties=_duties(case_id),
        missing=[PART_NAMES[part] for part in missing],
    )


def _steps(case: Case) -> list[Step]:
    query = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id).limit(MOST_STEPS)
    return [
        Step(
            clock.local(each.happened_at).date(),
            action_name(each.action, case.procedure),
            ROLE_NAMES[Role(each.actor_role)],
        )
        for each in db.session.scalars(query)
    ]


def _duties(case_id: int) -> list[Owed]:
    query = select(Task).where(Task.case_id == case_id).order_by(Task.due_on, Task.id).limit(MOST_STEPS)
    return [_owed(each) for each in db.session.scalars(query)]


def _owed(task: Task) -> Owed:
    closed_on = clock.local(task.closed_at).date() if task.closed_at else None
    is_late = is_overdue(task.due_on, closed_on or clock.today())
    return Owed(KIND_NAMES[Kind(task.kind)], ROLE_NAMES[Role(task.role)], task.due_on, closed_on, is_late)
