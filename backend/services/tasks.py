"""Whose duties are whose: the queue, page by page, and what presses."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, or_, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import LEVELS, as_system
from backend.connections import read_by
from backend.db import db
from backend.errors import Invalid
from backend.models import Task
from backend.workflow.tasks import CALM, DESK_OF, PRESSING, overdue_clause

MOST_ON_A_PAGE = 100
MOST_COUNTED = 1000
LARGEST_ID = 2**63 - 1
INDEX_WITHIN = {
    "county_code": "ix_tasks_county_pressing",
    "township_code": "ix_tasks_township_pressing",
    "village_code": "ix_tasks_village_pressing",
}
"""Grid members see a handful: theirs is found by the scope's own equality."""


class Whose(StrEnum):
    """Which duties a queue shows: those of one's own desk, or all within one's place."""

    MINE = "mine"
    ALL = "all"


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: just after this duty in the order (urgency, due date, id)."""

    due_on: date
    id: int
    pressing: int = CALM

    def __str__(self) -> str:
        return f"{self.due_on.isoformat()}~{self.id}~{self.pressing}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read a cursor as it was given out; raises `Invalid`."""
        day, _, rest = text.partition("~")
        row, _, pressing = rest.partition("~")
        try:
            found = cls(date.fromisoformat(day), int(row), int(pressing or CALM))
        except ValueError:
            found = cls(date.min, -1)
        if not 0 <= found.id <= LARGEST_ID:
            raise Invalid.field("after", "翻页位置不对，请从第一页重新看起。")
        return found


@dataclass(frozen=True)
class Page:
    """One page of a queue and where the next one begins."""

    items: Sequence[Task]
    after: Cursor | None


def queue(
    *, by: Actor, whose: Whose = Whose.MINE, overdue: bool = False, after: Cursor | None = None, size: int = 50
) -> Page:
    """Return a page of open duties, 特急 and 加急 first: equality and keyset, the same cost at any depth."""
    require(by.role, Action.READ_TASKS)
    with _own_desk(whose):
        return _queue(_of(by, whose), overdue, after, min(size, MOST_ON_A_PAGE))


def _own_desk(whose: Whose) -> AbstractContextManager[None]:
    """Let a desk read all that it owes: home checks of families that live here and are registered elsewhere, too."""
    return as_system("a desk reads what it owes") if whose is Whose.MINE else nullcontext()


def _queue(query: Select[Task], overdue: bool, after: Cursor | None, size: int) -> Page:
    if overdue:
        query = query.where(overdue_clause(clock.today()))
    pressing = after is None or after.pressing < CALM
    rows = _pressing(query, after, size + 1) if pressing else []
    if len(rows) <= size:
        calm = query.where(Task.pressing == CALM)
        rows += _page(calm, None if pressing else after, size + 1 - len(rows))
    page = rows[:size]
    last = page[-1] if len(rows) > size else None
    return Page(page, Cursor(last.due_on, last.id, CALM if last.pressing is None else last.pressing) if last else None)


def _pressing(query: Select[Task], after: Cursor | None, most: int) -> list[Task]:
    """Return the urgent ones, which lead: they are few."""
    query = query.where(Task.pressing.in_(PRESSING.values()))
    if after is not None:
        query = query.where(_presses_less(after))
    return list(db.session.scalars(query.order_by(Task.pressing, Task.open_due, Task.id).limit(most)))


def _presses_less(after: Cursor) -> ColumnElement[bool]:
    same_day = and_(Task.open_due == after.due_on, Task.id > after.id)
    return or_(
        Task.pressing > after.pressing,
        and_(Task.pressing == after.pressing, or_(Task.open_due > after.due_on, same_day)),
    )


@dataclass(frozen=True)
class Counts:
    """How much there is, honestly capped: a thousand means "1000 or more"."""

    open: int
    overdue: int
    due_soon: int


def counts(*, by: Actor, whose: Whose = Whose.MINE, soon: date) -> Counts:
    """Count open, overdue and soon due duties, each to at most a thousand, so that the cost has a bound."""
    require(by.role, Action.READ_TASKS)
    query, today = _of(by, whose).where(Task.pressing.in_((*PRESSING.values(), CALM))), clock.today()
    with _own_desk(whose):
        return Counts(
            open=_count(query),
            overdue=_count(query.where(overdue_clause(today))),
            due_soon=_count(query.where(Task.open_due >= today, Task.open_due <= soon)),
        )


def _of(by: Actor, whose: Whose) -> Select[Task]:
    query = select(Task).where(Task.open_due.is_not(None))
    if whose is Whose.MINE:
        own = query.where(Task.owner_region == by.region_code, Task.role == DESK_OF.get(by.role, by.role))
        return read_by("ix_tasks_pressing_queue", Task, own)
    level = LEVELS[len(by.region_code)]
    within = query.where(getattr(Task, level) == by.region_code)
    return read_by(INDEX_WITHIN[level], Task, within) if level in INDEX_WITHIN else within


def _page(query: Select[Task], after: Cursor | None, most: int) -> list[Task]:
    """Read on after a duty: first what is left of its day, then the days behind it.

    In one statement ("a later day, or this day and a larger id") SQLite would walk through the whole of that day.
    """
    ordered = query.order_by(Task.open_due, Task.id)
    if after is None:
        return list(db.session.scalars(ordered.limit(most)))
    same_day = ordered.where(Task.open_due == after.due_on, Task.id > after.id)
    rows = list(db.session.scalars(same_day.limit(most)))
    if len(rows) < most:
        rows += db.session.scalars(ordered.where(Task.open_due > after.due_on).limit(most - len(rows)))
    return rows


def _count(query: Select[Task]) -> int:
    ids = query.with_only_columns(Task.id).limit(MOST_COUNTED)
    return len(db.session.scalars(ids).all())
