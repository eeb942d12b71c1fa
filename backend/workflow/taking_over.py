"""Families that were watched before the program came: taken over as they stand, decided elsewhere and long ago."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend import clock
from backend.access.actor import Actor
from backend.db import db
from backend.models import Case, Watch
from backend.models.places import same_place
from backend.policy.rules import NORMAL
from backend.workflow.history import write_event
from backend.workflow.states import State
from backend.workflow.steps import Reason
from backend.workflow.watching import Standing

TAKE_OVER = "take_over"


@dataclass(frozen=True)
class AsItStands:
    """How a family stood when it was taken over; `removed_on`: since when its risk counts as removed."""

    category: str
    risks: Sequence[str]
    began_on: date
    removed_on: date | None = None
    list_no: str = ""


def take_over(case: Case, found: AsItStands, *, by: Actor) -> Watch:
    """Put a new case where inclusion ends, and watch its family since the day that the list names.

    No step of the table led here, so none is written: the history begins with one event that says whence it came.
    Nothing is owed by it; visits follow from the watch, and whoever still lacks a plan is on the list of those who do.
    """
    case.state, case.urgency = State.MONITORED, NORMAL
    case.version, case.content_version, case.audit_count, case.audit_head = 1, 1, 0, ""
    case.marks = {"category": found.category, "risks": list(found.risks), "taken_over": found.list_no}
    case.closed_at = clock.now()
    db.session.add(case)
    watch = Watch(
        case_id=case.id,
        household_id=case.household_id,
        head_name=case.head_name,
        category=found.category,
        risks=list(found.risks),
        standing=Standing.REMOVED if found.removed_on else Standing.PLAN_PENDING,
        began_on=found.began_on,
        removed_on=found.removed_on,
        changed_at=clock.now(),
        **same_place(case),
    )
    db.session.add(watch)
    db.session.flush()
    detail = {"list": found.list_no, "since": found.began_on.isoformat()}
    write_event(case, TAKE_OVER, from_state="", by=by, reason=Reason(), detail=detail)
    return watch
