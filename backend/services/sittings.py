"""A sitting's own facts, cleaned and checked: when, where, who was asked and who came."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, KeyReused, NotAllowed, NotFound
from backend.models import Meeting
from backend.models.places import place_of
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.privacy.current import keys
from backend.privacy.names import clean_name
from backend.privacy.seal import Place, seal, unseal
from backend.privacy.texts import clean_text
from backend.workflow.voting import Attendee

CONSULTATION, MEETING, FAILED = "consultation", "meeting", "failed"
KIND_NAMES = {CONSULTATION: "两委会商", MEETING: "民主评议", FAILED: "没有开成的评议"}
MOST_ASKED = 300
MOST_MINUTES = 4000
MOST_PLACE = 100


@dataclass(frozen=True)
class SittingForm:
    """When, where and with whom a village sat; `key` is one a sitting, so that a repeat goes on where it stopped."""

    held_on: date
    place: str
    chair: str
    recorder: str
    attendance: tuple[Attendee, ...]
    form: str = ""
    minutes: str = ""
    key: str = ""


@use_case
def record_sitting(kind: str, form: SittingForm, *, by: Actor) -> Meeting:
    """Write the sitting down before any family of it is decided on, or return the one that this key stands for.

    Errors: `Invalid` names each field; `KeyReused` when the key stands for another sitting; `NotAllowed` for anybody
    who does not act for one village.
    """
    if len(by.region_code) != 12:
        raise NotAllowed("会商和评议由村里登记。")
    digest = _digest(kind, form)
    known = db.session.scalars(
        select(Meeting).where(Meeting.village_code == by.region_code, Meeting.client_key == form.key.lower())
    ).one_or_none()
    if known is not None:
        if known.request_digest != digest:
            raise KeyReused
        return known
    meeting = _checked(kind, form, by, digest)
    db.session.add(meeting)
    return meeting


def attendance_of(meeting: Meeting) -> tuple[Attendee, ...]:
    """Return who was asked."""
    return tuple(Attendee(**each) for each in meeting.attendance)


def minutes_of(meeting: Meeting) -> str:
    """Return the minutes in clear: for whoever reads this one sitting, never for a list."""
    if not meeting.minutes_sealed:
        return ""
    return unseal(meeting.minutes_sealed, keys=keys(), place=Place("meetings", "minutes_sealed", meeting.id))


def find_meeting(meeting_id: int) -> Meeting:
    """Return a sitting within the session's scope; `NotFound` otherwise."""
    meeting = db.session.scalars(select(Meeting).where(Meeting.id == meeting_id)).one_or_none()
    if meeting is None:
        raise NotFound
    return meeting


def _digest(kind: str, form: SittingForm) -> str:
    facts = json.dumps([kind, asdict(form)], ensure_ascii=False, default=str, sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()


def _checked(kind: str, form: SittingForm, by: Actor, digest: str) -> Meeting:
    policy, complaints = current_policy(by.county_code), Complaints()
    complaints.take(lambda: _check_key(form.key), None)
    chair = complaints.take(lambda: clean_name(form.chair, field="chair"), "")
    recorder = complaints.take(lambda: clean_name(form.recorder, field="recorder"), "")
    place = complaints.take(lambda: clean_text(form.place, most=MOST_PLACE, field="place"), "")
    minutes = complaints.take(lambda: _check_minutes(form.minutes), "")
    nobody: tuple[Attendee, ...] = ()
    attendance = complaints.take(lambda: _check_attendance(form.attendance, policy), nobody)
    if form.held_on > clock.today():
        complaints.add("held_on", "开会日期不能晚于今天。")
    if kind != CONSULTATION:
        _check_meeting(form, attendance, policy, complaints)
    complaints.raise_if_any()
    meeting_id = new_id()
    sealed = seal(minutes, keys=keys(), place=Place("meetings", "minutes_sealed", meeting_id)) if minutes else None
    return Meeting(
        id=meeting_id,
        client_key=form.key.lower(),
        request_digest=digest,
        kind=kind,
        form=form.form,
        held_on=form.held_on,
        place=place,
        chair=chair,
        recorder=recorder,
        attendance=[asdict(each) for each in attendance],
        minutes_sealed=sealed,
        recorded_by=by.id,
        recorded_by_name=by.name,
        recorded_at=clock.now(),
        **place_of(by.region_code),
    )


def _check_key(key: str) -> None:
    try:
        uuid.UUID(key)
    except ValueError:
        raise Invalid.field("key", "缺少提交编号，请重新打开页面再提交。") from None


def _check_minutes(text: str) -> str:
    return clean_text(text, most=MOST_MINUTES, field="minutes") if text.strip() else ""


def _check_attendance(attendance: Sequence[Attendee], policy: Policy) -> tuple[Attendee, ...]:
    if not 1 <= len(attendance) <= MOST_ASKED:
        raise Invalid.field("attendance", f"请写明通知了哪些人参加，最多{MOST_ASKED}人。")
    words = policy.dictionaries
    checked = []
    for each in attendance:
        if each.standing not in words["attendee_standings"] or each.presence not in words["presences"]:
            raise Invalid.field("attendance", "请给每个人选好身份和到会情况。")
        checked.append(Attendee(clean_name(each.name, field="attendance"), each.standing, each.presence))
    names = [each.name for each in checked]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Invalid.field("attendance", f"“{twice}”写了两次；同名的人请在名字后面加数字区分。")
    return tuple(checked)


def _check_meeting(form: SittingForm, attendance: Sequence[Attendee], policy: Policy, complaints: Complaints) -> None:
    if form.form not in policy.dictionaries["meeting_form"]:
        complaints.add("form", "请选择评议会的形式。")
    if attendance and not any(each.standing == "supervision" for each in attendance):
        complaints.add("attendance", "评议会要邀请村务监督委员会，请把他们写进通知名单，没来的写缺席。")
