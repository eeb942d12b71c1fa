"""Whose news a duty is: the desk's that owes it, or of what only the desk's leader may do, the leader's."""

from collections.abc import Iterator, Mapping
from typing import Any

from backend.access.permissions import PERMISSIONS, Role
from backend.services.hearers import SHARES_DESK
from backend.workflow import duties
from backend.workflow.duties import Duty
from backend.workflow.procedure import PROCEDURE
from backend.workflow.states import Kind
from backend.workflow.tasks import DESK_OF

MOST_ANSWERED = 2
"""A step that closes more kinds than this sweeps up what is left of a case, and answers none of it."""


def hearing_role(task: Any) -> Role:
    """Return the role that hears of a duty first: one that can do it. A recheck is the township's lead's, say."""
    return LEADERS_ALONE.get((Kind(task.kind), Role(task.role)), Role(task.role))


def takers(kind: Kind) -> frozenset[Role]:
    """Return the roles that may take a step by which a duty of this kind is answered."""
    answering = [row for row in PROCEDURE if kind in row.closes and len(row.closes) <= MOST_ANSWERED]
    return frozenset[Role]().union(*(PERMISSIONS[row.action] for row in answering))


def _leaders_alone() -> Iterator[tuple[tuple[Kind, Role], Role]]:
    for duty in (each for each in vars(duties).values() if isinstance(each, Duty)):
        able = {role for role in takers(duty.kind) if DESK_OF.get(role) is duty.role}
        if able and not able & set(SHARES_DESK[duty.role]):
            yield (duty.kind, duty.role), able.pop()


LEADERS_ALONE: Mapping[tuple[Kind, Role], Role] = dict(_leaders_alone())
"""Duties of a desk that nobody may do who hears of its duties, and the leader who may; read off the two tables."""
