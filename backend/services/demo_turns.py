"""A family whose step is due, as whoever takes the step sees it."""

import uuid
from collections.abc import Set
from dataclasses import dataclass

from backend.access.actor import Actor
from backend.demo.courses import Do
from backend.demo.lives import Life
from backend.errors import NotPossibleNow
from backend.workflow.duties import FULL
from backend.workflow.procedure import rows_for
from backend.workflow.states import Kind
from backend.workflow.steps import Reason

_NAMESPACE = uuid.UUID("8f5a7e64-0d0c-4c1e-9a52-130126130126")
SIGNED_AT_THE_TABLE = 2


@dataclass(frozen=True)
class Turn:
    """One family whose step is due: the life it is from, its case, and the version of each open duty."""

    life: Life
    do: Do
    case_id: int
    duties: tuple[tuple[str, int], ...]

    @property
    def version(self) -> int:
        """The version of the duty that this step answers; `NotPossibleNow` when somebody else has answered it."""
        return self.version_of(frozenset[Kind]().union(*(row.about for row in rows_for(self.do.action, FULL))))

    def version_of(self, kinds: Set[Kind]) -> int:
        """Return the version of the first open duty of these kinds."""
        for kind, version in self.duties:
            if Kind(kind) in kinds:
                return version
        raise NotPossibleNow

    @property
    def reason(self) -> Reason:
        """Why it is done."""
        return Reason(self.do.codes, self.do.words)


@dataclass(frozen=True)
class Helpers:
    """Whom a step names beside the one who takes it."""

    second: Actor
    county_lead: Actor


def key_of(*parts: object) -> str:
    """Return the key of an intention: the same after an interruption."""
    return str(uuid.uuid5(_NAMESPACE, "\0".join(str(part) for part in parts)))
