"""Lists of what villages did: sittings held, families that wait for a sheet, sheets and how far each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import Case, Meeting, MeetingItem, Notice, NoticeItem, NoticeReading, StoredFile, Task
from backend.services.meeting_items import AGREED
from backend.services.notices import find_notice, text_of
from backend.services.posting_days import OFFERED_FOR
from backend.services.sheets import make_sheet
from backend.workflow.deadlines import is_overdue
from backend.workflow.states import Kind

MOST_LISTED = 100
MOST_SHEETS = 10


@dataclass(frozen=True)
class WaitingForSheet:
    """A family on which a meeting has agreed and whose notice does not hang yet."""

    case: Case
    duty: Task
    meeting: Meeting


@dataclass(frozen=True)
class SheetFamily:
    """One line of a sheet: its case, how it was read out, and the duties that the sheet answers."""

    item: NoticeItem
    case: Case
    readings: Sequence[NoticeReading]
    to_post: Task | None
    to_take_down: Task | None

    @property
    def has_heard(self) -> bool:
        """Say whether the family heard this very line, or it is on record why it could not."""
        return any(reading.line_digest == self.item.line_digest for reading in self.readings)


@dataclass(frozen=True)
class Hanging:
    """A sheet and its families, and the photo of it where it hangs."""

    notice: Notice
    families: Sequence[SheetFamily]
    photo: StoredFile | None

    @property
    def is_stale(self) -> bool:
        """Say whether it was printed for a day that has passed without its being posted."""
        return self.notice.posted_on is None and is_overdue(self.notice.posts_on, clock.today())


def sittings_of(*, by: Actor, before: int | None = None, size: int = 30) -> Sequence[tuple[Meeting, int]]:
    """Return the sittings of the actor's place, the newest first, each with how many families it spoke of."""
    require(by.role, Action.READ_PROCEEDINGS)
    query = select(Meeting).order_by(Meeting.id.desc()).limit(size)
    meetings = db.session.scalars(query.where(Meeting.id < before) if before else query).all()
    spoken_of = select(MeetingItem.meeting_id).where(MeetingItem.meeting_id.in_([each.id for each in meetings]))
    counted = list(db.session.scalars(spoken_of))
    return [(each, counted.count(each.id)) for each in meetings]


def heads_of(case_ids: Sequence[int], *, by: Actor) -> dict[int, Case]:
    """Return the cases of a sitting's families."""
    require(by.role, Action.READ_PROCEEDINGS)
    return {case.id: case for case in db.session.scalars(select(Case).where(Case.id.in_(case_ids)))}


def waiting_for_sheet(*, by: Actor) -> list[WaitingForSheet]:
    """Return the families whose notice is to be posted, those of one meeting together, the most pressing first."""
    require(by.role, Action.READ_PROCEEDINGS)
    query = (
        select(Case, Task)
        .join(Task, Task.case_id == Case.id)
        .where(Task.kind == Kind.POST_NOTICE, Task.open_due.is_not(None))
        .order_by(Task.open_due, Task.id)
        .limit(MOST_LISTED)
    )
    rows = db.session.execute(query).all()
    held = _last_meetings([case.id for case, _ in rows])
    waiting = [WaitingForSheet(case, duty, held[case.id]) for case, duty in rows if case.id in held]
    return sorted(waiting, key=lambda each: (each.meeting.id, each.duty.due_on, each.duty.id))


def sheets_of(*, by: Actor, before: int | None = None, size: int = 30) -> Sequence[Notice]:
    """Return the sheets of the actor's place, the newest first."""
    require(by.role, Action.READ_PROCEEDINGS)
    query = select(Notice).order_by(Notice.id.desc()).limit(size)
    return db.session.scalars(query.where(Notice.id < before) if before else query).all()


def hanging(notice_id: int, *, by: Actor) -> Hanging:
    """Return a sheet with everything that its page shows."""
    require(by.role, Action.READ_PROCEEDINGS)
    return _with_families(find_notice(notice_id))


def _with_families(notice: Notice) -> Hanging:
    query = select(NoticeItem, Case).join(Case, Case.id == NoticeItem.case_id).where(NoticeItem.notice_id == notice.id)
    rows = db.session.execute(query.order_by(NoticeItem.number)).all()
    case_ids = [case.id for _, case in rows]
    readings = db.session.scalars(select(NoticeReading).where(NoticeReading.case_id.in_(case_ids))).all()
    wanted = (Kind.POST_NOTICE, Kind.TAKE_DOWN_NOTICE)
    open_now = select(Task).where(Task.case_id.in_(case_ids), Task.kind.in_(wanted), Task.open_due.is_not(None))
    duties = {(task.case_id, task.kind): task for task in db.session.scalars(open_now)}
    families = [
        SheetFamily(
            item=item,
            case=case,
            readings=[each for each in readings if each.case_id == case.id],
            to_post=duties.get((case.id, Kind.POST_NOTICE)),
            to_take_down=duties.get((case.id, Kind.TAKE_DOWN_NOTICE)),
        )
        for item, case in rows
    ]
    return Hanging(notice, families, _photo(notice, case_ids))


def to_be_posted(case_id: int, *, by: Actor) -> list[Hanging]:
    """Return the sheets with this family that are made and may be said to hang, the newest first.

    Those that say what no longer holds, or of a family whose notice is not owed any more, are left out. Errors:
    `NotFound` for a case out of the actor's reach.
    """
    require(by.role, Action.POST_NOTICE)
    if db.session.scalars(select(Case.id).where(Case.id == case_id)).one_or_none() is None:
        raise NotFound
    query = select(Notice).join(NoticeItem, NoticeItem.notice_id == Notice.id).where(NoticeItem.case_id == case_id)
    recent = query.where(Notice.posted_on.is_(None), Notice.posts_on >= clock.today() - OFFERED_FOR)
    made = db.session.scalars(recent.order_by(Notice.id.desc()).limit(MOST_SHEETS)).all()
    sheets = [_with_families(notice) for notice in made]
    return [
        sheet
        for sheet in sheets
        if all(family.to_post is not None for family in sheet.families)
        and _says_what_holds(sheet.notice, [family.case for family in sheet.families])
    ]


def _says_what_holds(notice: Notice, cases: Sequence[Case]) -> bool:
    try:
        return make_sheet(cases, notice.posts_on).sheet.text == text_of(notice)
    except (Invalid, NotPossibleNow):
        return False


def _last_meetings(case_ids: Sequence[int]) -> dict[int, Meeting]:
    query = (
        select(MeetingItem.case_id, Meeting)
        .join(Meeting, Meeting.id == MeetingItem.meeting_id)
        .where(MeetingItem.case_id.in_(case_ids), MeetingItem.outcome == AGREED)
        .order_by(MeetingItem.id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _photo(notice: Notice, case_ids: Sequence[int]) -> StoredFile | None:
    if notice.photo_sha256 is None:
        return None
    query = select(StoredFile).where(StoredFile.case_id.in_(case_ids), StoredFile.sha256 == notice.photo_sha256)
    return db.session.scalars(query.limit(1)).first()
