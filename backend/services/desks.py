"""What a desk's queue shows beside its duties: case numbers and names of places, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db
from backend.models import Case, Task
from backend.privacy.receipts import spoken
from backend.workflow import places
from backend.workflow.duties import REMOVAL, WARNING, WAY
from backend.workflow.states import KIND_NAMES, Kind

_NUMBERS = select(Case.id, Case.number, Case.content_version).where(Case.id.in_(bindparam("about", expanding=True)))
WAYS = {REMOVAL: "风险消除", WARNING: "预警"}


@dataclass(frozen=True)
class Line:
    """One duty as a queue shows it; `number` is the case's, in the groups in which people read it out."""

    task: Task
    kind: str
    number: str
    content_version: int = 0


def kind_of(task: Task) -> str:
    """Say what is owed; of the way out, or of a warning, the duty says so, for steps of the same name lead in too."""
    name, way = KIND_NAMES[Kind(task.kind)], WAYS.get(str(task.detail.get(WAY, "")), "")
    return name if not way or way in name else f"{name}（{way}）"


def lines(duties: Sequence[Task], *, by: Actor) -> list[Line]:
    """Return a page's duties with the numbers of their cases, and have the names of their places at hand.

    Two statements at most for the whole page: `places.name_of` need not ask for each village by itself.
    """
    require(by.role, Action.READ_TASKS)
    if not duties:
        return []
    about = {task.case_id for task in duties if task.case_id is not None}
    with as_system("the numbers of cases on a desk"):
        known = {row.id: row for row in db.session.execute(_NUMBERS, {"about": list(about)})}
    codes = {task.village_code for task in duties} | {task.township_code for task in duties}
    places.have_at_hand(codes - {by.region_code})
    return [
        Line(
            task=task,
            kind=kind_of(task),
            number=spoken(known[task.case_id].number) if task.case_id in known else "",
            content_version=known[task.case_id].content_version if task.case_id in known else 0,
        )
        for task in duties
    ]
