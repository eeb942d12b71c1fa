"""What the first page counts for whoever sits there: their desk's duties, what they did this month, the days ahead.

Every number is counted to a thousand on an index, all of them in one statement: they cost the same at any size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.connections import read_by
from backend.db import db
from backend.models import Task
from backend.policy.county import county_workdays
from backend.services.tasks import MOST_COUNTED
from backend.workflow.deadlines import on_the_day
from backend.workflow.tasks import CALM, DESK_OF, PRESSING, overdue_clause

DAYS_AHEAD = 7
MOST_LISTED = 100


@dataclass(frozen=True)
class Day:
    """What falls due on one day, and whether offices work on it."""

    on: date
    due: int
    is_workday: bool


@dataclass(frozen=True)
class Home:
    """Duties of one's desk: open, due soon, overdue; closed by oneself this month; a thousand means "or more"."""

    open: int
    due_soon: int
    overdue: int
    done: int
    week: Sequence[Day]


def home(*, by: Actor, soon: date) -> Home:
    """Return the numbers of the actor's first page; `soon` is the last day that counts as due soon."""
    require(by.role, Action.READ_HOME)
    today = clock.today()
    days = [today + timedelta(days=each) for each in range(DAYS_AHEAD)]
    counts = (
        _bounded(_desk(by)),
        _bounded(_desk(by, Task.open_due >= today, Task.open_due <= soon)),
        _bounded(_desk(by, overdue_clause(today))),
        _bounded(_done(by)),
        *(_bounded(_desk(by, Task.open_due == day)) for day in days),
    )
    with as_system("a desk reads what it owes"):
        known, soon_due, late, done, *due = db.session.execute(select(*counts)).one()
    workdays = county_workdays(by.county_code)
    week = [Day(day, count, workdays.is_workday(day)) for day, count in zip(days, due, strict=True)]
    return Home(known, soon_due, late, done, week)


def done(*, by: Actor) -> Sequence[Task]:
    """Return what the actor closed this month, the last first: as many as somebody looks through."""
    require(by.role, Action.READ_TASKS)
    query = read_by("ix_tasks_closed_by_closed_at", Task, select(Task).where(*_this_month(by)))
    with as_system("a desk reads what it owes"):
        return db.session.scalars(query.order_by(Task.closed_at.desc()).limit(MOST_LISTED)).all()


def _desk(by: Actor, *when: ColumnElement[bool]) -> Select[int]:
    own = select(Task.id).where(
        Task.owner_region == by.region_code,
        Task.role == DESK_OF[by.role],
        Task.pressing.in_((*PRESSING.values(), CALM)),
        *(when or (Task.open_due.is_not(None),)),
    )
    return read_by("ix_tasks_pressing_queue", Task, own)


def _done(by: Actor) -> Select[int]:
    return read_by("ix_tasks_closed_by_closed_at", Task, select(Task.id).where(*_this_month(by)))


def _this_month(by: Actor) -> tuple[ColumnElement[bool], ...]:
    begin = on_the_day(clock.today().replace(day=1), time())
    return Task.closed_by == by.id, Task.closed_at >= begin


def _bounded(query: Select[int]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.limit(MOST_COUNTED).subquery()).scalar_subquery()
