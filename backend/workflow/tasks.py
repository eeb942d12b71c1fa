"""Duties: how one is opened and closed, whose queue shows it, and the one definition of overdue."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.db import db, new_id, ring
from backend.models import Case, DisasterEvent, Task
from backend.models.places import Place, same_place
from backend.models.tasks import NO_HOUSEHOLD
from backend.policy.county import county_workdays, current_policy, policy_of
from backend.policy.rules import DISASTER, NORMAL
from backend.workflow.deadlines import Due, due_on, not_before_seen, shrunk
from backend.workflow.disasters import open_event_at
from backend.workflow.duties import NOT_IDENTIFYING, WAY, Duty, Opening, counts_in_total
from backend.workflow.living import owner_of
from backend.workflow.states import Kind

NEW = "new"
"""The first rung of every duty: whoever owes it hears of it; the policy's ladder comes after."""

EXTENDED_BY = "extended_by"
"""In a duty's detail: the document number of the disaster event that gave it a longer limit."""

SUPERVISED = "supervised"
"""In a duty's detail: a leader gave it its date by name, in a 督办单; nothing but another one moves that date."""

SNOOZED = "snoozed"
"""The rung of a reminder that the person in charge put off to this day."""

PRESSING = {"critical": 0, "urgent": 1}
"""The urgencies that lead every queue, in this order."""
CALM = 2
"""How everything else presses: it comes after them."""

DESK_OF: dict[Role, Role] = {
    Role.GRID: Role.GRID,
    Role.VILLAGE: Role.VILLAGE,
    Role.HEAD: Role.VILLAGE,
    Role.TOWN_OP: Role.TOWN_REVIEW,
    Role.TOWN_REVIEW: Role.TOWN_REVIEW,
    Role.TOWN_LEAD: Role.TOWN_REVIEW,
    Role.COUNTY_OP: Role.COUNTY_LEAD,
    Role.COUNTY_LEAD: Role.COUNTY_LEAD,
    Role.DEPT: Role.DEPT,
}
"""Whose duties a role's own queue shows: an office shares one desk, so that nobody's leave stops a case."""


def open_duty(case: Case, opening: Opening) -> Task:
    """Open a duty of the case; its date comes from the case's own policy version, whatever the county says today.

    A step inside the total never gets a day that the total does not have: its limit shrinks with what is left. A limit
    that began earlier and is over already leaves until the next day: nobody is late before having seen a duty.
    """
    duty, event = opening.duty, _extended_by(case, opening)
    due = _due(case, opening, clock.today(), event)
    now = clock.now()
    case.version += 1
    task = Task(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        kind=duty.kind,
        role=duty.role,
        owner_region=owner_of(case, duty.kind, duty.role, by=opening.at),
        head_name=case.head_name,
        limit_key=_limit_key(case, opening, event),
        due_on=due.on,
        open_due=due.on,
        pressing=PRESSING.get(case.urgency, CALM),
        is_provisional=due.provisional,
        opened_at=now,
        opened_on=opening.since or clock.today(),
        next_rung_at=now,
        next_rung=NEW,
        detail={**_way_of(case), **opening.detail, **({EXTENDED_BY: event.number} if event else {})},
        version=case.version,
        **same_place(case),
    )
    db.session.add(task)
    ring("sweep")
    return task


def _way_of(case: Case) -> dict[str, Any]:
    """Let the queue say that a duty is of the way out, or of a warning: meetings and notices are held there too."""
    return {WAY: case.procedure} if case.procedure in NOT_IDENTIFYING else {}


def open_lone_duty(
    duty: Duty,
    *,
    place: Place,
    owner_region: str,
    name: str,
    detail: dict[str, Any],
    household_id: int = NO_HOUSEHOLD,
    due: date | None = None,
) -> Task:
    """Open a duty that is about no case, under today's rules; `name` stands where the head's would.

    `due`: a day fixed by a schedule; otherwise the duty's limit says it. Its version is its own counter. Nobody may
    read who it is about off the queue: `detail` holds ids.
    """
    policy = current_policy(place["county_code"])
    counted = due_on(clock.today(), policy.limit(duty.limit), county_workdays(place["county_code"]))
    fixed = counted if due is None else Due(due)
    now = clock.now()
    task = Task(
        id=new_id(),
        case_id=None,
        household_id=household_id,
        kind=duty.kind,
        role=duty.role,
        owner_region=owner_region,
        head_name=name,
        limit_key=duty.limit,
        due_on=fixed.on,
        open_due=fixed.on,
        pressing=CALM,
        is_provisional=fixed.provisional,
        opened_at=now,
        opened_on=clock.today(),
        next_rung_at=now,
        next_rung=NEW,
        detail=detail,
        version=1,
        **place,
    )
    db.session.add(task)
    ring("sweep")
    return task


def _extended_by(case: Case, opening: Opening) -> DisasterEvent | None:
    """Return the open disaster that gives an ordinary case of its area a longer limit, where the rules have one (P42).

    Never for a case that presses: what comes of the disaster itself is not put off by it.
    """
    limits = policy_of(case.county_code, case.policy_version).limits
    usual, longer = limits[opening.duty.limit], limits.get(f"{opening.duty.limit}.{DISASTER}")
    if longer is None or longer.days <= usual.days or case.urgency != NORMAL or opening.due_on is not None:
        return None
    return open_event_at(case.village_code)


