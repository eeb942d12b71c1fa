"""What sittings, sheets and registers say of one family, for those who judge it: read, never written, here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import Invalid, NotAllowed
from backend.models import Case, Kinship, Meeting, MeetingItem, NationalEntry, Notice, NoticeItem, NoticeReading, Region
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
class Proceedings:
    """The village's sittings and sheets, how the family heard its line, entries elsewhere, and its kin in office."""

    sittings: Sequence[Spoken]
    sheets: Sequence[Posted]
    readings: Sequence[NoticeReading]
    entries: Sequence[NationalEntry]
    kin: Sequence[Kinship]


def read_proceedings(case: Case, *, by: Actor) -> Proceedings:
    """Return what is on record of a case that the actor has before their eyes, the oldest first."""
    require(by.role, Action.READ_PROCEEDINGS)
    if not by.is_staff:
        raise NotAllowed
    sat = select(Meeting, MeetingItem).join(MeetingItem, MeetingItem.meeting_id == Meeting.id)
    hung = select(Notice, NoticeItem.number).join(NoticeItem, NoticeItem.notice_id == Notice.id)
    read = select(NoticeReading).where(NoticeReading.case_id == case.id).order_by(NoticeReading.id)
    entered = select(NationalEntry).where(NationalEntry.case_id == case.id).order_by(NationalEntry.id)
    related = select(Kinship).where(Kinship.household_id == case.household_id, Kinship.ended_at.is_(None))
    sat = sat.where(MeetingItem.case_id == case.id).order_by(MeetingItem.id)
    hung = hung.where(NoticeItem.case_id == case.id).order_by(NoticeItem.id)
    return Proceedings(
        sittings=[Spoken(meeting, item) for meeting, item in db.session.execute(sat)],
        sheets=[Posted(notice, number) for notice, number in db.session.execute(hung)],
        readings=db.session.scalars(read).all(),
        entries=db.session.scalars(entered).all(),
        kin=db.session.scalars(related.order_by(Kinship.id)).all(),
    )


def villages_within(*, by: Actor) -> dict[str, dict[str, str]]:
    """Return the villages of the actor's place by township: code to name, for handing a case over."""
    require(by.role, Action.HAND_OVER)
    query = select(Region.code, Region.name, Region.parent_code).where(
        Region.level == "village", Region.code.startswith(by.region_code)
    )
    found: dict[str, dict[str, str]] = {}
    for code, name, parent in db.session.execute(query.order_by(Region.code)):
        found.setdefault(parent, {})[code] = name
    return found


def case_by_number(number: str) -> int:
    """Return the id of the case with this receipt number within the actor's place; `Invalid` where there is none."""
    found = db.session.scalar(select(Case.id).where(Case.number == clean_receipt_no(number)))
    if found is None:
        raise Invalid.field("other_number", "辖区里没有这个受理编号，请再看看。")
    return found
