"""Duties: how one is opened and closed, whose queue shows it, and the one definition of overdue."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.db import db, new_id, ring
from backend.models import Case, Task
from backend.models.places import same_place
from backend.policy.county import county_workdays, policy_of
from backend.workflow.deadlines import due_on
from backend.workflow.places import owner_region
from backend.workflow.procedure import Duty

NEW = "new"
"""The first rung of every duty: whoever owes it hears of it; the policy's ladder comes after."""

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


def open_duty(case: Case, duty: Duty, *, detail: dict[str, Any] | None = None) -> Task:
    """Open a duty of the case; its date comes from the case's own policy version, whatever the county says today."""
    policy = policy_of(case.county_code, case.policy_version)
    workdays = county_workdays(case.county_code)
    today = clock.today()
    limit = policy.limit(duty.limit)
    due = due_on(today, limit, workdays)
    now = clock.now()
    task = Task(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        kind=duty.kind,
        role=duty.role,
        owner_region=owner_region(duty.role, case.village_code),
        head_name=case.head_name,
        limit_key=duty.limit,
        due_on=due.on,
        open_due=due.on,
        is_provisional=due.provisional,
        opened_at=now,
        opened_on=today,
        next_rung_at=now,
        next_rung=NEW,
        detail=detail or {},
        version=case.version + 1,
        **same_place(case),
    )
    db.session.add(task)
    ring("sweep")
    return task


def close_duty(task: Task, *, by: Actor, how: str, version: int) -> None:
    """Close a duty: it leaves every queue and nobody is reminded of it any more."""
    task.open_due = None
    task.next_rung_at = None
    task.next_rung = None
    task.closed_at = clock.now()
    task.closed_by = by.id
    task.closed_by_name = by.name
    task.closed_how = how
    task.version = version


_OPEN_DUTIES = (
    select(Task)
    .where(Task.case_id == bindparam("case_id"), Task.open_due.is_not(None))
    .order_by(Task.open_due, Task.id)
)


def open_duties(case_id: int) -> Sequence[Task]:
    """Return the case's open duties, the most pressing first."""
    return db.session.scalars(_OPEN_DUTIES, {"case_id": case_id}).all()


def overdue_clause(today: date) -> ColumnElement[bool]:
    """Say "overdue" in SQL: the twin of `deadlines.is_overdue`, and the only other place that says it."""
    return Task.open_due < today
