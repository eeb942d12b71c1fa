"""What is said and weighed between the steps: talks with the family, and how much a case presses."""

from datetime import date

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.errors import Complaints, Invalid
from backend.models import Case
from backend.policy.county import policy_of
from backend.privacy.texts import clean_text
from backend.services.intake import change_urgency
from backend.services.living import where_they_live
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.refusals import refuse_ended
from backend.workflow.steps import Reason

MOST_WORDS = 1000


@use_case
def set_urgency(case_id: int, urgency: str, *, by: Actor, words: str) -> Case:
    """Say how much a case presses: it leads the queues, and its first limits are shorter (practice S5)."""
    require(by.role, Action.SET_URGENCY)
    case = find_case(case_id)
    if urgency not in policy_of(case.county_code, case.policy_version).dictionaries["urgency"]:
        raise Invalid.field("urgency", "请选择一般、加急或特急。")
    refuse_ended(case)
    said = clean_text(words, most=MOST_WORDS, field="words")
    before = case.urgency
    change_urgency(case, urgency)
    engine.note(case, "set_urgency", by=by, reason=Reason(words=said), detail={"from": before, "to": urgency})
    return case


@use_case
@where_they_live
def note_talk(case_id: int, way: str, *, by: Actor, words: str, talked_on: date | None = None) -> Case:
    """Write one talk with the family, by telephone, at the door or at the office, as one line of the history."""
    require(by.role, Action.NOTE_TALK)
    case = find_case(case_id)
    complaints = Complaints()
    said = complaints.take(lambda: clean_text(words, most=MOST_WORDS, field="words"), "")
    day = talked_on or clock.today()
    if way not in policy_of(case.county_code, case.policy_version).dictionaries["talk_ways"]:
        complaints.add("way", "请选择是电话、上门、来访还是视频。")
    if day > clock.today():
        complaints.add("talked_on", "日期不能晚于今天。")
    complaints.raise_if_any()
    engine.note(case, "talk", by=by, reason=Reason(words=said), detail={"way": way, "on": day.isoformat()})
    return case
