"""催办: somebody above presses for a duty with one click, once a day, and the history says who."""

from collections.abc import Mapping, Set

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action, Role, may, require
from backend.db import db, new_id, use_case
from backend.errors import NotAllowed, NotPossibleNow
from backend.models import Nudge, Task
from backend.models.places import same_place
from backend.policy import Policy
from backend.services.hearers import Desks
from backend.services.open_tasks import note, open_task, rules_of
from backend.services.reminder_words import page_of, place_of
from backend.services.takers import hearing_role
from backend.workflow.deadlines import spoken_at
from backend.workflow.outbox import PRESSING, STAFF, URGENT, owe
from backend.workflow.places import name_of
from backend.workflow.states import KIND_NAMES, Kind

_VILLAGES = frozenset({Role.GRID, Role.VILLAGE})
_BELOW_COUNTY = _VILLAGES | {Role.TOWN_REVIEW}
PRESSES: Mapping[Role, frozenset[Role]] = {
    Role.HEAD: _VILLAGES,
    Role.TOWN_OP: _VILLAGES,
    Role.TOWN_REVIEW: _VILLAGES,
    Role.TOWN_LEAD: _BELOW_COUNTY,
    Role.COUNTY_OP: _BELOW_COUNTY,
    Role.COUNTY_LEAD: _BELOW_COUNTY | {Role.COUNTY_LEAD},
}
"""Whose duties each role may press for: those of the desks below it, and a leader also those of the own office."""


def may_press(task: Task, *, by: Actor) -> bool:
    """Say whether the actor may press for this duty: it is owed by a desk below."""
    return may(by.role, Action.NUDGE) and Role(task.role) in PRESSES[by.role]


def roles_pressed(by: Actor) -> Set[str]:
    """Return the roles for whose duties the actor may press."""
    return {str(role) for role in PRESSES[by.role]} if may(by.role, Action.NUDGE) else frozenset()


@use_case
def nudge(task_id: int, *, by: Actor) -> Nudge:
    """Press for a duty: whoever owes it hears at once, outside the quiet hours.

    Errors: `NotAllowed` for a desk that does not lie below; `NotPossibleNow` when somebody pressed for it today.
    """
    require(by.role, Action.NUDGE)
    task, case = open_task(task_id)
    if not may_press(task, by=by):
        raise NotAllowed("只能催办下一级的事。")
    _refuse_second(task)
    row = Nudge(
        id=new_id(),
        task_id=task.id,
        case_id=task.case_id,
        household_id=task.household_id,
        day=clock.today(),
        nudged_by=by.id,
        nudged_by_name=by.name,
        nudged_at=clock.now(),
        **same_place(task),
    )
    db.session.add(row)
    _tell(task, rules_of(task, case), by)
    note(task, case, "nudge", by=by, detail={"task": str(task.id), "kind": task.kind})
    return row


def _refuse_second(task: Task) -> None:
    query = select(Nudge).where(Nudge.task_id == task.id, Nudge.day == clock.today())
    before = db.session.scalars(query).one_or_none()
    if before is not None:
        at = clock.local(before.nudged_at).strftime("%H:%M")
        raise NotPossibleNow(f"{before.nudged_by_name}今天{at}已经催办过，一件事一天只催一次。")


def _tell(task: Task, policy: Policy, by: Actor) -> None:
    urgent = task.pressing == URGENT
    for hearer in Desks().responsible(hearing_role(task), place_of(task)):
        owe(
            kind="nudge",
            template="duty",
            subject=f"nudge:{task.id}",
            recipient=f"{STAFF}:{hearer.staff_id}",
            county_code=task.county_code,
            data={
                "what": KIND_NAMES[Kind(task.kind)],
                "where": name_of(place_of(task)),
                "due": f"{task.due_on.year}年{task.due_on.month}月{task.due_on.day}日",
                "hint": f"{ROLE_NAMES[by.role]}催办，请尽快办理",
            },
            page=page_of(task),
            task_id=task.id,
            priority=URGENT if urgent else PRESSING,
            not_before=clock.now() if urgent else spoken_at(clock.now(), policy.ladder),
        )
