"""Duties as the phone reads them: names for codes, and what each of them is about."""

from collections.abc import Iterable, Set
from datetime import date
from typing import Any

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES
from backend.models import Task
from backend.policy.county import current_policy
from backend.services import nudges, tasks
from backend.services.desks import kind_of
from backend.workflow.deadlines import is_overdue
from backend.workflow.places import name_of
from backend.workflow.tasks import PRESSING

_POINTED_AT = {
    name: f"{name}_id" for name in ("declaration", "clue", "complaint", "satisfaction", "change", "assignment")
}
"""What a duty may be about besides its case: its detail holds the id."""
_SAYS_ABOUT = frozenset({"department", "transfer", "left"})
_DESK_NAMES = {role.value: name for role, name in ROLE_NAMES.items()}


def duties(rows: Iterable[Task], by: Actor) -> list[dict[str, Any]]:
    """Return duties with their names."""
    today, pressed = clock.today(), nudges.roles_pressed(by)
    return [{**_duty(row, today, pressed), "is_own": tasks.is_own(row, by)} for row in rows]


def _duty(row: Task, today: date, pressed: Set[str]) -> dict[str, Any]:
    detail = row.detail
    asked = detail.get("asked", [])
    words = current_policy(row.county_code).dictionaries["return_reasons"] if asked else {}
    return {
        "id": row.id,
        "case_id": row.case_id,
        "kind": row.kind,
        "kind_name": kind_of(row),
        "head_name": row.head_name,
        "village_name": name_of(row.village_code or row.owner_region),
        "due_on": row.due_on,
        "is_overdue": is_overdue(row.due_on, today),
        "is_provisional": row.is_provisional,
        "asked": [words.get(code, code) for code in asked],
        **{key: int(detail[name]) if name in detail else None for name, key in _POINTED_AT.items()},
        "is_pressing": row.pressing in PRESSING.values(),
        "about": _about(row) if not _SAYS_ABOUT.isdisjoint(detail) else "",
        "version": row.version,
        "desk_name": _DESK_NAMES[row.role],
        "may_press": row.role in pressed,
    }


def _about(row: Task) -> str:
    """Say which department checks, which office answers, or what is left to compare: duties of one kind differ so."""
    policy = current_policy(row.county_code)
    office = policy.departments.get(row.detail.get("department", ""))
    if office is not None:
        return office.name
    if "transfer" in row.detail:
        return policy.dictionaries["transfers"].get(row.detail["transfer"], "")
    return "、".join(policy.dictionaries["compare_items"].get(item, item) for item in row.detail.get("left", ()))


def task_page(page: tasks.Page, by: Actor) -> dict[str, Any]:
    """Return a page of duties."""
    return {"items": duties(page.items, by), "after": str(page.after) if page.after else None}
