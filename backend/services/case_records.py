"""What sittings, sheets and registers say of one family, for those who judge it: read, never written, here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import Invalid, NotAllowed
from backend.models import (
    Case,
    CountyBatch,
    Judgement,
    Kinship,
    Meeting,
    MeetingItem,
    NationalEntry,
    Notice,
    NoticeItem,
    NoticeReading,
)
from backend.privacy.receipts import clean_receipt_no


@dataclass(frozen=True)
class Spoken:
    """One sitting at which the family was spoken of, and what was said of it."""

    meeting: Meeting
    item: MeetingItem


@dataclass(frozen=True)
class Posted:
    """One sheet with the family on it, and its number there."""

    notice: Notice
    number: int


@dataclass(frozen=True)
class Records:
    """The village's sittings and sheets, how the family heard its line, entries elsewhere, and its kin in office.

    `batch_number` is the document number (文号) under which the county decided, or empty.
    """

    sittings: Sequence[Spoken]
    sheets: Sequence[Posted]
    readings: Sequence[NoticeReading]
    entries: Sequence[NationalEntry]
    kin: Sequence[Kinship]
    batch_number: str


def read_records(case: Case, *, by: Actor) -> Records:
    """Return what is on record of a case that the actor has before their eyes, the oldest first."""
    require(by.role, Action.READ_PROCEEDINGS)
    if not by.is_staff:
        raise NotAllowed
    sat = select(Meeting, MeetingItem).join(MeetingItem, MeetingItem.meeting_id == Meeting.id)
    hung = select(Notice, NoticeItem.number).join(NoticeItem, NoticeItem.notice_id == Notice.id)
    sat = sat.where(MeetingItem.case_id == case.id).order_by(MeetingItem.id)
    hung = hung.where(NoticeItem.case_id == case.id).order_by(NoticeItem.id)
    read = select(NoticeReading).where(NoticeReading.case_id == case.id).order_by(NoticeReading.id)
    entered = select(NationalEntry).where(NationalEntry.case_id == case.id).order_by(NationalEntry.id)
    related = select(Kinship).where(Kinship.household_id == case.household_id, Kinship.ended_at.is_(None))
    signed = select(CountyBatch.number).join(Judgement, Judgement.batch_id == CountyBatch.id)
    signed = signed.where(Judgement.case_id == case.id).order_by(Judgement.id.desc()).limit(1)
    return Records(
        sittings=[Spoken(meeting, item) for meeting, item in db.session.execute(sat)],
        sheets=[Posted(notice, number) for notice, number in db.session.execute(hung)],
        readings=db.session.scalars(read).all(),
        entries=db.session.scalars(entered).all(),
        kin=db.session.scalars(related.order_by(Kinship.id)).all(),
        batch_number=db.session.scalar(signed) or "",
    )


def case_by_number(number: str) -> int:
    """Return the id of the case with this receipt number within the actor's place; `Invalid` where there is none."""
    wanted = clean_receipt_no(number, field="other_number")
    found = db.session.scalar(select(Case.id).where(Case.number == wanted))
    if found is None:
        raise Invalid.field("other_number", "辖区里没有这个受理编号，请再看看。")
    return found