def _limit_key(case: Case, opening: Opening, event: DisasterEvent | None = None) -> str:
    """Return the key of the duty's limit: an urgent case has its own, shorter one where the county's rules name it."""
    if event is not None:
        return f"{opening.duty.limit}.{DISASTER}"
    urgent = f"{opening.duty.limit}.{case.urgency}"
    return urgent if urgent in policy_of(case.county_code, case.policy_version).limits else opening.duty.limit


def retime(case: Case, task: Task) -> None:
    """Date an open duty anew under the case's urgency of now, from the day on which it was opened; never later.

    A date that a leader gave in a 督办单 stays: whoever owes it hears of the urgency all the same.
    """
    role, kind = Role(task.role), Kind(task.kind)
    opening = Opening(Duty(kind, role, task.limit_key.split(".")[0]), since=task.opened_on)
    due = _due(case, opening, task.appeared_on)
    if due.on < task.due_on and SUPERVISED not in task.detail:
        task.due_on = task.open_due = due.on
        task.is_provisional = due.provisional
        task.limit_key = _limit_key(case, opening)
        task.detail = {name: value for name, value in task.detail.items() if name != EXTENDED_BY}
    task.pressing = PRESSING.get(case.urgency, CALM)
    ask_again(case, task)


def redate(case: Case) -> None:
    """Date the open duties that count in the total anew, because another total holds from now (a green channel's).

    Each from the day on which it was opened and under its own limit; the old date stays in its detail.
    """
    for task in open_duties(case.id):
        policy = policy_of(case.county_code, case.policy_version)
        if not counts_in_total(Kind(task.kind), policy) or {"left", SUPERVISED} & set(task.detail):
            continue  # what is left of a comparison keeps the day of the whole, and a leader's word is a leader's
        limit = policy.limit(task.limit_key)
        workdays = county_workdays(case.county_code)
        own = shrunk(task.opened_on, limit, Due(total_of(case)), workdays)
        due = not_before_seen(own, task.appeared_on, limit, workdays)
        if due.on == task.due_on:
            continue
        task.detail = {**task.detail, "was_due": [*task.detail.get("was_due", []), task.due_on.isoformat()]}
        task.due_on = task.open_due = due.on
        task.is_provisional = due.provisional
        ask_again(case, task)


def total_of(case: Case) -> date:
    """Return the day on which the whole has to be done: the promised one, or a green channel's own."""
    return date.fromisoformat(case.marks["backfill_by"]) if "backfill_by" in case.marks else case.promised_on


def ask_again(case: Case, task: Task) -> None:
    """Let whoever owes an open duty hear of it as of a new one: it has changed hands, or its day has."""
    case.version += 1
    task.version = case.version
    task.next_rung_at, task.next_rung = clock.now(), NEW
    ring("sweep")


def open_again(task: Task) -> None:
    """Open a duty again that was closed too early: its owner and its day stay, and whoever owes it hears of it anew."""
    task.open_due, task.pressing = task.due_on, CALM
    task.closed_at = task.closed_by = task.closed_by_name = task.closed_how = None
    task.next_rung_at, task.next_rung = clock.now(), NEW
    task.version += 1
    ring("sweep")


def _due(case: Case, opening: Opening, appears_on: date, event: DisasterEvent | None = None) -> Due:
    if opening.due_on is not None:
        return Due(opening.due_on)
    policy = policy_of(case.county_code, case.policy_version)
    limit = policy.limit(_limit_key(case, opening, event))
    workdays = county_workdays(case.county_code)
    since = opening.since or clock.today()
    bound = counts_in_total(opening.duty.kind, policy) and not (
        event is not None and policy.flags["disaster_past_total"]
    )
    own = shrunk(since, limit, Due(total_of(case)), workdays) if bound else due_on(since, limit, workdays)
    return not_before_seen(own, appears_on, limit, workdays)


def close_duty(task: Task, *, by: Actor, how: str, version: int) -> None:
    """Close a duty: it leaves every queue and nobody is reminded of it any more."""
    task.open_due = None
    task.pressing = None
    task.next_rung_at = None
    task.next_rung = None
    task.closed_at = clock.now()
    task.closed_by = by.id
    task.closed_by_name = by.name
    task.closed_how = how
    task.version = version


_OF_A_CASE = select(Task).where(Task.case_id == bindparam("case_id"), Task.open_due.is_not(None))
_OPEN_DUTIES = _OF_A_CASE.order_by(Task.open_due, Task.id)


def open_duties(case_id: int) -> Sequence[Task]:
    """Return the case's open duties, the most pressing first."""
    return db.session.scalars(_OPEN_DUTIES, {"case_id": case_id}).all()


def overdue_clause(today: date) -> ColumnElement[bool]:
    """Say "overdue" in SQL: the twin of `deadlines.is_overdue`, and the only other place that says it."""
    return Task.open_due < today
