"""How somebody likes their queue: filters saved under a name, and which columns it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Invalid
from backend.models import QueueHabits
from backend.privacy.texts import clean_text

MOST_FILTERS = 12
LONGEST_NAME = 12
LONGEST_QUERY = 200
COLUMNS = {"place": "村", "number": "受理编号", "opened": "收到", "owner": "由谁办"}
"""What a queue may show beside the due date, the family and the duty."""
USUAL = ("place", "number", "opened")


class SavedFilter(NamedTuple):
    """A filter under a name: the query of the address that shows it."""

    name: str
    query: str


@dataclass(frozen=True)
class Habits:
    """What somebody saved and chose; whoever did neither has the usual columns and no filter."""

    filters: Sequence[SavedFilter] = ()
    columns: Sequence[str] = USUAL


def habits_of(by: Actor) -> Habits:
    """Return how the actor likes the queue of this identity."""
    require(by.role, Action.READ_TASKS)
    row = _row(by)
    if row is None:
        return Habits()
    columns = USUAL if row.columns is None else tuple(each for each in COLUMNS if each in row.columns)
    return Habits([SavedFilter(*each) for each in row.filters], columns)


@use_case
def save_filter(name: str, query: str, *, by: Actor) -> None:
    """Keep a filter under a name; the name's earlier one goes. Errors: `Invalid` names the field."""
    require(by.role, Action.READ_TASKS)
    said = clean_text(name, most=LONGEST_NAME, field="name")
    if not query or len(query) > LONGEST_QUERY:
        raise Invalid.field("query", "先选好条件，再保存。")
    row = _row_to_change(by)
    others = [each for each in row.filters if each[0] != said]
    if len(others) >= MOST_FILTERS:
        raise Invalid.field("name", f"最多保存{MOST_FILTERS}个筛选，请先删掉不用的。")
    row.filters = [*others, [said, query]]


@use_case
def drop_filter(name: str, *, by: Actor) -> None:
    """Forget a filter; one that is gone already stays gone."""
    require(by.role, Action.READ_TASKS)
    row = _row_to_change(by)
    row.filters = [each for each in row.filters if each[0] != name]


@use_case
def choose_columns(columns: Sequence[str], *, by: Actor) -> None:
    """Show these columns from now on, in the program's order. Errors: `Invalid` for one that does not exist."""
    require(by.role, Action.READ_TASKS)
    if set(columns) - COLUMNS.keys():
        raise Invalid.field("columns", "没有这一栏，请重新选择。")
    _row_to_change(by).columns = [each for each in COLUMNS if each in columns]


_KEPT = select(QueueHabits).where(
    QueueHabits.staff_id == bindparam("staff_id"),
    QueueHabits.role == bindparam("role"),
    QueueHabits.region_code == bindparam("region_code"),
)


def _row(by: Actor) -> QueueHabits | None:
    mine = {"staff_id": by.id, "role": by.role, "region_code": by.region_code}
    return db.session.scalars(_KEPT, mine).one_or_none()


def _row_to_change(by: Actor) -> QueueHabits:
    row = _row(by)
    if row is None:
        row = QueueHabits(staff_id=by.id, role=by.role, region_code=by.region_code, filters=[], columns=None)
        db.session.add(row)
    return row
