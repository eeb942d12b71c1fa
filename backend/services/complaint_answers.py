"""How complaints are answered: in words, by the level above whom they speak of, or passed up one more level."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import Complaint, ComplaintLine, Task
from backend.models.places import Place
from backend.services import second_hats
from backend.services.complaint_lines import ANSWERED, PASSED_UP, line_of, tell
from backend.services.complaints import NAME_ON_DESK, TOWN_DIGITS, Line
from backend.services.sealing import Sealer, needed
from backend.workflow.duties import COMPLAINT_ABOVE
from backend.workflow.tasks import close_duty, open_lone_duty
from backend.workflow.trail import record


@dataclass(frozen=True)
class Listed:
    """A complaint in the list of those who answer: no name and no text yet."""

    complaint: Complaint
    duty: Task


@dataclass(frozen=True)
class Opened:
    """One complaint in clear, for whoever looks into it."""

    listed: Listed
    name: str
    phone: str
    text: str


def complaints(*, by: Actor, open_only: bool = True, before: int | None = None, size: int = 50) -> list[Listed]:
    """Return the complaints that the actor's level answers or has below it, the newest first; a village has none.

    Those of a place where the actor works too are left out.
    """
    _refuse_villages(by)
    query = _with_duty().where(~second_hats.of_own_places(by=by))
    if open_only:
        query = query.where(Task.open_due.is_not(None))
    if before is not None:
        query = query.where(Complaint.id < before)
    rows = db.session.execute(query.order_by(Complaint.id.desc()).limit(min(size, 100)))
    return [Listed(*row) for row in rows]


@use_case
def read_complaint(complaint_id: int, *, by: Actor) -> Opened:
    """Return one complaint in clear, and write into its own audit chain who opened it."""
    listed = _find(complaint_id, by)
    row = listed.complaint
    _record(row, "read_complaint", by)
    sealer = Sealer("complaints", row.id)
    return Opened(
        listed,
        name=sealer.open("name_sealed", row.name_sealed),
        phone=sealer.open("phone_sealed", row.phone_sealed),
        text=sealer.open("text_sealed", row.text_sealed),
    )


@use_case
def answer(complaint_id: int, *, by: Actor, version: int, words: str) -> Complaint:
    """Answer in words, which the sender reads on the receipt. Errors: `OutOfDate`; `NotAllowed` for another level's."""
    listed = _owed(complaint_id, by, version)
    row, duty = listed.complaint, listed.duty
    said = needed(words, "words")
    if by.account_id is not None and by.account_id == row.account_id:
        raise NotAllowed("这是您自己提的，请让同事答复。")
    close_duty(duty, by=by, how=Action.ANSWER_COMPLAINT, version=duty.version + 1)
    row.answered_by, row.answered_at = by.id, clock.now()
    _record(row, Action.ANSWER_COMPLAINT, by)
    tell(row, ANSWERED, due_on=None, by=by, detail=said)
    return row


@use_case
def pass_up(complaint_id: int, *, by: Actor, version: int, words: str) -> None:
    """Hand a complaint from the township to the county, with the reason; the township reads it no more.

    Its limit begins anew: the county has not seen it before.
    """
    listed = _owed(complaint_id, by, version)
    said = needed(words, "words")
    if len(by.region_code) != TOWN_DIGITS:
        raise NotPossibleNow("已经在县里，请直接答复。")
    with as_system("a complaint goes up to the county"):
        row, old = listed.complaint, listed.duty
        close_duty(old, by=by, how=PASSED_UP, version=old.version + 1)
        above = Place(county_code=row.county_code, township_code="", village_code="", grid_code=None)
        old.township_code = ""
        for line in db.session.scalars(select(ComplaintLine).where(ComplaintLine.complaint_id == row.id)):
            line.township_code = ""
        row.township_code = ""
        detail = {"complaint": str(row.id)}
        task = open_lone_duty(
            COMPLAINT_ABOVE, place=above, owner_region=row.county_code, name=NAME_ON_DESK, detail=detail
        )
        db.session.flush()  # its duty first: the complaint points at it
        row.task_id = task.id
        _record(row, PASSED_UP, by)
        tell(row, PASSED_UP, due_on=task.due_on, by=by, detail=said)


def timeline_of(row: Complaint, *, by: Actor) -> list[Line]:
    """Return what the sender of an opened complaint has been told so far."""
    _refuse_villages(by)
    lines = select(ComplaintLine).where(ComplaintLine.complaint_id == row.id).order_by(ComplaintLine.id)
    return [Line(each.sentence, line_of(each), each.happened_at) for each in db.session.scalars(lines)]


def _with_duty() -> Select[Complaint, Task]:
    return select(Complaint, Task).join(Task, Task.id == Complaint.task_id)


def _find(complaint_id: int, by: Actor) -> Listed:
    _refuse_villages(by)
    query = _with_duty().where(Complaint.id == complaint_id).with_for_update(of=Complaint)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    listed = Listed(*row)
    second_hats.refuse_own_place(listed.complaint, by=by)
    return listed


def _owed(complaint_id: int, by: Actor, version: int) -> Listed:
    """Return a complaint whose open duty lies on the actor's own desk, as they saw it."""
    listed = _find(complaint_id, by)
    if listed.duty.open_due is None:
        raise NotPossibleNow("这件已经答复，不用再办。")
    if listed.duty.owner_region != by.region_code:
        raise NotAllowed("这件由别的一级答复。")
    if listed.duty.version != version:
        raise OutOfDate
    return listed


def _refuse_villages(by: Actor) -> None:
    """Refuse by role, and by place too: no hat worn in a village opens a complaint."""
    require(by.role, Action.ANSWER_COMPLAINT)
    if len(by.region_code) > TOWN_DIGITS:
        raise NotAllowed


def _record(row: Complaint, action: str, by: Actor) -> None:
    record(row, f"complaint:{row.id}", by=by, action=action, subject=f"complaint:{row.id}", detail={})
