"""What the ledgers of duties say alike: who owes it by when, whether it is done, how many days late (domain 5.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.permissions import ROLE_NAMES, Role
from backend.db import db
from backend.models import Task
from backend.services.exports.declared import Ask, Column, day
from backend.workflow.places import called

TASK_COLUMNS = (
    *(Task.id, Task.case_id, Task.kind, Task.role, Task.owner_region, Task.due_on, Task.closed_at),
    *(Task.closed_by_name, Task.detail),
)


@dataclass(frozen=True)
class Course:
    """How one thing stands at the end of a day."""

    ask: Ask
    due_on: date | None
    ended_on: date | None
    who: str
    end: str = ""

    @property
    def state(self) -> str:
        """Say whether it is done."""
        return "已办结" if self.ended_on else "办理中"

    @property
    def late_days(self) -> int:
        """Return by how many days it was, or is, late."""
        return max(((self.ended_on or self.ask.as_of) - self.due_on).days, 0) if self.due_on else 0


COURSE: Sequence[Column] = (
    Column("期限", lambda each: day(each.course.due_on), 11),
    Column("责任人", lambda each: each.course.who, 18),
    Column("状态", lambda each: each.course.state, 9),
    Column("结论", lambda each: each.course.end, 14),
    Column("办结日", lambda each: day(each.course.ended_on), 11),
    Column("是否超期", lambda each: "是" if each.course.late_days else "否", 9),
    Column("超期天数", lambda each: str(each.course.late_days or ""), 9),
)


def course_of(ask: Ask, task: Any, *, ended_at: Any = None, end: str = "") -> Course:
    """Return how a duty stands at the end of the asked day; `ended_at`: when there was an answer, if there was."""
    closed = ended_at or (task.closed_at if task else None)
    is_over = closed is not None and closed < ask.ends_at
    who = ""
    if task is not None:
        who = (task.closed_by_name if is_over else "") or f"{called(task.owner_region)}{ROLE_NAMES[Role(task.role)]}"
    ended_on = clock.local(closed).date() if closed and is_over else None
    return Course(ask, task.due_on if task else None, ended_on, who, end if is_over else "")


def first_duties(case_ids: Iterable[int]) -> dict[int, Any]:
    """Return the first duty of each case."""
    found: dict[int, Any] = {}
    query = select(*TASK_COLUMNS).where(Task.case_id.in_(list(case_ids))).order_by(Task.id)
    for row in db.session.execute(query):
        found.setdefault(row.case_id, row)
    return found
