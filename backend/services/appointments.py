"""Dates that a family is told before something happens: the day of the home visit, and that of the meeting (P22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.errors import Complaints, DomainError, Invalid, NotPossibleNow, TryLater
from backend.models import Case
from backend.policy.county import policy_of
from backend.services.living import where_they_live
from backend.services.sealing import MOST_SHORT, needed, optional
from backend.workflow import engine, telling
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties

FURTHEST = timedelta(days=60)
MOST_FAMILIES = 200


@dataclass(frozen=True)
class AppointmentForm:
    """The day of a visit, the part of the day (dictionary day_parts), and what to have at hand."""

    on: date
    day_part: str
    words: str = ""


@dataclass(frozen=True)
class CallForm:
    """The day and place of a meeting."""

    on: date
    place: str
    day_part: str = ""


@dataclass(frozen=True)
class CallResult:
    """What became of one family: called, or a code and a plain sentence why it was not."""

    case_id: int
    is_called: bool
    code: str = ""
    message: str = ""


@use_case
@where_they_live
def appoint_visit(case_id: int, form: AppointmentForm, *, by: Actor) -> Case:
    """Tell a family on which day somebody comes; the duty and its date stay as they are.

    Errors: `NotPossibleNow` when no home visit is owed; `Invalid` names each field.
    """
    require(by.role, Action.APPOINT_VISIT)
    case = find_case(case_id)
    _refuse_unless_owed(case, Kind.VISIT, "现在没有要上门的事，不用约时间。")
    parts = policy_of(case.county_code, case.policy_version).dictionaries["day_parts"]
    wrong = Complaints()
    said = wrong.take(lambda: optional(form.words, "words", MOST_SHORT), "")
    wrong.take(lambda: _check_day(form.on), None)
    if form.day_part not in parts:
        wrong.add("day_part", "请选上午、中午、下午还是傍晚。")
    wrong.raise_if_any()
    spoken = "。".join(part for part in (parts[form.day_part], said) if part)
    _tell(case, "appoint_visit", "appointed", by=by, on=form.on, words=spoken)
    engine.remember(case, visit_on=form.on.isoformat())
    return case


def call_meeting(case_ids: Sequence[int], form: CallForm, *, by: Actor) -> tuple[CallResult, ...]:
    """Tell families on which day and where their meeting is held: one transaction a family, in one sitting's list."""
    require(by.role, Action.CALL_MEETING)
    if not 1 <= len(case_ids) <= MOST_FAMILIES:
        raise Invalid.field("case_ids", f"请选好这次会上的户，一次最多{MOST_FAMILIES}户。")
    _check_day(form.on)
    place = needed(form.place, "place", MOST_SHORT)
    return tuple(_result(each, form, place, by) for each in dict.fromkeys(case_ids))


def _result(case_id: int, form: CallForm, place: str, by: Actor) -> CallResult:
    try:
        _call(case_id, form, place, by)
    except TryLater:
        raise
    except DomainError as error:
        return CallResult(case_id, is_called=False, code=error.code, message=error.message)
    return CallResult(case_id, is_called=True)


@use_case
def _call(case_id: int, form: CallForm, place: str, by: Actor) -> None:
    case = find_case(case_id)
    _refuse_unless_owed(case, Kind.MEETING, "这一户现在不用开会评议。")
    parts = policy_of(case.county_code, case.policy_version).dictionaries["day_parts"]
    if form.day_part and form.day_part not in parts:
        raise Invalid.field("day_part", "请选上午、中午、下午还是傍晚。")
    spoken = f"{parts.get(form.day_part, '')}{'，' if form.day_part else ''}{place}"
    if case.marks.get("meeting_called") == [form.on.isoformat(), spoken]:
        return  # sent again: it was told
    _tell(case, "call_meeting", "meeting_called", by=by, on=form.on, words=spoken)
    engine.remember(case, meeting_called=[form.on.isoformat(), spoken])


def _tell(case: Case, event: str, key: str, *, by: Actor, on: date, words: str) -> None:
    said = Reason(words=words)
    engine.note(case, event, by=by, reason=said, detail={"on": on.isoformat()})
    telling.tell_applicants(case, key, by=by, reason=said, due_on=on)


def _refuse_unless_owed(case: Case, kind: Kind, sentence: str) -> None:
    if not any(Kind(task.kind) is kind for task in open_duties(case.id)):
        raise NotPossibleNow(sentence)


def _check_day(on: date) -> None:
    if not clock.today() <= on <= clock.today() + FURTHEST:
        raise Invalid.field("on", "请选今天或以后两个月内的日子。")
