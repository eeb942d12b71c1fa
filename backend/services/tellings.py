"""Somebody told a family in person what no channel could tell it: who told whom, when and how (practice P21)."""

from datetime import date

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.errors import Complaints
from backend.models import Case
from backend.policy.county import policy_of
from backend.services.sealing import needed
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason


@use_case
def record_telling(
    case_id: int, *, by: Actor, version: int, way: str, told_whom: str, told_on: date, words: str
) -> Case:
    """Close the duty to tell a family: `way` and `told_whom` are codes of the dictionaries notice_ways and relations.

    Errors: `Invalid` for codes that nobody knows, or a day to come.
    """
    require(by.role, Action.TELL_IN_PERSON)
    case = find_case(case_id)
    known = policy_of(case.county_code, case.policy_version).dictionaries
    complaints = Complaints()
    said = complaints.take(lambda: needed(words, "words"), "")
    if way not in known["notice_ways"]:
        complaints.add("way", "请选怎样告知的。")
    if told_whom not in known["relations"]:
        complaints.add("told_whom", "请选告知了谁。")
    if told_on > clock.today():
        complaints.add("told_on", "日期不能晚于今天。")
    complaints.raise_if_any()
    detail = {"way": way, "told_whom": told_whom, "told_on": told_on.isoformat()}
    engine.move(case, Action.TELL_IN_PERSON, by=by, version=version, reason=Reason(words=said), detail=detail)
    return case
