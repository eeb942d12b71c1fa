"""What a plan sets going besides measures: 民政 answers for who cannot work, care comes in a rhythm (S7)."""

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.errors import NotPossibleNow
from backend.models import Case
from backend.services.sealing import needed
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason

STEPS = frozenset({Action.ANSWER_SAFETY_NET, Action.GIVE_CARE, Action.END_CARE})


@use_case
def take(case_id: int, action: Action, *, by: Actor, version: int, words: str) -> Case:
    """Write down what 民政 answered, that somebody was looked after, or that care is no longer needed, in words."""
    if action not in STEPS:
        raise NotPossibleNow
    require(by.role, action)
    said = needed(words, "words")
    case = find_case(case_id)
    engine.move(case, action, by=by, version=version, reason=Reason(words=said))
    return case
