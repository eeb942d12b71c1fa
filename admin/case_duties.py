"""The duties of a case on its page: who owes what by when, and what may be done about its reminders."""

from typing import Any

from admin.doors import own_page_of
from admin.words import place
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Role
from backend.models import Task
from backend.policy import Policy
from backend.services import nudges, snoozes
from backend.services.desks import kind_of
from backend.workflow.tasks import SUPERVISED


def duty_line(task: Task, policy: Policy, by: Actor) -> dict[str, Any]:
    """Return an open duty as the page of its case lists it."""
    office = policy.departments.get(str(task.detail.get("department", "")))
    kind = kind_of(task)
    return {
        "id": task.id,
        "kind": f"{kind}：{office.name}" if office else kind,
        "who": f"{place(task.owner_region)} {ROLE_NAMES[Role(task.role)]}",
        "due_on": task.due_on,
        "is_provisional": task.is_provisional,
        "is_supervised": SUPERVISED in task.detail,
        "says_no": bool(task.detail.get("village_says_no")),
        "may_press": nudges.may_press(task, by=by),
        "may_put_off": snoozes.may_put_off(task, by=by),
        "page": own_page_of(task, by),
        "put_off_until": snoozes.latest_day(task, policy),
    }
