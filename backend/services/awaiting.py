"""What a receipt waits for now, from whom and by when: read off the duties that are open, in words of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.access.scope import as_system
from backend.db import db
from backend.models import Declaration, ReceiptLine, Task
from backend.workflow.awaited import AWAITED
from backend.workflow.places import name_of
from backend.workflow.states import Kind

HANDED_OVER = "handed_over"


@dataclass(frozen=True)
class Awaited:
    """One thing that is on turn: what, who owes it, and by when."""

    what: str
    whom: str
    due_on: date

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        return f"现在等{self.whom}在{self.due_on.month}月{self.due_on.day}日前{self.what}。"


def awaited_first(declaration: Declaration, duty: Task) -> Awaited:
    """Return what a receipt just given waits for."""
    return _awaited(declaration, duty, is_moved=False)


def awaited_by(declarations: Sequence[Declaration]) -> dict[int, list[Awaited]]:
    """Return what each of these receipts waits for, the soonest first; two statements for a whole page.

    A declaration that joined another's case waits for the village as any new one does, and learns nothing of the case.
    """
    if not declarations:
        return {}
    cases = {each.case_id for each in declarations}
    with as_system("what does a receipt wait for?"):
        query = select(Task).where(Task.case_id.in_(cases), Task.open_due.is_not(None))
        duties = db.session.scalars(query.order_by(Task.open_due, Task.id)).all()
        moved = select(ReceiptLine.declaration_id).where(
            ReceiptLine.declaration_id.in_([each.id for each in declarations]), ReceiptLine.kind == HANDED_OVER
        )
        handed_over = set(db.session.scalars(moved))
    return {
        each.id: [_awaited(each, task, is_moved=each.id in handed_over) for task in duties if _is_told(each, task)]
        for each in declarations
    }


def _is_told(declaration: Declaration, task: Task) -> bool:
    if task.case_id != declaration.case_id:
        return False
    if declaration.joined:
        return task.kind == Kind.JOIN and task.detail.get("declaration") == str(declaration.id)
    if task.kind == Kind.CALL_BACK:
        return task.detail.get("declaration") == str(declaration.id)
    return Kind(task.kind) in AWAITED


def _awaited(declaration: Declaration, task: Task, *, is_moved: bool) -> Awaited:
    """Name the place that the sender said: where the household is registered is nothing to tell by a typed number."""
    kind = Kind.ACCEPT if task.kind == Kind.JOIN else Kind(task.kind)
    place = task.village_code or task.township_code if is_moved else declaration.said_village
    whom = name_of(place[: LEVEL_OF_ROLE[Role(task.role)]])
    return Awaited(AWAITED[kind], whom, task.due_on)
