"""A step about to be taken, as guards and openers see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backend.access.actor import Actor
from backend.models import Case, Task
from backend.policy import Policy
from backend.workflow.ties import Ties

if TYPE_CHECKING:
    from backend.workflow.duties import Row


@dataclass(frozen=True)
class Reason:
    """Why somebody decided so: codes of the policy's dictionary, and words for the applicant."""

    codes: tuple[str, ...] = ()
    words: str = ""


@dataclass
class Step:
    """The case, the row, who acts, and the duties that are open; `seen` is the one that the actor had on the screen."""

    case: Case
    row: "Row"
    by: Actor
    policy: Policy
    ties: Ties
    reason: Reason = Reason()
    duties: Sequence[Task] = ()
    seen: Task | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def marks(self) -> dict[str, Any]:
        """What earlier steps left for later ones."""
        return self.case.marks
