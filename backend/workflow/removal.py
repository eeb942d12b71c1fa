"""The way out, as a table of its own for the same engine: home check, meeting, notice, township, county, announcement.

Source: domain 2.4 and seed 003; practice P1, P22. The family is heard at its home and told at each step; whoever says
no keeps it watched; an announced removal can be rechecked once, and rolled back by the county. A new risk: a new case.
"""

from backend.access.permissions import Action
from backend.workflow import guards, marks, openings, rechecking
from backend.workflow.duties import (
    ANNOUNCE,
    COUNTY_DECISION,
    ENTER_NATIONAL,
    REMOVAL,
    REMOVAL_CHECK,
    TOWN_REVIEW,
    Row,
)
from backend.workflow.removal_ways import (
    after_check,
    after_keeping,
    after_notice,
    after_posting,
    check_leads_to,
    is_still_watched,
    no_risk_is_open,
    nothing_new_declared,
)
from backend.workflow.states import Kind, State
from backend.workflow.watching import Turn

_ON_THE_WAY = frozenset(
    {State.ACCEPTED, State.CONSULTED, State.REVIEWED, State.PUBLIC, State.VISITED, State.PASSED, State.APPROVED}
)
_OBJECTABLE = frozenset({State.PUBLIC, State.VISITED, State.PASSED})
_HEARD = _OBJECTABLE | {State.ACCEPTED}
_ENDED = frozenset({State.REMOVED, State.KEPT})
_ALWAYS = _ON_THE_WAY | _ENDED | {State.RECHECKING}


def _row(action: Action, leaves: frozenset[State], reaches: object, *closes: Kind, **more: object) -> Row:
    return Row(action, leaves, reaches, frozenset(closes), variant=REMOVAL, **more)  # type: ignore[arg-type]


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_KEPT = {
    "opens_also": after_keeping,
    "reasons": "kept_reasons",
    "needs_words": True,
    "tells": "kept",
}

