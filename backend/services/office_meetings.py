"""会商、调度、研判: sittings of offices with figures made by the program, minutes, and what they hand out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow, OutOfDate
from backend.models import Assignment, OfficeMeeting, Region, Task
from backend.models.places import Place
from backend.models.tasks import NO_HOUSEHOLD
from backend.policy.county import county_workdays, current_policy
from backend.services.meeting_packs import figures
from backend.services.sealing import Sealer, needed, optional
from backend.services.watches import day_done
from backend.workflow.deadlines import due_on
from backend.workflow.duties import ASSIGNED_TO_COUNTY, ASSIGNED_TO_TOWN, ASSIGNED_TO_VILLAGE, Duty
from backend.workflow.tasks import close_duty, open_lone_duty

ANSWERED_BY = "answered_by"
"""In the duty's detail: who said what was done."""

MOST_WHAT, MOST_MINUTES, MOST_UNITS = 300, 4000, 60
RHYTHMS = {"monthly": "MEET_MON", "quarterly": "MEET_Q"}
"""Kinds of sitting that are held again and again, and the limit that says how soon."""
DUTY_OF_LEVEL: dict[int, Duty] = {6: ASSIGNED_TO_COUNTY, 9: ASSIGNED_TO_TOWN, 12: ASSIGNED_TO_VILLAGE}


@dataclass(frozen=True)
class Handed:
    """Something to be done: by which place (and which department), by when."""

    what: str
    owner_region: str
    due_on: date
    department: str = ""


@dataclass(frozen=True)
class OfficeMeetingForm:
    """A sitting: what kind, when, what about, which units came, what was said, what was handed out."""

    kind: str
    held_on: date
    subject: str
    attended: tuple[str, ...] = ()
    minutes: str = field(default="", repr=False)
    handed: tuple[Handed, ...] = ()


@use_case
def record(form: OfficeMeetingForm, *, by: Actor) -> OfficeMeeting:
    """Write a sitting down with the figures of the day; whatever it handed out becomes a duty of its office."""
    require(by.role, Action.HOLD_OFFICE_MEETING)
    policy, complaints = current_policy(by.county_code), Complaints()
    subject = complaints.take(lambda: needed(form.subject, "subject", 200), "")
    minutes = complaints.take(lambda: optional(form.minutes, "minutes", MOST_MINUTES), "")
    complaints.take(lambda: day_done(form.held_on, "held_on"), None)
    if form.kind not in policy.dictionaries["office_meetings"]:
        complaints.add("kind", "请选择是哪一种会。")
    if len(form.attended) > MOST_UNITS or any(not 0 < len(unit) <= 60 for unit in form.attended):
        complaints.add("attended", f"参会单位最多{MOST_UNITS}个，每个最多60个字。")
    complaints.raise_if_any()
    meeting_id = new_id()
    meeting = OfficeMeeting(
        id=meeting_id,
        county_code=by.county_code,
        region_code=by.region_code,
        kind=form.kind,
        held_on=form.held_on,
        subject=subject,
        attended=list(form.attended),
        figures=figures(by=by),
        minutes_sealed=Sealer("office_meetings", meeting_id).keep("minutes_sealed", minutes),
        recorded_by=by.id,
        recorded_by_name=by.name,
        recorded_at=clock.now(),
    )
    db.session.add(meeting)
    db.session.flush()
    for number, each in enumerate(form.handed):
        hand_out(each, by=by, meeting_id=meeting.id, named=f"handed.{number}.")
    return meeting


def hand_out(
    handed: Handed, *, by: Actor, meeting_id: int | None = None, finding_id: int | None = None, named: str = ""
) -> Assignment:
    """Make a duty of what was handed out; only to one's own place or below. The caller is a use case."""
    complaints = Complaints()
    what = complaints.take(lambda: needed(handed.what, f"{named}what", MOST_WHAT), "")
    duty = DUTY_OF_LEVEL.get(len(handed.owner_region))
    region = db.session.scalars(select(Region).where(Region.code == handed.owner_region)).one_or_none()
    if duty is None or region is None or not handed.owner_region.startswith(by.region_code):
        complaints.add(f"{named}owner_region", "请选择辖区里的单位。")
    if handed.due_on < clock.today():
        complaints.add(f"{named}due_on", "期限不能早于今天。")
    if handed.department and handed.department not in current_policy(by.county_code).departments:
        complaints.add(f"{named}department", "没有这个部门。")
    complaints.raise_if_any()
    if duty is None:
        raise Invalid
    row_id, code = new_id(), handed.owner_region
    place = Place(county_code=code[:6], township_code=code[:9], village_code=code[:12], grid_code=None)
    task = open_lone_duty(duty, place=place, owner_region=code, name=what[:20], detail={"assignment": str(row_id)})
    task.due_on = task.open_due = handed.due_on
    db.session.flush()
    row = Assignment(
        id=row_id,
        task_id=task.id,
        meeting_id=meeting_id,
        finding_id=finding_id,
        household_id=NO_HOUSEHOLD,
        what=what,
        owner_region=code,
        department=handed.department,
        due_on=handed.due_on,
        made_by=by.id,
        made_by_name=by.name,
        made_at=clock.now(),
        **place,
    )
    db.session.add(row)
    return row


