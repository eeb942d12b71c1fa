"""Whose duties are whose: the queue, page by page, and what presses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, or_, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import LEVELS
from backend.db import db
from backend.errors import Invalid
from backend.models import Task
from backend.workflow.tasks import DESK_OF, overdue_clause

MOST_ON_A_PAGE = 100
MOST_COUNTED = 1000


class Whose(StrEnum):
    """Which duties a queue shows: those of one's own desk, or all within one's place."""

    MINE = "mine"
    ALL = "all"


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: just after this duty in the order (urgency, due date, id)."""

    due_on: date
    id: int
    pressing: int | None = None

    def __str__(self) -> str:
        place = f"{self.due_on.isoformat()}~{self.id}"
        return place if self.pressing is None else f"{place}~{self.pressing}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read a cursor as it was given out; raises `Invalid`."""
        day, _, rest = text.partition("~")
        row, _, pressing = rest.partition("~")
        try:
            return cls(date.fromisoformat(day), int(row), int(pressing) if pressing else None)
        except ValueError:
            raise Invalid.field("after", "翻页位置不对，请从第一页重新看起。") from None


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
    size = min(size, MOST_ON_A_PAGE)
    query = _of(by, whose)
    if overdue:
        query = query.where(overdue_clause(clock.today()))
    rows = [] if after is not None and after.pressing is None else _pressing(query, by, after, size + 1)
    if len(rows) <= size:
        rows += _others(query, after, size + 1 - len(rows))
    page = rows[:size]
    last = page[-1] if len(rows) > size else None
    return Page(page, Cursor(last.due_on, last.id, last.pressing) if last else None)


def _pressing(query: Select[Task], by: Actor, after: Cursor | None, most: int) -> list[Task]:
    """Return the urgent ones, which lead: they are few, and have an index of their own."""
    query = query.where(Task.county_code == by.county_code, Task.pressing.is_not(None))
    if after is not None:
        level = after.pressing
        query = query.where(or_(Task.pressing > level, and_(Task.pressing == level, _later(after))))
    return list(db.session.scalars(query.order_by(Task.pressing, Task.open_due, Task.id).limit(most)))


def _others(query: Select[Task], after: Cursor | None, most: int) -> list[Task]:
    query = query.where(Task.pressing.is_(None))
    if after is not None and after.pressing is None:
        query = query.where(_later(after))
    return list(db.session.scalars(query.order_by(Task.open_due, Task.id).limit(most)))


@dataclass(frozen=True)
class Counts:
    """How much there is, honestly capped: a thousand means "1000 or more"."""

    open: int
    overdue: int
    due_soon: int


def counts(*, by: Actor, whose: Whose = Whose.MINE, soon: date) -> Counts:
    """Count open, overdue and soon due duties, each to at most a thousand, so that the cost has a bound."""
    require(by.role, Action.READ_TASKS)
    query, today = _of(by, whose), clock.today()
    return Counts(
        open=_count(query),
        overdue=_count(query.where(overdue_clause(today))),
        due_soon=_count(query.where(Task.open_due >= today, Task.open_due <= soon)),
    )


def _of(by: Actor, whose: Whose) -> Select[Task]:
    query = select(Task).where(Task.open_due.is_not(None))
    if whose is Whose.MINE:
        return query.where(Task.owner_region == by.region_code, Task.role == DESK_OF.get(by.role, by.role))
    return query.where(getattr(Task, LEVELS[len(by.region_code)]) == by.region_code)


def _later(after: Cursor) -> ColumnElement[bool]:
    """Say "after this one" as a range on the index and a refinement: neither database uses row values well."""
    return and_(
        Task.open_due >= after.due_on,
        or_(Task.open_due > after.due_on, and_(Task.open_due == after.due_on, Task.id > after.id)),
    )


def _count(query: Select[Task]) -> int:
    ids = query.with_only_columns(Task.id).limit(MOST_COUNTED)
    return len(db.session.scalars(ids).all())
