"""转介: a family that was not included is handed to another office, and somebody sees to its answer."""

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.models import Case
from backend.services.sealing import needed
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason

MOST_OFFICE = 60


@use_case
def answer(case_id: int, *, by: Actor, version: int, office: str, words: str) -> Case:
    """Write down what the other office answered; the family reads it on its receipt, though its case is closed."""
    require(by.role, Action.ANSWER_REFERRAL)
    who = needed(office, "office", MOST_OFFICE)
    said = needed(words, "words")
    case = find_case(case_id)
    engine.move(case, Action.ANSWER_REFERRAL, by=by, version=version, reason=Reason(words=f"{who}：{said}"))
    return case
