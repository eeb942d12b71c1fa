"""What is owed already gets the longer terms of a disaster that was opened since (practice P42)."""

from backend.models import Case, DisasterEvent, Task
from backend.policy.county import county_workdays, policy_of
from backend.policy.rules import DISASTER, NORMAL
from backend.workflow.deadlines import Due, due_on, shrunk
from backend.workflow.duties import counts_in_total
from backend.workflow.states import Kind
from backend.workflow.tasks import EXTENDED_BY, SUPERVISED, ask_again, total_of

DATED_BY_HAND = frozenset({Kind.WATCH_NOTICE, Kind.IN_PERSON})
"""Duties whose day is that of something else: the last of a notice, the return of a family."""


def lengthen(case: Case, task: Task, event: DisasterEvent) -> bool:
    """Give an open duty of an ordinary case the longer limit of a disaster opened since, where the rules have one.

    Counted from the duty's own beginning; never sooner than before, and the old date stays in its detail. Say whether
    it did. What presses is not put off, nor what a leader or a comparison dated by hand (P42).
    """
    by_hand = Kind(task.kind) in DATED_BY_HAND or {EXTENDED_BY, "left", SUPERVISED} & set(task.detail)
    if case.urgency != NORMAL or by_hand:
        return False
    policy, workdays = policy_of(case.county_code, case.policy_version), county_workdays(case.county_code)
    longer = policy.limits.get(f"{task.limit_key}.{DISASTER}")
    if longer is None or longer.days <= policy.limit(task.limit_key).days:
        return False
    is_free = not counts_in_total(Kind(task.kind), policy) or policy.flags["disaster_past_total"]
    own = due_on(task.opened_on, longer, workdays)
    due = own if is_free else shrunk(task.opened_on, longer, Due(total_of(case)), workdays)
    if due.on <= task.due_on:
        return False
    was_due = [*task.detail.get("was_due", []), task.due_on.isoformat()]
    task.detail = {**task.detail, "was_due": was_due, EXTENDED_BY: event.number}
    task.due_on = task.open_due = due.on
    task.is_provisional, task.limit_key = due.provisional, f"{task.limit_key}.{DISASTER}"
    ask_again(case, task)
    return True
