"""A warning about a family that is watched already, as a table of its own for the same engine (seed 003, steps 5 to 7).

The village marks it, the township checks, the county confirms and hands it to a department, which helps by a date and
asks for the warning to be struck off (销号); the county looks that it is put right, the department updates its books.
"""

from collections.abc import Sequence

from sqlalchemy import select

from backend.access.permissions import Action
from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import RegularVisit
from backend.workflow import guards, watching
from backend.workflow.duties import (
    OFFICE_UPDATE,
    WARNING,
    WARNING_CLOSE,
    WARNING_CONFIRM,
    WARNING_HELP,
    Opening,
    Row,
)
from backend.workflow.states import Kind, State
from backend.workflow.steps import Step
from backend.workflow.ways import Way, answers


@answers(Way((WARNING_HELP,)))
def to_department(step: Step) -> Sequence[Opening]:
    """Let the department that was named help."""
    department = step.detail.get("department") or step.marks.get("department", "")
    return [Opening(WARNING_HELP, detail={"department": department} if department else {})]


@answers(Way((WARNING_CLOSE,)))
def to_county(step: Step) -> Sequence[Opening]:
    """Let the county look whether it is put right."""
    department = step.marks.get("department", "")
    return [Opening(WARNING_CLOSE, detail={"department": department} if department else {})]


@answers(Way((OFFICE_UPDATE,)))
def to_books(step: Step) -> Sequence[Opening]:
    """Let the department bring its own system up to date."""
    department = step.marks.get("department", "")
    return [Opening(OFFICE_UPDATE, detail={"department": department} if department else {})]


def warning_marks(step: Step) -> dict[str, str]:
    """Remember which department helps."""
    return {"department": str(step.detail.get("department", ""))}


def helped_marks(step: Step) -> dict[str, str]:
    """Remember which visit was the last before the department said that it had helped."""
    last = select(RegularVisit.id).where(RegularVisit.household_id == step.case.household_id)
    return {"before_help": str(db.session.scalar(last.order_by(RegularVisit.id.desc()).limit(1)) or 0)}


def was_revisited(step: Step) -> None:
    """Nothing is struck off unseen: somebody was there after the help (seed 003: 及时回访销号)."""
    since = int(step.marks.get("before_help", "0"))
    seen = select(RegularVisit.id).where(
        RegularVisit.household_id == step.case.household_id, RegularVisit.id > since, RegularVisit.met
    )
    if db.session.scalar(seen.limit(1)) is None:
        raise NotPossibleNow("补短帮扶以后还没有人回访过，请先走访这一户，再核实销号。")


def is_watched_no_more(step: Step) -> None:
    """Drop what was confirmed only where nobody can be helped any more: the family is gone, or no longer watched."""
    if watching.is_watched(step.case.household_id):
        raise NotPossibleNow("这一户还在监测，确认了的预警要补短帮扶、核实销号。")


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


WARNING_ROWS: tuple[Row, ...] = (
    Row(
        Action.CHECK_WARNING,
        _from(State.WARNED),
        State.WARNING_CHECKED,
        frozenset({Kind.WARNING_CHECK}),
        (WARNING_CONFIRM,),
        adds_evidence=True,
        needs_words=True,
        variant=WARNING,
    ),
    Row(
        Action.DROP_WARNING,
        _from(State.WARNED, State.WARNING_CHECKED),
        State.WARNING_DROPPED,
        frozenset({Kind.WARNING_CHECK, Kind.WARNING_CONFIRM}),
        reasons="warning_drops",
        needs_words=True,
        variant=WARNING,
    ),
    Row(
        Action.DROP_WARNING,
        _from(State.WARNING_CONFIRMED, State.WARNING_HELPED),
        State.WARNING_DROPPED,
        frozenset({Kind.WARNING_HELP, Kind.WARNING_CLOSE}),
        guards=(is_watched_no_more,),
        reasons="warning_drops",
        needs_words=True,
        variant=WARNING,
    ),
    Row(
        Action.CONFIRM_WARNING,
        _from(State.WARNING_CHECKED),
        State.WARNING_CONFIRMED,
        frozenset({Kind.WARNING_CONFIRM}),
        opens_also=to_department,
        marks=warning_marks,
        needs_words=True,
        tells="help_ordered",
        variant=WARNING,
    ),
    Row(
        Action.ASK_TO_CLOSE_WARNING,
        _from(State.WARNING_CONFIRMED),
        State.WARNING_HELPED,
        frozenset({Kind.WARNING_HELP}),
        opens_also=to_county,
        marks=helped_marks,
        adds_evidence=True,
        needs_words=True,
        tells="help_delivered",
        variant=WARNING,
    ),
    Row(
        Action.RETURN_WARNING,
        _from(State.WARNING_HELPED),
        State.WARNING_CONFIRMED,
        frozenset({Kind.WARNING_CLOSE}),
        opens_also=to_department,
        needs_words=True,
        tells="help_ordered",
        variant=WARNING,
    ),
    Row(
        Action.CLOSE_WARNING,
        _from(State.WARNING_HELPED),
        State.WARNING_CLOSED,
        frozenset({Kind.WARNING_CLOSE}),
        opens_also=to_books,
        guards=(was_revisited,),
        needs_words=True,
        tells="help_checked",
        variant=WARNING,
    ),
    Row(
        Action.UPDATE_OFFICE,
        _from(State.WARNING_CLOSED),
        None,
        frozenset({Kind.OFFICE_UPDATE}),
        guards=(guards.has_duty_before_it,),
        needs_words=True,
        variant=WARNING,
    ),
    Row(
        Action.TELL_IN_PERSON,
        frozenset({State.WARNING_CONFIRMED, State.WARNING_HELPED, State.WARNING_CLOSED, State.WARNING_DROPPED}),
        None,
        frozenset({Kind.TELL}),
        one_only=True,
        needs_words=True,
        variant=WARNING,
    ),
)
