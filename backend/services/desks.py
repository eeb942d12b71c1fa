"""What a desk's queue shows beside its duties: case numbers and names of places, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Case, Region, Task
from backend.privacy.receipts import spoken
from backend.workflow import places
from backend.workflow.states import KIND_NAMES, Kind


@dataclass(frozen=True)
class Line:
    """One duty as a queue shows it; `number` is the case's, in the groups in which people read it out."""

    task: Task
    kind: str
    number: str


def lines(duties: Sequence[Task], *, by: Actor) -> list[Line]:
    """Return a page's duties with the numbers of their cases, and have the names of their places at hand.

    Two statements for the whole page: `places.name_of` need not ask for each village by itself.
    """
    require(by.role, Action.READ_TASKS)
    if not duties:
        return []
    mine = select(Case.id, Case.number).where(
        Case.id.in_({task.case_id for task in duties if task.case_id is not None})
    )
    numbers = dict(db.session.execute(mine).all())
    codes = {code for task in duties for code in (task.village_code, task.township_code)}
    named = select(Region.code, Region.name).where(Region.code.in_(codes))
    places.remember(dict(db.session.execute(named).all()))
    return [
        Line(
            task=task,
            kind=KIND_NAMES[Kind(task.kind)],
            number=spoken(numbers.get(task.case_id, "")) if task.case_id is not None else "",
        )
        for task in duties
    ]
