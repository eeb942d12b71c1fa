"""Where a duty of the queue is done: each leads somewhere, or whoever owes it would look for it."""

from typing import Any, NamedTuple

from flask import url_for

from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.models import Task
from backend.services.desks import Line
from backend.workflow.states import Kind


class Door(NamedTuple):
    """A page of the console, the permission that it asks for, and how it is told what the duty is about."""

    endpoint: str
    asks: Action
    argument: str = ""
    anchor: str = ""


BY_DETAIL = {
    "complaint": Door("complaints.show", Action.ANSWER_COMPLAINT, "complaint_id"),
    "satisfaction": Door("call_backs.show", Action.CALL_BACK, "satisfaction_id"),
    "correction": Door("correction_requests.show", Action.ANSWER_CORRECTION, "request_id"),
    "roster_doubt": Door("roster.doubt", Action.READ_GRIDS, "doubt_id"),
    "alert_batch": Door("alerts.show", Action.PUSH_ALERTS, "batch_id"),
}
"""What a duty's detail names has a page of its own."""

CASE = Door("cases.show", Action.READ_CASES, "case_id")

BY_KIND = {
    Kind.HAZARD: Door("rounds.index", Action.FILE_ROUND, anchor="hazards"),
    Kind.MEMBER_CHANGE: Door("rounds.index", Action.FILE_ROUND, anchor="changes"),
    Kind.REGULAR_VISIT: Door("rounds.show", Action.FILE_ROUND, "household_id"),
    Kind.ASSIGNMENT: Door("supervising.index", Action.ANSWER_ASSIGNMENT, anchor="assignments"),
    Kind.VACANCY: Door("stations.index", Action.READ_STATIONS),
}
"""Where duties about no case are done."""


def door_of(line: Line, by: Actor) -> str:
    """Return the address at which somebody does a duty; empty where they may not open it."""
    task = line.task
    if own := own_page_of(task, by):
        return own
    if task.case_id is not None:
        return url_for(CASE.endpoint, case_id=task.case_id) if may(by.role, CASE.asks) else ""
    found = BY_KIND.get(Kind(task.kind))
    if found is None or not may(by.role, found.asks):
        return ""
    given: dict[str, Any] = {found.argument: task.household_id} if found.argument else {}
    return url_for(found.endpoint, _anchor=found.anchor or None, **given)


def own_page_of(task: Task, by: Actor) -> str:
    """Return the address of the page that a duty's detail names, or "" where there is none for them."""
    for name, door in BY_DETAIL.items():
        if (about := task.detail.get(name)) and may(by.role, door.asks):
            given: dict[str, Any] = {door.argument: int(about)}
            return url_for(door.endpoint, **given)
    return ""
