"""Which of a family's two villages owes a duty, where it lives away from its register (practice P24)."""

from backend.access.permissions import Role
from backend.models import Case
from backend.workflow.places import owner_region
from backend.workflow.states import Kind

REGISTERED_IN, VISITED_IN = "registered_in", "visited_in"
"""Marks of a family that lives away from its register: the village of the register, and the one that visits."""

VISITED_THERE = frozenset({Kind.VISIT, Kind.CHECK_ANEW, Kind.CONFIRM_CHECK, Kind.IN_PERSON})
"""What the village owes that visits: home checks, and what follows one (practice P24)."""


def owner_of(case: Case, kind: Kind, role: Role, *, by: str = "") -> str:
    """Return the place that owes a duty of a case: what a village owes at home lies where the family lives.

    `by` names the village that owes it for another reason: whoever was there seconds the check.
    """
    visits = case.marks.get(VISITED_IN) if kind in VISITED_THERE and role is Role.VILLAGE else ""
    return owner_region(role, by or visits or case.village_code)