@use_case
def answer(assignment_id: int, *, by: Actor, version: int, words: str) -> Assignment:
    """Say what was done; whoever handed it out looks at it and accepts it, or hands it back."""
    require(by.role, Action.ANSWER_ASSIGNMENT)
    said = needed(words, "words")
    row, task = _locked(assignment_id)
    if task.version != version:
        raise OutOfDate
    if row.closed_on is not None:
        raise NotPossibleNow("这一件已经验收。")
    row.answer_sealed = Sealer("assignments", row.id).must("answer_sealed", said)
    row.answered_by_name = by.name
    task.detail = {**task.detail, ANSWERED_BY: str(by.id)}
    task.version += 1
    return row


@use_case
def accept(assignment_id: int, accepted: bool, *, by: Actor, version: int) -> Assignment:
    """Accept what was done, which closes the duty, or let it be done again by the same date.

    The level above accepts; above the county is nobody, so there it is another person than who answered.
    """
    require(by.role, Action.HOLD_OFFICE_MEETING)
    row, task = _locked(assignment_id)
    if task.version != version:
        raise OutOfDate
    if row.answer_sealed is None:
        raise NotPossibleNow("还没有办理结果，不能验收。")
    _refuse_own_word(row, task, by)
    if accepted:
        row.closed_on, row.closed_by_name = clock.today(), by.name
        close_duty(task, by=by, how=Action.HOLD_OFFICE_MEETING, version=task.version + 1)
    else:
        row.answer_sealed, row.answered_by_name = None, ""
        task.version += 1
    return row


def _refuse_own_word(row: Assignment, task: Task, by: Actor) -> None:
    if len(by.region_code) < len(row.owner_region):
        return
    if row.owner_region != row.county_code:
        raise NotPossibleNow("由交办的上一级验收。")
    if task.detail.get(ANSWERED_BY) == str(by.id) or row.answered_by_name == by.name:
        raise NotPossibleNow("办理结果是您填的，请县里另一位同志验收。")


def meetings_of(*, by: Actor, size: int = 50) -> Sequence[OfficeMeeting]:
    """Return the sittings of the actor's own office, the newest first."""
    require(by.role, Action.HOLD_OFFICE_MEETING)
    query = select(OfficeMeeting).where(OfficeMeeting.region_code == by.region_code)
    return db.session.scalars(query.order_by(OfficeMeeting.id.desc()).limit(size)).all()


def next_ones(*, by: Actor) -> list[tuple[str, date]]:
    """Return by when the actor's office sits again, for each kind of sitting that has a rhythm and was held before."""
    require(by.role, Action.HOLD_OFFICE_MEETING)
    policy, workdays = current_policy(by.county_code), county_workdays(by.county_code)
    query = select(OfficeMeeting.kind, func.max(OfficeMeeting.held_on)).where(
        OfficeMeeting.region_code == by.region_code, OfficeMeeting.kind.in_(RHYTHMS)
    )
    last = {row.kind: row[1] for row in db.session.execute(query.group_by(OfficeMeeting.kind))}
    return [(kind, due_on(last[kind], policy.limit(key), workdays).on) for kind, key in RHYTHMS.items() if kind in last]


def minutes_of(meeting: OfficeMeeting) -> str:
    """Return what was said, in clear."""
    return Sealer("office_meetings", meeting.id).open("minutes_sealed", meeting.minutes_sealed)


def assignments(*, by: Actor, size: int = 200) -> list[tuple[Assignment, Task, str]]:
    """Return what is handed out and not yet accepted in the actor's place, with the answer in clear."""
    require(by.role, Action.ANSWER_ASSIGNMENT)
    query = select(Assignment, Task).join(Task, Task.id == Assignment.task_id).where(Assignment.closed_on.is_(None))
    rows = db.session.execute(query.order_by(Assignment.due_on, Assignment.id).limit(size))
    return [(row, task, Sealer("assignments", row.id).open("answer_sealed", row.answer_sealed)) for row, task in rows]


def read_assignment(assignment_id: int, *, by: Actor) -> Assignment:
    """Return one thing that was handed out, within the actor's place, also after it was accepted; else `NotFound`."""
    require(by.role, Action.ANSWER_ASSIGNMENT)
    row = db.session.scalars(select(Assignment).where(Assignment.id == assignment_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _locked(assignment_id: int) -> tuple[Assignment, Task]:
    query = select(Assignment).where(Assignment.id == assignment_id).with_for_update()
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    return row, db.session.scalars(select(Task).where(Task.id == row.task_id).with_for_update()).one()
