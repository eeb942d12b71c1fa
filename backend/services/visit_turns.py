"""When a household was last visited, by whatever visit, and which duties to visit it that visit has closed.

Source: practice P40, one visit by anybody closes every duty that it satisfies: a home check or a removal check is a
visit too, and nobody goes to that door a second time in the same month.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db, new_id
from backend.models import Household, Task, Visit, VisitTurn
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.workflow.states import Kind
from backend.workflow.tasks import close_duty


def count(visit: Visit, *, by: Actor) -> None:
    """Count the visit of a check or a removal as a regular one."""
    household = db.session.scalars(select(Household).where(Household.id == visit.household_id)).one()
    for task in satisfied(household, visit.visited_on, kinds={Kind.REGULAR_VISIT}):
        close_duty(task, by=by, how=Action.FILE_VISIT, version=task.version + 1)
    note(household, visit.visited_on)


def satisfied(household: Household, visited_on: date, *, kinds: set[Kind]) -> Sequence[Task]:
    """Return the open duties that a visit on that day satisfies: its month's, and those due until a few days after it.

    A sheet that is typed later counts for its own day: January's visit leaves April's duty as it is.
    """
    query = select(Task).where(Task.household_id == household.id, Task.open_due.is_not(None), Task.kind.in_(kinds))
    early = visited_on.toordinal() + current_policy(household.county_code).numbers["round_days_early"]
    tasks = db.session.scalars(query.order_by(Task.id).with_for_update()).all()
    return [each for each in tasks if _is_near(each, visited_on, early)]


def _is_near(task: Task, visited_on: date, early: int) -> bool:
    if task.kind == Kind.CARE:
        return task.opened_on.toordinal() <= early
    return task.due_on.toordinal() <= early or _month(task.due_on) == _month(visited_on)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def note(household: Household, visited_on: date, visit_id: int | None = None) -> None:
    """Note the household's latest visit; `visit_id` is that of a regular one, which shows last time's picture."""
    turn = turn_of(household)
    if turn.last_on is None or visited_on >= turn.last_on:
        turn.last_on, turn.last_visit_id = visited_on, visit_id or turn.last_visit_id


def turn_of(household: Household) -> VisitTurn:
    """Return how a household is visited; a row is made where there is none yet."""
    turn = db.session.scalars(select(VisitTurn).where(VisitTurn.household_id == household.id)).one_or_none()
    if turn is None:
        turn = VisitTurn(id=new_id(), household_id=household.id, tags=[], made_for="", **same_place(household))
        db.session.add(turn)
    return turn
