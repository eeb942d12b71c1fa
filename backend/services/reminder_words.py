"""What is said of a duty at a rung: in which words, how soon, from when, and to the hearers of which rung."""

from datetime import datetime
from typing import Any

from backend import clock
from backend.policy import Policy
from backend.policy.county import county_workdays
from backend.policy.ladder import Level
from backend.services.hearers import Hearer
from backend.workflow.deadlines import is_overdue, news_at, worked_at
from backend.workflow.outbox import ORDINARY, PRESSING, URGENT
from backend.workflow.places import name_of
from backend.workflow.states import KIND_NAMES, Kind
from backend.workflow.tasks import NEW, SNOOZED

VILLAGE_DIGITS = 12
LATE = frozenset({Level.ORANGE, Level.RED, Level.SUPERVISION})

LONE_PAGE = "cadre/tasks/tasks"
"""Where on the phone a duty without a case is seen: in the list, which leads on."""


def place_of(task: Any) -> str:
    """Return the place that a duty is about; out of a village's sight it is that of whoever owes it."""
    if len(task.owner_region) == VILLAGE_DIGITS:
        return str(task.owner_region)  # also of a family that is registered in another village (practice P24)
    return str(task.village_code or task.owner_region)


def page_of(task: Any) -> str:
    """Return the page of the phone on which a duty is done."""
    if task.case_id is None:
        complaint = task.detail.get("complaint")
        return f"cadre/complaint/complaint?id={complaint}" if complaint else LONE_PAGE
    return f"cadre/case/case?id={task.case_id}"


def effective(level: str, detail: dict[str, Any]) -> str:
    """Return the rung whose hearers hear: a duty late for the second time, after a 督办单, goes straight to red."""
    return Level.RED if level == Level.ORANGE and detail.get("supervised") else level


def priority_of(task: Any, level: str) -> int:
    """Return how soon a message goes out: 特急 first, then what is late."""
    if task.pressing == URGENT:
        return URGENT
    return PRESSING if level in LATE else ORDINARY


def spoken_from(task: Any, level: str, policy: Policy, now: datetime) -> datetime:
    """Return from when staff may be spoken to of this duty at this rung."""
    if task.pressing == URGENT:
        return now
    workdays = county_workdays(task.county_code)
    if level in LATE:  # after an outage a sweep may run on a rest day: what is late already can wait over it
        return worked_at(now, policy.ladder, workdays)
    return news_at(now, task.due_on, policy.ladder, workdays)


def words_for(task: Any, level: str, hearer: Hearer) -> dict[str, str]:
    """Return what the message says: the duty, the place, the date and a hint; never who or why."""
    return {
        "what": KIND_NAMES[Kind(task.kind)],
        "where": name_of(place_of(task)),
        "due": f"{task.due_on.year}年{task.due_on.month}月{task.due_on.day}日",
        "hint": hearer.why or _hint(task, level),
    }


def _hint(task: Any, level: str) -> str:
    if level in {NEW, SNOOZED}:
        return "有一项新的待办" if level == NEW else "您推迟的提醒到时间了"
    if level == Level.SUPERVISION:
        return f"已超期{(clock.today() - task.due_on).days}天，已起草督办单"
    late = (clock.today() - task.due_on).days
    return f"已超期{late}天，请尽快办理" if is_overdue(task.due_on, clock.today()) else "快到期了，请安排时间"
