"""The procedure as a table: which action leaves which standing, what it closes and opens, and who is told.

Source: seeds 001 and 004, the national guide, and the corrections of village practice. Nobody in the village alone
says a final no; a missing paper never ends a case; a notice is posted once and never closed early; who objects is never
named to the village. A policy picks among rows by their `variant`; it never edits one.
"""

from backend.access.permissions import Action
from backend.workflow import guards, marks, openings, rechecking, visiting
from backend.workflow.aftercare import AFTERCARE, after_announcement
from backend.workflow.duties import (
    ACCEPT,
    COUNTY_DECISION,
    DELIVER_AID,
    FETCH,
    FIRST_DUTY,
    FIRST_STATE,
    FULL,
    GREEN_COUNTY,
    GREEN_TOWN,
    JOIN,
    NOT_IDENTIFYING,
    ONGOING,
    OUTCOMES,
    SHORT,
    TOWN_REVIEW,
    UNDECIDED,
    VISIT,
    Duty,
    Row,
)
from backend.workflow.removal import REMOVAL_ROWS
from backend.workflow.states import OUTLIVING, Kind, State
from backend.workflow.warning import WARNING_ROWS
from backend.workflow.watching import Turn

__all__ = ["FIRST_DUTY", "FIRST_STATE", "JOIN", "PROCEDURE", "Duty", "Row", "actions_from", "row_for", "rows_for"]


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