REMOVAL_ROWS: tuple[Row, ...] = (
    _row(
        Action.CHECK_REMOVAL,
        _from(State.ACCEPTED),
        check_leads_to,
        Kind.REMOVAL_CHECK,
        opens_also=after_check,
        guards=(guards.outsiders_check_kin, is_still_watched),
        marks=marks.removal_check_marks,
        adds_evidence=True,
        tells="removal_checked",
    ),
    _row(Action.KEEP_WATCHING, _from(State.ACCEPTED), State.KEPT, Kind.REMOVAL_CHECK, **_KEPT),
    _row(
        Action.HOLD_MEETING,
        _from(State.CONSULTED),
        State.REVIEWED,
        Kind.MEETING,
        opens_also=openings.after_meeting,
        adds_evidence=True,
        tells="removal_met",
    ),
    _row(
        Action.MEETING_SAID_NO,
        _from(State.CONSULTED),
        State.KEPT,
        Kind.MEETING,
        adds_evidence=True,
        needs_words=True,
        tells="kept",
    ),
    _row(
        Action.MEETING_FAILED,
        _from(State.CONSULTED),
        None,
        answers=frozenset({Kind.MEETING}),
        marks=marks.failed_meeting_marks,
    ),
    _row(
        Action.POST_NOTICE,
        _from(State.REVIEWED),
        State.PUBLIC,
        Kind.POST_NOTICE,
        opens_also=after_posting,
        marks=marks.posted_marks,
        tells="posted",
    ),
    _row(
        Action.CLOSE_NOTICE,
        _from(State.PUBLIC),
        State.VISITED,
        Kind.WATCH_NOTICE,
        opens_also=after_notice,
        guards=(guards.notice_is_over, guards.no_open_objection),
        tells="notice_over",
    ),
    _row(
        Action.TAKE_DOWN_NOTICE,
        _ALWAYS,
        None,
        Kind.TAKE_DOWN_NOTICE,
        one_only=True,
        guards=(guards.hangs_its_days,),
        marks=marks.taken_down_marks,
    ),
    _row(
        Action.OBJECT,
        _HEARD,
        None,
        opens_also=openings.after_objection,
        guards=(guards.was_posted,),
        marks=marks.objected_marks,
        adds_evidence=True,
        tells="objected",
    ),
    _row(
        Action.KEEP_AFTER_OBJECTION,
        _HEARD,
        None,
        Kind.OBJECTION,
        one_only=True,
        adds_evidence=True,
        needs_words=True,
        tells="objection_answered",
    ),
    _row(
        Action.VISIT_AFTER_OBJECTION,
        _OBJECTABLE,
        State.ACCEPTED,
        *(Kind.OBJECTION, Kind.WATCH_NOTICE, Kind.TOWN_REVIEW, Kind.COUNTY_DECISION),
        opens=(REMOVAL_CHECK,),
        needs_words=True,
        tells="sent_back",
    ),
    _row(Action.UPHOLD_OBJECTION, _OBJECTABLE, State.KEPT, Kind.OBJECTION, judges=True, **_KEPT),
    _row(
        Action.PASS_ON,
        _from(State.VISITED),
        State.PASSED,
        Kind.TOWN_REVIEW,
        opens=(COUNTY_DECISION,),
        guards=(guards.was_public, guards.no_open_objection, nothing_new_declared, no_risk_is_open, is_still_watched),
        tells="removal_passed",
        judges=True,
    ),
    _row(
        Action.SEND_BACK,
        _from(State.VISITED),
        State.ACCEPTED,
        Kind.TOWN_REVIEW,
        opens=(REMOVAL_CHECK,),
        tells="sent_back",
        reasons="return_reasons",
        judges=True,
    ),
    _row(Action.REFUSE, _from(State.VISITED), State.KEPT, Kind.TOWN_REVIEW, judges=True, **_KEPT),
    _row(
        Action.TERMINATE,
        _ON_THE_WAY - {State.ACCEPTED, State.APPROVED},
        State.KEPT,
        *(Kind.MEETING, Kind.POST_NOTICE, Kind.WATCH_NOTICE, Kind.OBJECTION, Kind.TOWN_REVIEW, Kind.COUNTY_DECISION),
        **_KEPT,
    ),
    _row(
        Action.COUNTY_APPROVE,
        _from(State.PASSED),
        State.APPROVED,
        Kind.COUNTY_DECISION,
        opens=(ANNOUNCE,),
        guards=(guards.no_open_objection, nothing_new_declared, no_risk_is_open, is_still_watched),
        tells="removal_approved",
        judges=True,
    ),
    _row(
        Action.COUNTY_SEND_BACK,
        _from(State.PASSED),
        State.VISITED,
        Kind.COUNTY_DECISION,
        opens=(TOWN_REVIEW,),
        tells="sent_back",
        reasons="return_reasons",
        judges=True,
    ),
    _row(Action.COUNTY_REJECT, _from(State.PASSED), State.KEPT, Kind.COUNTY_DECISION, judges=True, **_KEPT),
    _row(
        Action.ANNOUNCE,
        _from(State.APPROVED),
        State.REMOVED,
        Kind.ANNOUNCE,
        opens=(ENTER_NATIONAL,),
        guards=(no_risk_is_open,),
        turns=Turn.REMOVE,
        tells="removed",
    ),
    _row(Action.ENTER_NATIONAL, _ENDED | {State.RECHECKING}, None, Kind.ENTER_NATIONAL),
    _row(
        Action.ASK_RECHECK,
        _from(State.REMOVED),
        State.RECHECKING,
        opens_also=rechecking.after_asking_recheck,
        guards=(guards.may_be_rechecked, guards.recheck_is_in_time),
        marks=marks.ended_marks,
        needs_words=True,
        tells="recheck_asked",
    ),
    _row(
        Action.CONFIRM_OUTCOME,
        _from(State.RECHECKING),
        State.REMOVED,
        Kind.RECHECK,
        guards=(guards.recheck_by_others,),
        needs_words=True,
        tells="outcome_confirmed",
    ),
    _row(
        Action.OVERTURN_OUTCOME,
        _from(State.RECHECKING),
        State.KEPT,
        Kind.RECHECK,
        guards=(guards.recheck_by_others,),
        needs_words=True,
        turns=Turn.ROLL_BACK,
        tells="rolled_back",
    ),
    _row(
        Action.ROLL_BACK,
        _from(State.REMOVED),
        State.KEPT,
        reasons="rollback_reasons",
        needs_words=True,
        turns=Turn.ROLL_BACK,
        tells="rolled_back",
    ),
    _row(Action.TELL_IN_PERSON, _ALWAYS, None, Kind.TELL, one_only=True, needs_words=True),
)
