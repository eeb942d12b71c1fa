"""Whose duties are whose: the queue, page by page in both directions, and what presses."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache

from sqlalchemy import ColumnElement, Select, Text, bindparam, func, literal_column, select, union_all

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import LEVEL_OF_ROLE, Action, Role, require
from backend.access.scope import LEVELS, as_system
from backend.connections import read_by
from backend.db import db
from backend.errors import Invalid
from backend.models import Task
from backend.services.queue_pages import LARGEST_ID, Cursor, Page, page_of
from backend.workflow import duties
from backend.workflow.states import Kind
from backend.workflow.tasks import DESK_OF, PRESSING, overdue_clause

__all__ = ["LARGEST_ID", "Cursor", "Page"]

MOST_ON_A_PAGE = 200
MOST_COUNTED = 1000
DAYS_OF_A_WEEK = 7
FIRST = min(PRESSING.values())
"""What presses most; with `>=`, every open duty."""
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


class By(StrEnum):
    """Until when what is shown is due; the week is today and the six days after it."""

    ANY = ""
    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


@dataclass(frozen=True)
class Filters:
    """What of a queue is looked for: one kind of duty, one township or village, a due date."""

    kind: Kind | None = None
    place: str = ""
    due: By = By.ANY


NO_FILTERS = Filters()


def queue(
    *,
    by: Actor,
    whose: Whose = Whose.MINE,
    overdue: bool = False,
    filters: Filters = NO_FILTERS,
    after: Cursor | None = None,
    before: Cursor | None = None,
    size: int = 50,
) -> Page:
    """Return a page of open duties, 特急 and 加急 first: equality and keyset, the same cost at any depth.

    `after` or `before`: where the page begins, or ends. What no index finds is looked for among so many duties and no
    more; the page then says that it was cut off, and its cursor goes on from there. Errors: `Invalid` for a place that
    is not within the actor's.
    """
    require(by.role, Action.READ_TASKS)
    _refuse_elsewhere(filters.place, by)
    query, besides = _found_by(by, whose, filters)
    due = By.OVERDUE if overdue else filters.due
    with _own_desk(whose):
        return page_of(query, besides, _due(due), after=after, before=before, size=min(size, MOST_ON_A_PAGE))


def kinds_within(by: Actor) -> Sequence[Kind]:
    """Return the kinds of duty that a desk within the actor's place can owe."""
    desks = {desk for desk in DESK_OF.values() if LEVEL_OF_ROLE[desk] >= len(by.region_code)}
    return [kind for kind in Kind if any(kind in _kinds_of(desk) for desk in desks)]


def counted_kinds(*, by: Actor) -> dict[Kind, int]:
    """Count what the own desk owes by kind, each to at most a thousand; a kind of which nothing is owed is left out."""
    require(by.role, Action.READ_TASKS)
    desk = DESK_OF.get(by.role, by.role)
    if not _kinds_of(desk):
        return {}
    with _own_desk(Whose.MINE):
        rows = db.session.execute(_counting(desk), {"owner": by.region_code}).all()
    return {Kind(row.kind): row.many for row in rows if row.many}


def is_own(task: Task, by: Actor) -> bool:
    """Say whether the actor's own desk owes a duty; others may take its step too, where the procedure lets them."""
    return task.owner_region == by.region_code and task.role == DESK_OF.get(by.role, by.role)


def _own_desk(whose: Whose) -> AbstractContextManager[None]:
    """Let a desk read all that it owes: home checks of families that live here and are registered elsewhere, too."""
    return as_system("a desk reads what it owes") if whose is Whose.MINE else nullcontext()


def _of(by: Actor, whose: Whose) -> Select[Task]:
    query, _ = _found_by(by, whose, NO_FILTERS)
    return query


def _found_by(by: Actor, whose: Whose, filters: Filters) -> tuple[Select[Task], Mapping[str, str]]:
    """Return the query that an index answers in order, and what it leaves to be looked for among its rows."""
    query = select(Task).where(Task.open_due.is_not(None))
    if whose is Whose.MINE:
        own = query.where(Task.owner_region == by.region_code, Task.role == DESK_OF.get(by.role, by.role))
        at = {LEVELS[len(filters.place)]: filters.place} if filters.place else {}
        if filters.kind is None:
            return read_by("ix_tasks_pressing_queue", Task, own), at
        return read_by("ix_tasks_desk_kind", Task, own.where(Task.kind == filters.kind)), at
    place = filters.place or by.region_code
    level, of_kind = LEVELS[len(place)], {"kind": filters.kind.value} if filters.kind else {}
    within = query.where(getattr(Task, level) == place)
    return (read_by(INDEX_WITHIN[level], Task, within) if level in INDEX_WITHIN else within), of_kind


def _refuse_elsewhere(place: str, by: Actor) -> None:
    if place and (len(place) not in LEVELS or place[: len(by.region_code)] != by.region_code):
        raise Invalid.field("place", "这个地方不在您的辖区里，请重新选择。")


def _due(until: By) -> list[ColumnElement[bool]]:
    today = clock.today()
    last = today + timedelta(days=DAYS_OF_A_WEEK - 1)
    return {
        By.ANY: [],
        By.OVERDUE: [overdue_clause(today)],
        By.TODAY: [Task.open_due == today],
        By.WEEK: [Task.open_due >= today, Task.open_due <= last],
    }[until]


@cache
def _kinds_of(desk: Role) -> Sequence[Kind]:
    owed = {each.kind for each in vars(duties).values() if isinstance(each, duties.Duty) and each.role is desk}
    return [kind for kind in Kind if kind in owed]


@cache
def _counting(desk: Role) -> Select[str, int]:
    """Return the question for a desk's counts, built once: each kind by itself, on its own stretch of the index.

    All but the place is written into it: a hundred parameters would cost more than the answer.
    """
    each = []
    for kind in _kinds_of(desk):
        mine = select(Task.id).where(
            Task.owner_region == bindparam("owner"),
            Task.role == literal_column(f"'{desk.value}'"),
            Task.kind == literal_column(f"'{kind.value}'"),
            Task.pressing >= literal_column(str(FIRST)),
        )
        some = read_by("ix_tasks_desk_kind", Task, mine).limit(literal_column(str(MOST_COUNTED))).subquery()
        name = literal_column(f"'{kind.value}'", Text).label("kind")
        each.append(select(name, func.count().label("many")).select_from(some))
    whole = union_all(*each).subquery()
    return select(whole.c.kind, whole.c.many)