def _kinds(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


_OBJECTABLE = _from(State.PUBLIC, State.VISITED, State.PASSED)
_HEARD = _OBJECTABLE | {State.ACCEPTED}
"""Also while a family is visited again under a sheet that hangs: whoever objects then is heard too."""
# A family that is visited again keeps what offices owe it: they may answer meanwhile.
_CHECKABLE = _from(State.ACCEPTED, State.FOUND, State.CONSULTED, State.REVIEWED, State.PUBLIC, State.VISITED)
_COMPARABLE = _CHECKABLE | {State.PASSED}
_WAITING = frozenset(Kind) - OUTLIVING
_GREEN = _from(State.FOUND, State.CONSULTED, State.REVIEWED, State.PUBLIC, State.VISITED, State.PASSED)

_CHECKED = _GREEN
"""Where a home check lies behind a family, and the decision still before it."""

_DESK = _kinds(Kind.ACCEPT, Kind.CLUE_VERDICT)
"""Whoever takes a clue on or sends it elsewhere closes its first duty, the village's or the township's."""

_AT_THE_DESK: tuple[Row, ...] = (
    Row(Action.ACCEPT, _from(State.DECLARED), State.ACCEPTED, _DESK, (VISIT,), tells="accepted"),
    Row(
        Action.RETURN_FOR_INFORMATION,
        _from(State.DECLARED),
        State.RETURNED,
        _DESK,
        (FETCH,),
        guards=(guards.further_return_by_lead,),
        marks=marks.returned_marks,
        tells="returned",
        reasons="return_reasons",
    ),
    Row(
        Action.SUPPLEMENT,
        _from(State.RETURNED),
        State.DECLARED,
        _kinds(Kind.FETCH_INFORMATION),
        (ACCEPT,),
        tells="supplemented",
        needs_words=True,
        adds_evidence=True,
    ),
    Row(
        Action.REFUSE_FORMALLY,
        _from(State.DECLARED),
        State.NOT_ACCEPTED,
        _DESK,
        tells="not_accepted",
        reasons="formal_refusal_reasons",
        needs_words=True,
    ),
    Row(
        # The village thinks that it is no case: the township says so, or has it visited.
        Action.HAND_UP_CLUE,
        _from(State.DECLARED),
        None,
        _kinds(Kind.ACCEPT),
        opens_also=openings.clue_to_township,
        guards=(guards.has_duty_before_it, guards.applicants_are_visited),
        reasons="clue_closings",
        needs_words=True,
        variant=FULL,
    ),
    Row(
        Action.CLOSE_CLUE,
        _from(State.DECLARED),
        State.TERMINATED,
        _DESK,
        guards=(guards.applicants_are_visited, guards.not_ours_is_transferred),
        reasons="clue_closings",
        needs_words=True,
        tells="terminated",
        judges=True,
        variant=FULL,
    ),
    Row(
        Action.TRANSFER,
        _from(State.DECLARED),
        State.TRANSFERRED,
        _DESK,
        opens_also=openings.referral_if_in_difficulty,
        guards=(guards.says_where_to,),
        needs_words=True,
        tells="transferred",
        variant=FULL,
    ),
)

_AT_HOME: tuple[Row, ...] = (
    Row(
        Action.FILE_VISIT,
        _from(State.ACCEPTED),
        State.VISITED,
        _kinds(Kind.VISIT),
        (TOWN_REVIEW,),
        guards=(guards.outsiders_check_kin,),
        tells="visited",
        adds_evidence=True,
        variant=SHORT,
    ),
    Row(
        Action.FILE_VISIT,
        _from(State.ACCEPTED),
        visiting.visit_leads_to,
        _kinds(Kind.VISIT, Kind.CHECK_ANEW),
        opens_also=visiting.after_visit,
        marks=marks.found_marks,
        guards=(guards.outsiders_check_kin,),
        tells="found",
        adds_evidence=True,
        variant=FULL,
    ),
    Row(
        Action.FIND_NO_RISK,
        _from(State.ACCEPTED),
        visiting.no_risk_leads_to,
        _kinds(Kind.VISIT, Kind.CHECK_ANEW),
        opens_also=visiting.after_no_risk,
        marks=marks.village_no_marks,
        guards=(guards.outsiders_check_kin, guards.may_be_found_without_risk),
        tells="found_without_risk",
        adds_evidence=True,
        variant=FULL,
    ),
    Row(
        # Nobody home: the duty stays, its date stays, and the applicant hears that somebody came.
        Action.RESCHEDULE,
        _from(State.ACCEPTED),
        None,
        answers=_kinds(Kind.VISIT),
        tells="rescheduled",
    ),
    Row(
        # Beside everything else: some of the family have left since its check, or came.
        Action.CHECK_ANEW,
        _CHECKED,
        None,
        _kinds(Kind.CHECK_ANEW),
        guards=(guards.has_duty_before_it, guards.outsiders_check_kin),
        marks=marks.visit_marks,
        adds_evidence=True,
        tells="checked_anew",
        variant=FULL,
    ),
    Row(
        Action.CONFIRM_CHECK,
        ONGOING,
        None,
        _kinds(Kind.CONFIRM_CHECK),
        one_only=True,
        guards=(guards.second_confirms,),
        marks=marks.confirmed_marks,
        adds_evidence=True,
    ),
    Row(
        Action.SEE_IN_PERSON,
        frozenset(State),
        None,
        _kinds(Kind.IN_PERSON),
        one_only=True,
        guards=(guards.has_duty_before_it,),
        adds_evidence=True,
        needs_words=True,
    ),
    Row(
        Action.SETTLE_DOUBLE,
        frozenset(State),
        None,
        _kinds(Kind.DOUBLE_REGISTRATION),
        one_only=True,
        guards=(guards.has_duty_before_it,),
        adds_evidence=True,
        needs_words=True,
    ),
)

_IN_THE_VILLAGE: tuple[Row, ...] = (
    Row(
        Action.HOLD_CONSULTATION,
        _from(State.FOUND),
        State.CONSULTED,
        _kinds(Kind.CONSULT),
        opens_also=openings.after_consultation,
        adds_evidence=True,
        tells="consulted",
        variant=FULL,
    ),
    Row(
        Action.HOLD_MEETING,
        _from(State.CONSULTED),
        State.REVIEWED,
        _kinds(Kind.MEETING),
        opens_also=openings.after_meeting,
        adds_evidence=True,
        tells="met",
        variant=FULL,
    ),
    Row(
        Action.MEETING_SAID_NO,
        _from(State.CONSULTED),
        State.VISITED,
        _kinds(Kind.MEETING),
        opens_also=openings.after_village_no,
        marks=marks.village_no_marks,
        adds_evidence=True,
        needs_words=True,
        tells="meeting_said_no",
        variant=FULL,
    ),
    Row(
        # Too few came: counted, and after the second time the county's other form of meeting may be held.
        Action.MEETING_FAILED,
        _from(State.CONSULTED),
        None,
        answers=_kinds(Kind.MEETING),
        marks=marks.failed_meeting_marks,
        variant=FULL,
    ),
    Row(
        Action.POST_NOTICE,
        _from(State.REVIEWED),
        State.PUBLIC,
        _kinds(Kind.POST_NOTICE),
        opens_also=openings.after_posting,
        marks=marks.posted_marks,
        tells="posted",
        variant=FULL,
    ),
    Row(
        Action.CLOSE_NOTICE,
        _from(State.PUBLIC),
        State.VISITED,
        _kinds(Kind.WATCH_NOTICE),
        opens_also=openings.after_notice,
        guards=(guards.notice_is_over, guards.no_open_objection),
        tells="notice_over",
        variant=FULL,
    ),
    Row(
        Action.TAKE_DOWN_NOTICE,
        frozenset(State) - {State.DECLARED, State.RETURNED},
        None,
        _kinds(Kind.TAKE_DOWN_NOTICE),
        one_only=True,
        guards=(guards.hangs_its_days,),
        marks=marks.taken_down_marks,
        variant=FULL,
    ),
)

_OBJECTIONS: tuple[Row, ...] = (
    Row(
        Action.OBJECT,
        _HEARD,
        None,
        opens_also=openings.after_objection,
        guards=(guards.was_posted,),
        marks=marks.objected_marks,
        adds_evidence=True,
        tells="objected",
        variant=FULL,
    ),
    Row(
        Action.KEEP_AFTER_OBJECTION,
        _HEARD,
        None,
        _kinds(Kind.OBJECTION),
        one_only=True,
        adds_evidence=True,
        needs_words=True,
        tells="objection_answered",
        variant=FULL,
    ),
    Row(
        Action.VISIT_AFTER_OBJECTION,
        _OBJECTABLE,
        State.ACCEPTED,
        _kinds(Kind.OBJECTION, Kind.WATCH_NOTICE, Kind.TOWN_REVIEW, Kind.COUNTY_DECISION, Kind.COMPARE),
        (VISIT,),
        needs_words=True,
        tells="sent_back",
        variant=FULL,
    ),
    Row(
        Action.UPHOLD_OBJECTION,
        _OBJECTABLE,
        State.NOT_INCLUDED,
        _kinds(Kind.OBJECTION),
        opens_also=openings.after_ending,
        marks=marks.not_included_marks,
        guards=(guards.names_another_way,),
        reasons="not_included_reasons",
        needs_words=True,
        judges=True,
        tells="not_included",
        variant=FULL,
    ),
)

_CHECKS: tuple[Row, ...] = (
    Row(
        Action.CHECK_DEPARTMENT,
        _CHECKABLE,
        None,
        _kinds(Kind.DEPARTMENT_CHECK),
        one_only=True,
        marks=marks.checked_marks,
        adds_evidence=True,
        variant=FULL,
    ),
    Row(
        Action.FILE_COMPARISON,
        _COMPARABLE,
        None,
        _kinds(Kind.COMPARE),
        opens_also=openings.after_comparison,
        marks=marks.comparison_marks,
        adds_evidence=True,
        variant=FULL,
    ),
    Row(
        Action.SKIP_COMPARISON,
        _COMPARABLE,
        None,
        _kinds(Kind.COMPARE),
        opens_also=openings.after_skipping,
        marks=marks.skipping_marks,
        guards=(guards.skipping_is_allowed,),
        needs_words=True,
        variant=FULL,
    ),
)

_TOWNSHIP: tuple[Row, ...] = (
    Row(
        Action.PASS_ON,
        _from(State.VISITED),
        State.PASSED,
        _kinds(Kind.TOWN_REVIEW),
        (COUNTY_DECISION,),
        tells="passed",
        judges=True,
        variant=SHORT,
    ),
    Row(
        Action.PASS_ON,
        _from(State.VISITED),
        State.PASSED,
        _kinds(Kind.TOWN_REVIEW),
        opens_also=openings.after_passing,
        marks=marks.category_marks,
        guards=(
            guards.was_public,
            guards.notice_is_over,
            guards.departments_have_looked,
            guards.no_open_objection,
            guards.check_is_confirmed,
            guards.family_is_known,
        ),
        tells="passed",
        judges=True,
        variant=FULL,
    ),
    Row(
        Action.SEND_BACK,
        _from(State.VISITED),
        State.ACCEPTED,
        _kinds(Kind.TOWN_REVIEW),
        (VISIT,),
        guards=(guards.further_return_by_lead,),
        marks=marks.returned_marks,
        tells="sent_back",
        reasons="return_reasons",
        judges=True,
    ),
    Row(
        Action.REFUSE,
        _from(State.VISITED),
        State.NOT_INCLUDED,
        _kinds(Kind.TOWN_REVIEW),
        tells="not_included",
        reasons="not_included_reasons",
        needs_words=True,
        judges=True,
        variant=SHORT,
    ),
    Row(
        Action.REFUSE,
        _from(State.VISITED),
        State.NOT_INCLUDED,
        _kinds(Kind.TOWN_REVIEW),
        opens_also=openings.after_ending,
        marks=marks.not_included_marks,
        guards=(guards.no_open_objection, guards.names_another_way),
        tells="not_included",
        reasons="not_included_reasons",
        needs_words=True,
        judges=True,
        variant=FULL,
    ),
    Row(
        Action.TERMINATE,
        UNDECIDED,
        State.TERMINATED,
        _WAITING,
        opens_also=openings.after_ending,
        reasons="ending_reasons",
        needs_words=True,
        tells="terminated",
        variant=FULL,
    ),
    Row(
        Action.ANSWER_REFERRAL,
        frozenset(State),
        None,
        _kinds(Kind.REFERRAL),
        one_only=True,
        needs_words=True,
        tells="referral_answered",
        variant=FULL,
    ),
    Row(Action.TELL_IN_PERSON, frozenset(State), None, _kinds(Kind.TELL), one_only=True, needs_words=True),
)

_COUNTY: tuple[Row, ...] = (
    Row(
        Action.COUNTY_APPROVE,
        _from(State.PASSED),
        State.MONITORED,
        _kinds(Kind.COUNTY_DECISION),
        tells="monitored",
        judges=True,
        turns=Turn.BEGIN,
        variant=SHORT,
    ),
    Row(
        Action.COUNTY_APPROVE,
        _from(State.PASSED),
        State.APPROVED,
        _kinds(Kind.COUNTY_DECISION),
        opens_also=openings.after_approval,
        guards=(guards.comparison_is_done, guards.no_open_objection, guards.family_is_known),
        tells="approved",
        judges=True,
        variant=FULL,
    ),
    Row(
        Action.COUNTY_AGREES_BY_PHONE,
        _from(State.PASSED),
        State.APPROVED,
        _kinds(Kind.COUNTY_DECISION),
        opens_also=openings.after_telephone,
        guards=(
            guards.comparison_is_done,
            guards.no_open_objection,
            guards.family_is_known,
            guards.telephone_is_enough,
        ),
        tells="approved",
        judges=True,
        variant=FULL,
    ),
    Row(
        Action.COUNTY_SEND_BACK,
        _from(State.PASSED),
        State.VISITED,
        _kinds(Kind.COUNTY_DECISION),
        (TOWN_REVIEW,),
        tells="sent_back",
        reasons="return_reasons",
        judges=True,
    ),
    Row(
        Action.COUNTY_REJECT,
        _from(State.PASSED),
        State.NOT_INCLUDED,
        _kinds(Kind.COUNTY_DECISION),
        tells="not_included",
        reasons="not_included_reasons",
        needs_words=True,
        judges=True,
        variant=SHORT,
    ),
    Row(
        Action.COUNTY_REJECT,
        _from(State.PASSED),
        State.NOT_INCLUDED,
        _kinds(Kind.COUNTY_DECISION),
        opens_also=openings.after_ending,
        marks=marks.not_included_marks,
        guards=(guards.names_another_way,),
        tells="not_included",
        reasons="not_included_reasons",
        needs_words=True,
        judges=True,
        variant=FULL,
    ),
    Row(
        Action.ANNOUNCE,
        _from(State.APPROVED),
        State.MONITORED,
        _kinds(Kind.ANNOUNCE),
        opens_also=after_announcement,
        turns=Turn.BEGIN,
        tells="monitored",
        variant=FULL,
    ),
    Row(
        Action.ENTER_NATIONAL,
        _from(State.MONITORED),
        None,
        _kinds(Kind.ENTER_NATIONAL),
        variant=FULL,
    ),
)

_AFTERWARDS: tuple[Row, ...] = (
    Row(
        Action.ASK_RECHECK,
        OUTCOMES,
        State.RECHECKING,
        opens_also=rechecking.after_asking_recheck,
        guards=(guards.may_be_rechecked, guards.recheck_is_in_time),
        marks=marks.ended_marks,
        needs_words=True,
        tells="recheck_asked",
        variant=FULL,
    ),
    Row(
        Action.CONFIRM_OUTCOME,
        _from(State.RECHECKING),
        rechecking.old_outcome,
        _kinds(Kind.RECHECK),
        guards=(guards.recheck_by_others,),
        needs_words=True,
        tells="outcome_confirmed",
        variant=FULL,
    ),
    Row(
        Action.OVERTURN_OUTCOME,
        _from(State.RECHECKING),
        State.ACCEPTED,
        _kinds(Kind.RECHECK),
        (VISIT,),
        guards=(guards.recheck_by_others,),
        needs_words=True,
        tells="outcome_overturned",
        variant=FULL,
    ),
    Row(
        Action.WITHDRAW,
        UNDECIDED,
        State.WITHDRAWN,
        _WAITING,
        opens_also=openings.after_withdrawal,
        tells="withdrawn",
    ),
)

_GREEN_CHANNEL: tuple[Row, ...] = (
    Row(
        Action.ASK_GREEN_CHANNEL,
        _GREEN,
        None,
        opens=(GREEN_TOWN,),
        guards=(guards.green_is_open, guards.not_green_yet),
        marks=marks.green_asked_marks,
        adds_evidence=True,
        needs_words=True,
        variant=FULL,
    ),
    Row(
        Action.GREEN_TOWN_AGREES,
        ONGOING,
        None,
        _kinds(Kind.GREEN_TOWN),
        (GREEN_COUNTY,),
        opens_also=openings.signature_later,
        one_only=True,
        variant=FULL,
    ),
    Row(
        Action.GREEN_COUNTY_AGREES,
        ONGOING,
        None,
        _kinds(Kind.GREEN_COUNTY),
        (DELIVER_AID,),
        opens_also=openings.signature_later,
        one_only=True,
        marks=marks.green_marks,
        redates=True,
        tells="aid_first",
        variant=FULL,
    ),
    Row(
        Action.SIGN_LATER,
        frozenset(State),
        None,
        _kinds(Kind.SIGN_LATER),
        guards=(guards.leader_of_its_level,),
        one_only=True,
        variant=FULL,
    ),
    Row(
        Action.GREEN_DECLINED,
        ONGOING,
        None,
        _kinds(Kind.GREEN_TOWN, Kind.GREEN_COUNTY),
        guards=(guards.opinion_of_own_level,),
        one_only=True,
        needs_words=True,
        variant=FULL,
    ),
    Row(
        Action.DELIVER_AID,
        frozenset(State),
        None,
        _kinds(Kind.DELIVER_AID),
        one_only=True,
        adds_evidence=True,
        needs_words=True,
        tells="aid_delivered",
        variant=FULL,
    ),
)

PROCEDURE: tuple[Row, ...] = (
    *_AT_THE_DESK,
    *_AT_HOME,
    *_CHECKS,
    *_IN_THE_VILLAGE,
    *_OBJECTIONS,
    *_TOWNSHIP,
    *_COUNTY,
    *_AFTERWARDS,
    *_GREEN_CHANNEL,
    *AFTERCARE,
    *REMOVAL_ROWS,
    *WARNING_ROWS,
)


def rows_of(variant: str) -> tuple[Row, ...]:
    """Return the rows that a variant of the procedure uses."""
    shared = () if variant in NOT_IDENTIFYING else (None,)
    return tuple(row for row in PROCEDURE if row.variant in {*shared, variant})


def rows_for(action: Action, variant: str) -> tuple[Row, ...]:
    """Return the rows of one action."""
    return tuple(row for row in rows_of(variant) if row.action == action)


def row_for(action: Action, state: State, variant: str) -> Row | None:
    """Return the row by which `action` leaves `state`, if the table has one."""
    return next((row for row in rows_for(action, variant) if state in row.leaves), None)


def actions_from(state: State, variant: str) -> tuple[Action, ...]:
    """Return every action that leaves `state`, in the table's order."""
    return tuple(row.action for row in rows_of(variant) if state in row.leaves)
