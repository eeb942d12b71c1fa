"""Duties: how one is opened and closed, whose queue shows it, and the one definition of overdue."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.db import db, new_id, ring
from backend.models import Case, Task
from backend.models.places import same_place
from backend.policy.county import county_workdays, policy_of
from backend.workflow.deadlines import Due, due_on, shrunk
from backend.workflow.duties import Duty, Opening
from backend.workflow.places import owner_region
from backend.workflow.states import Kind

NEW = "new"
"""The first rung of every duty: whoever owes it hears of it; the policy's ladder comes after."""

PRESSING = {"critical": 0, "urgent": 1}
"""The urgencies that lead every queue, in this order."""

DESK_OF: dict[Role, Role] = {
    Role.GRID: Role.GRID,
    Role.VILLAGE: Role.VILLAGE,
    Role.HEAD: Role.VILLAGE,
    Role.TOWN_OP: Role.TOWN_REVIEW,
    Role.TOWN_REVIEW: Role.TOWN_REVIEW,
    Role.TOWN_LEAD: Role.TOWN_REVIEW,
    Role.COUNTY_OP: Role.COUNTY_LEAD,
    Role.COUNTY_LEAD: Role.COUNTY_LEAD,
}
"""Whose duties a role's own queue shows: an office shares one desk, so that nobody's leave stops a case."""


def open_duty(case: Case, opening: Opening) -> Task:
    """Open a duty of the case; its date comes from the case's own policy version, whatever the county says today.

    A step inside the total never gets a day that the total does not have: its limit shrinks with what is left.
    """
    duty = opening.duty
    due = _due(case, opening)
    now = clock.now()
    case.version += 1
    task = Task(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        kind=duty.kind,
        role=duty.role,
        owner_region=owner_region(duty.role, case.village_code),
        head_name=case.head_name,
        limit_key=_limit_key(case, opening),
        due_on=due.on,
        open_due=due.on,
        pressing=PRESSING.get(case.urgency),
        is_provisional=due.provisional,
        opened_at=now,
        opened_on=opening.since or clock.today(),
        next_rung_at=now,
        next_rung=NEW,
        detail=opening.detail,
        version=case.version,
        **same_place(case),
    )
    db.session.add(task)
    ring("sweep")
    return task


def _limit_key(case: Case, opening: Opening) -> str:
    """Return the key of the duty's limit: an urgent case has its own, shorter one where the county's rules name it."""
    urgent = f"{opening.duty.limit}.{case.urgency}"
    return urgent if urgent in policy_of(case.county_code, case.policy_version).limits else opening.duty.limit


def retime(case: Case, task: Task) -> None:
    """Date an open duty anew under the case's urgency of now, from the day on which it was opened; never later."""
    role, kind = Role(task.role), Kind(task.kind)
    opening = Opening(Duty(kind, role, task.limit_key.split(".")[0]), since=task.opened_on)
    due = _due(case, opening)
    if due.on < task.due_on:
        task.due_on = task.open_due = due.on
        task.is_provisional = due.provisional
        task.limit_key = _limit_key(case, opening)
    task.pressing = PRESSING.get(case.urgency)
    ask_again(case, task)


def ask_again(case: Case, task: Task) -> None:
    """Let whoever owes an open duty hear of it as of a new one: it has changed hands, or its day has."""
    case.version += 1
    task.version = case.version
    task.next_rung_at, task.next_rung = clock.now(), NEW
    ring("sweep")


def _due(case: Case, opening: Opening) -> Due:
    if opening.due_on is not None:
        return Due(opening.due_on)
    policy = policy_of(case.county_code, case.policy_version)
    limit = policy.limit(_limit_key(case, opening))
    workdays = county_workdays(case.county_code)
    since = opening.since or clock.today()
    if not opening.duty.in_total:
        return due_on(since, limit, workdays)
    total = date.fromisoformat(case.marks["backfill_by"]) if "backfill_by" in case.marks else case.promised_on
    return shrunk(since, limit, Due(total), workdays)


def close_duty(task: Task, *, by: Actor, how: str, version: int) -> None:
    """Close a duty: it leaves every queue and nobody is reminded of it any more."""
    task.open_due = None
    task.pressing = None
    task.next_rung_at = None
    task.next_rung = None
    task.closed_at = clock.now()
    task.closed_by = by.id
    task.closed_by_name = by.name
    task.closed_how = how
    task.version = version


def open_duties(case_id: int) -> Sequence[Task]:
    """Return the case's open duties, the most pressing first."""
    query = select(Task).where(Task.case_id == case_id, Task.open_due.is_not(None)).order_by(Task.open_due, Task.id)
    return db.session.scalars(query).all()


def overdue_clause(today: date) -> ColumnElement[bool]:
    """Say "overdue" in SQL: the twin of `deadlines.is_overdue`, and the only other place that says it."""
    return Task.open_due < today
