"""What is done for a watched family, as rows of the table: plan, measures, pairing, care, relief, and two other ends.

Source: seeds 000, 001 and 004; practice S7, S8, P30. All of them leave the case where it stands: it is included.
"""

from collections.abc import Sequence
from datetime import date

from backend.access.permissions import Action
from backend.errors import NotPossibleNow
from backend.workflow import guards, watching
from backend.workflow.duties import (
    AID_MISSING,
    CARE,
    ENTER_NATIONAL,
    MEASURE,
    PAIR,
    PLAN,
    RELIEF,
    SAFETY_NET,
    WATCH_DUTIES,
    Opening,
    Row,
)
from backend.workflow.openings import open_of
from backend.workflow.states import Kind, State
from backend.workflow.steps import Step
from backend.workflow.watching import WITHOUT_LABOUR, Turn
from backend.workflow.ways import Way, answers

_HERE = frozenset({State.MONITORED})


def is_watched(step: Step) -> None:
    """Only for a family that is watched now, not for one whose risk was removed."""
    watch = watching.watch_of(step.case.household_id)
    if watch is None or watching.Standing(watch.standing) not in watching.WATCHED:
        raise NotPossibleNow(watching.not_from(watch))


@answers(Way((ENTER_NATIONAL, PLAN, PAIR)), Way((ENTER_NATIONAL,)))
def after_announcement(step: Step) -> Sequence[Opening]:
    """Open what a family needs that is watched from now: a plan, and somebody who answers for it.

    One that is watched already has both, or owes them on the case that included it: here nobody could do them.
    """
    if watching.is_watched(step.case.household_id):
        return [Opening(ENTER_NATIONAL)]
    return [Opening(ENTER_NATIONAL), Opening(PLAN), Opening(PAIR)]


@answers(Way(perhaps=(MEASURE, SAFETY_NET, CARE)))
def after_plan(step: Step) -> Sequence[Opening]:
    """Each measure by its own day; no labour is referred to 民政, and who cannot care for themselves is cared for."""
    due = [
        Opening(MEASURE, due_on=date.fromisoformat(each["due_on"]), detail={"measure": each["id"]})
        for each in step.detail.get("measures", [])
    ]
    if step.detail.get("labour") == WITHOUT_LABOUR and not open_of(step, Kind.SAFETY_NET):
        due.append(Opening(SAFETY_NET, detail={"transfer": "civil_affairs"}))
    if step.detail.get("needs_care") and not open_of(step, Kind.CARE):
        due.append(Opening(CARE))
    return due


@answers(Way((AID_MISSING,)))
def after_not_received(step: Step) -> Sequence[Opening]:
    """Let the level above the giver look into it."""
    return [Opening(AID_MISSING, detail={"measure": step.detail.get("measure", "")})]


@answers(Way((RELIEF,)))
def after_claim(step: Step) -> Sequence[Opening]:
    """Let the county decide on a claim."""
    return [Opening(RELIEF, detail={"claim": step.detail.get("claim", "")})]


AFTERCARE: tuple[Row, ...] = (
    Row(
        Action.MAKE_PLAN,
        _HERE,
        None,
        frozenset({Kind.PLAN}),
        opens_also=after_plan,
        guards=(is_watched,),
        adds_evidence=True,
        unasked=True,
        turns=Turn.PLANNED,
        tells="planned",
    ),
    Row(Action.ADD_MEASURE, _HERE, None, opens_also=after_plan, guards=(is_watched,), adds_evidence=True),
    Row(
        Action.DELIVER_MEASURE,
        _HERE,
        None,
        frozenset({Kind.MEASURE}),
        one_only=True,
        adds_evidence=True,
        tells="help_delivered",
    ),
    Row(Action.STOP_MEASURE, _HERE, None, frozenset({Kind.MEASURE}), one_only=True, needs_words=True),
    Row(
        Action.SAY_NOT_RECEIVED,
        _HERE,
        None,
        opens_also=after_not_received,
        adds_evidence=True,
        tells="missing_taken_up",
    ),
    Row(
        Action.ANSWER_MISSING,
        _HERE,
        None,
        frozenset({Kind.AID_MISSING}),
        guards=(guards.has_duty_before_it,),
        one_only=True,
        needs_words=True,
        tells="missing_answered",
    ),
    Row(Action.PAIR, _HERE, None, frozenset({Kind.PAIR}), unasked=True, guards=(is_watched,), tells="paired"),
    Row(Action.END_PAIRING, _HERE, None, opens=(PAIR,), needs_words=True),
    Row(
        Action.ANSWER_SAFETY_NET,
        _HERE,
        None,
        frozenset({Kind.SAFETY_NET}),
        guards=(guards.has_duty_before_it,),
        one_only=True,
        needs_words=True,
        tells="referral_answered",
    ),
    Row(
        # A rhythm: who was cared for once is looked after again, until somebody says that it is over.
        Action.GIVE_CARE,
        _HERE,
        None,
        frozenset({Kind.CARE}),
        opens=(CARE,),
        guards=(guards.has_duty_before_it,),
        adds_evidence=True,
        needs_words=True,
    ),
    Row(
        Action.END_CARE,
        _HERE,
        None,
        frozenset({Kind.CARE}),
        guards=(guards.has_duty_before_it,),
        needs_words=True,
    ),
    Row(
        Action.CLAIM_RELIEF,
        _HERE,
        None,
        opens_also=after_claim,
        guards=(is_watched,),
        adds_evidence=True,
        tells="relief_asked",
    ),
    Row(
        Action.DECIDE_RELIEF,
        _HERE,
        None,
        frozenset({Kind.RELIEF}),
        guards=(guards.has_duty_before_it,),
        one_only=True,
        needs_words=True,
        tells="relief_decided",
    ),
    Row(
        Action.END_NATURALLY,
        _HERE,
        None,
        WATCH_DUTIES,
        reasons="natural_reasons",
        needs_words=True,
        unasked=True,
        turns=Turn.GONE,
    ),
    Row(
        Action.STRIKE_OFF,
        _HERE,
        None,
        WATCH_DUTIES,
        reasons="mistake_reasons",
        needs_words=True,
        unasked=True,
        turns=Turn.MISTAKEN,
        tells="struck_off",
    ),
)
