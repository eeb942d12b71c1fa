"""How a page of duties is read, forwards and backwards, at the same cost however long the queue is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from backend.db import db
from backend.errors import Invalid
from backend.models import Task
from backend.workflow.tasks import CALM, PRESSING

LARGEST_ID = 2**63 - 1
MOST_LOOKED_THROUGH = 2000
"""Among so many duties what no index finds is looked for; the page after it goes on from there."""


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: just after this duty in the order (urgency, due date, id)."""

    due_on: date
    id: int
    pressing: int = CALM

    def __str__(self) -> str:
        return f"{self.due_on.isoformat()}~{self.id}~{self.pressing}"

    @classmethod
    def parse(cls, text: str, field: str = "after") -> "Cursor":
        """Read a cursor as it was given out; raises `Invalid`."""
        day, _, rest = text.partition("~")
        row, _, pressing = rest.partition("~")
        try:
            found = cls(date.fromisoformat(day), int(row), int(pressing or CALM))
        except ValueError:
            found = cls(date.min, -1)
        if not 0 <= found.id <= LARGEST_ID or not 0 <= found.pressing <= CALM:
            raise Invalid.field(field, "翻页位置不对，请从第一页重新看起。")
        return found

    @classmethod
    def at(cls, task: Task) -> "Cursor":
        """Return the place of an open duty."""
        return cls(task.due_on, task.id, CALM if task.pressing is None else task.pressing)


@dataclass(frozen=True)
class Page:
    """One page of a queue, where the next one begins and the one before it ends.

    `is_cut`: it has fewer duties than fit because so many were looked through; there may be more behind `after` (or
    before `before`, on the way back).
    """

    items: Sequence[Task]
    after: Cursor | None
    before: Cursor | None = None
    is_cut: bool = False


@dataclass
class _Read:
    """What has been read so far on the way through a queue, and where looking had to stop."""

    besides: Mapping[str, str]
    most: int
    is_back: bool = False
    rows: list[Task] = field(default_factory=list)
    stopped_at: Cursor | None = None

    def on(self, part: Select[Task]) -> None:
        """Read this part, as far as there is room; where something is looked for, among so many duties and no more."""
        left = self.most - len(self.rows)
        if left <= 0 or self.stopped_at is not None:
            return
        ordered = part.order_by(*self._order(Task))
        if not self.besides:
            self.rows += db.session.scalars(ordered.limit(left))
            return
        looked = aliased(Task, ordered.limit(MOST_LOOKED_THROUGH).subquery())
        wanted = [getattr(looked, name) == value for name, value in self.besides.items()]
        found = db.session.scalars(select(looked).where(*wanted).order_by(*self._order(looked)).limit(left)).all()
        self.rows += found
        if len(found) < left:
            last = db.session.scalars(ordered.offset(MOST_LOOKED_THROUGH - 1).limit(1)).first()
            self.stopped_at = Cursor.at(last) if last else None

    def _order(self, task: type[Task]) -> list[Any]:
        columns = (task.pressing, task.open_due, task.id)
        return [each.desc() for each in columns] if self.is_back else list(columns)


def page_of(
    query: Select[Task],
    besides: Mapping[str, str],
    days: Sequence[ColumnElement[bool]] = (),
    *,
    after: Cursor | None,
    before: Cursor | None,
    size: int,
) -> Page:
    """Return the page behind `after`, or the one that ends just before `before`; the first one for neither.

    `besides` holds what the query's own index does not know: columns and what they must be; `days` says which due dates
    are looked for, if not all.
    """
    if before is not None:
        read = _backwards(query.where(*days), besides, before, size + 1)
        rows = read.rows[:size][::-1]
        more = read.stopped_at or (Cursor.at(rows[0]) if len(read.rows) > size else None)
        return Page(rows, Cursor.at(rows[-1]) if rows else None, more, read.stopped_at is not None)
    if after is None and not days:
        read = _Read(besides, size + 1)
        read.on(query.where(Task.pressing >= min(PRESSING.values())))  # all of it, in the order of the index
    else:
        read = _forwards(query.where(*days), besides, after, size + 1)
    rows = read.rows[:size]
    more = read.stopped_at or (Cursor.at(rows[-1]) if len(read.rows) > size else None)
    first = Cursor.at(rows[0]) if rows and after is not None else None
    return Page(rows, more, first, read.stopped_at is not None)


def _forwards(query: Select[Task], besides: Mapping[str, str], after: Cursor | None, most: int) -> _Read:
    read, calm = _Read(besides, most), query.where(Task.pressing == CALM)
    if after is None or after.pressing < CALM:
        pressing = query.where(Task.pressing.in_(PRESSING.values()))
        read.on(pressing if after is None else pressing.where(_behind(after)))
        read.on(calm)
        return read
    # In one statement ("a later day, or this day and a larger id") SQLite would walk through the whole of that day.
    read.on(calm.where(Task.open_due == after.due_on, Task.id > after.id))
    read.on(calm.where(Task.open_due > after.due_on))
    return read


def _backwards(query: Select[Task], besides: Mapping[str, str], before: Cursor, most: int) -> _Read:
    read, calm = _Read(besides, most, is_back=True), query.where(Task.pressing == CALM)
    pressing = query.where(Task.pressing.in_(PRESSING.values()))
    if before.pressing < CALM:
        read.on(pressing.where(_ahead_of(before)))
        return read
    read.on(calm.where(Task.open_due == before.due_on, Task.id < before.id))
    read.on(calm.where(Task.open_due < before.due_on))
    read.on(pressing)
    return read


def _behind(after: Cursor) -> ColumnElement[bool]:
    same_day = and_(Task.open_due == after.due_on, Task.id > after.id)
    same = and_(Task.pressing == after.pressing, or_(Task.open_due > after.due_on, same_day))
    return or_(Task.pressing > after.pressing, same)


def _ahead_of(before: Cursor) -> ColumnElement[bool]:
    same_day = and_(Task.open_due == before.due_on, Task.id < before.id)
    same = and_(Task.pressing == before.pressing, or_(Task.open_due < before.due_on, same_day))
    return or_(Task.pressing < before.pressing, same)
