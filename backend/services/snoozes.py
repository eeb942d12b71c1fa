"""Putting a reminder off: by the person in charge, with a reason, for a few days and never past the due date."""

from datetime import date, timedelta

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotPossibleNow
from backend.models import Snooze, Task
from backend.models.places import same_place
from backend.policy import Policy
from backend.policy.county import county_workdays
from backend.services.open_tasks import note, open_task, rules_of
from backend.services.sealing import Sealer, needed
from backend.workflow.deadlines import is_overdue, on_the_day
from backend.workflow.outbox import URGENT
from backend.workflow.tasks import DESK_OF, SNOOZED

MOST_WHY = 200


@use_case
def snooze(task_id: int, until_on: date, *, why: str, by: Actor) -> Snooze:
    """Let the desk hear of a duty again on the morning of a working day; what comes after the due date stays as it is.

    Errors: `NotPossibleNow` for whoever does not sit at the duty's desk, and for what is urgent or late; `Invalid`
    for a day that is none, too late, or a rest day.
    """
    require(by.role, Action.SNOOZE)
    task, case = open_task(task_id)
    if why_not := _why_not(task, by):
        raise NotPossibleNow(why_not)
    policy = rules_of(task, case)
    words = _checked(task, until_on, why, policy)
    row = Snooze(
        id=new_id(),
        task_id=task.id,
        case_id=task.case_id,
        household_id=task.household_id,
        until_on=until_on,
        snoozed_by=by.id,
        snoozed_by_name=by.name,
        snoozed_at=clock.now(),
        **same_place(task),
    )
    row.why_sealed = Sealer("snoozes", row.id).must("why_sealed", words)
    db.session.add(row)
    task.next_rung_at, task.next_rung = on_the_day(until_on, policy.ladder.at), SNOOZED
    detail = {"task": str(task.id), "until": until_on.isoformat()}
    note(task, case, "snooze", by=by, detail=detail, words=words)
    return row


def may_put_off(task: Task, *, by: Actor) -> bool:
    """Say whether the actor may put this duty's reminder off now: it is theirs, not urgent and not late."""
    return may(by.role, Action.SNOOZE) and _why_not(task, by) == ""


def latest_day(task: Task, policy: Policy) -> date:
    """Return the last day to which a reminder can be put off."""
    return min(task.due_on, clock.today() + timedelta(days=policy.numbers["snooze_days_at_most"]))


def _why_not(task: Task, by: Actor) -> str:
    if task.owner_region != by.region_code or task.role != DESK_OF.get(by.role, by.role):
        return "这件事不归您办，只有承办的人能推迟提醒。"
    if task.pressing == URGENT:
        return "特急的事不能推迟提醒。"
    return "已经超期，不能再推迟提醒。" if is_overdue(task.due_on, clock.today()) else ""


def _checked(task: Task, until_on: date, why: str, policy: Policy) -> str:
    complaints, today = Complaints(), clock.today()
    words = complaints.take(lambda: needed(why, "why", MOST_WHY), "")
    most = policy.numbers["snooze_days_at_most"]
    if not today < until_on <= latest_day(task, policy):
        complaints.add("until_on", f"只能推迟到明天以后、{most}天以内，也不能推过截止日期。")
    elif not county_workdays(task.county_code).is_workday(until_on):
        complaints.add("until_on", "那天不上班，请选一个工作日。")
    complaints.raise_if_any()
    return words
