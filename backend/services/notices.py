"""Public notices: shown, printed, read out to the family, posted."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow, OutOfDate
from backend.models import Case, Notice, NoticeItem, NoticeReading
from backend.models.places import place_of, same_place
from backend.policy.county import policy_of
from backend.privacy.current import keys
from backend.privacy.names import clean_name
from backend.privacy.seal import Place, seal, unseal
from backend.privacy.texts import clean_text
from backend.services import offline
from backend.services.posting_days import day_of_posting
from backend.services.sheets import MadeSheet, make_sheet, refuse_findings
from backend.workflow import engine, telling
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason

UNREACHABLE = "unreachable"
MOST_WORDS = 500
MOST_PLACE = 100
TOKEN_BYTES = 16


@dataclass(frozen=True)
class ReadingForm:
    """How the family heard its line: codes of notice_ways and relations; `words` say why nobody could be reached."""

    way: str
    told_whom: str = ""
    read_on: date | None = None
    words: str = ""


@dataclass(frozen=True)
class PostingForm:
    """Where the sheet hangs, and a photo announced by its hash or else a named witness (practice P51).

    `versions` holds, for each case on the sheet, the version of its duty that was on the screen. `posted_on` is the day
    on which it was hung up, where that is said after that day: a phone may have had no signal.
    """

    place: str
    versions: Mapping[int, int]
    photo_sha256: str | None = None
    witness: str = ""
    posted_on: date | None = None


def preview(case_ids: Sequence[int], *, by: Actor, posts_on: date | None = None) -> MadeSheet:
    """Return the exact text that these families' sheet would have, and what the check finds on it; writes nothing."""
    require(by.role, Action.POST_NOTICE)
    wanted = select(Case).where(Case.id.in_(case_ids))
    found = {case.id: case for case in db.session.scalars(wanted)}
    if len(found) != len(set(case_ids)):
        raise NotFound
    return make_sheet([found[case_id] for case_id in dict.fromkeys(case_ids)], posts_on or clock.today())


@use_case
def prepare(case_ids: Sequence[int], *, by: Actor, posts_on: date | None = None) -> Notice:
    """Make the sheet that is printed: its text, its day and its code. It is not yet posted.

    Errors: `Invalid` when the check finds what must not be public, or for a day in the past; `NotPossibleNow` while the
    county took its notices offline.
    """
    offline.refuse_files(by.county_code)
    day = posts_on or clock.today()
    if day < clock.today():
        raise Invalid.field("posts_on", "张贴日期不能早于今天。")
    made = preview(case_ids, by=by, posts_on=day)
    refuse_findings(made)
    notice_id = new_id()
    text_sealed = seal(made.sheet.text, keys=keys(), place=Place("notices", "text_sealed", notice_id))
    notice = Notice(
        id=notice_id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        meeting_id=made.meeting.id,
        posts_on=day,
        until=made.sheet.until,
        families=len(made.cases),
        text_sealed=text_sealed,
        prepared_by=by.id,
        prepared_at=clock.now(),
        **place_of(made.cases[0].village_code),
    )
    db.session.add(notice)
    db.session.flush()
    db.session.add_all(_items(notice, made))
    return notice


@use_case
def read_out(case_id: int, *, by: Actor, form: ReadingForm) -> NoticeReading:
    """Record who told whom, and when, exactly what the sheet will say of the family (practice P22)."""
    require(by.role, Action.POST_NOTICE)
    case = find_case(case_id)
    made = make_sheet([case], clock.today())
    refuse_findings(made)
    reading = _reading(case, form, by)
    family = made.family_of(case)
    if not has_heard(case, family.digest):
        # Word for word on the receipt too, before it hangs on a wall; a second reading of the same is no news.
        telling.tell_applicants(case, "to_be_posted", by=by, reason=Reason(words=family.line), due_on=None)
    reading.line_digest = family.digest
    db.session.add(reading)
    engine.note(case, "notice_read_out", by=by, detail={"reading": str(reading.id), "way": reading.way})
    return reading


@use_case
def post(notice_id: int, *, by: Actor, form: PostingForm) -> Notice:
    """Record that the sheet hangs: its full days begin the day after. All its families or none.

    On record by the day after, it hangs for its printed days; said later than that, its days begin with that later day.
    Errors: `NotPossibleNow` when a family has not heard its line, or it has changed since; `Invalid` when the sheet
    was printed for another day than that of the posting, that day is still to come, or neither a photo nor a witness
    is named.
    """
    require(by.role, Action.POST_NOTICE)
    notice = find_notice(notice_id)
    if notice.posted_on is not None:
        raise OutOfDate("这张公示已经登记张贴。")
    items = items_of(notice)
    cases = {each: find_case(each) for each in sorted(item.case_id for item in items)}
    hung_on = day_of_posting(notice, form.posted_on)
    _refuse_stale(notice, [cases[item.case_id] for item in items], items)
    place, witness = _checked_posting(form, cases)
    said = {"notice": str(notice.id), "posted_on": hung_on.isoformat()}
    for item in items:
        case, version = cases[item.case_id], form.versions[item.case_id]
        engine.move(case, Action.POST_NOTICE, by=by, version=version, detail={**said, "number": item.number})
        notice.until = max(notice.until, date.fromisoformat(case.marks["notice_until"]))
    notice.place, notice.witness, notice.photo_sha256 = place, witness, form.photo_sha256
    notice.posted_on, notice.posted_at = hung_on, clock.now()
    notice.posted_by, notice.posted_by_name = by.id, by.name
    return notice


def read_notice(notice_id: int, *, by: Actor) -> Notice:
    """Return a sheet of the actor's place."""
    require(by.role, Action.READ_PROCEEDINGS)
    return find_notice(notice_id)


def text_of(notice: Notice) -> str:
    """Return the exact text of a sheet."""
    return unseal(notice.text_sealed, keys=keys(), place=Place("notices", "text_sealed", notice.id))


def has_heard(case: Case, line_digest: str) -> bool:
    """Say whether the family heard exactly this line, or it is on record why nobody could be reached."""
    query = select(NoticeReading.id).where(NoticeReading.case_id == case.id, NoticeReading.line_digest == line_digest)
    return db.session.scalar(query.limit(1)) is not None


def find_notice(notice_id: int) -> Notice:
    """Return a sheet, locked, within the session's scope; `NotFound` otherwise."""
    notice = db.session.scalars(select(Notice).where(Notice.id == notice_id).with_for_update()).one_or_none()
    if notice is None:
        raise NotFound
    return notice


def items_of(notice: Notice) -> Sequence[NoticeItem]:
    """Return the lines of a sheet in their order."""
    query = select(NoticeItem).where(NoticeItem.notice_id == notice.id).order_by(NoticeItem.number)
    return db.session.scalars(query).all()


def _items(notice: Notice, made: MadeSheet) -> list[NoticeItem]:
    return [
        NoticeItem(
            id=new_id(),
            notice_id=notice.id,
            case_id=case.id,
            household_id=case.household_id,
            number=number,
            line_digest=made.family_of(case).digest,
            **same_place(case),
        )
        for number, case in enumerate(made.cases, start=1)
    ]


def _reading(case: Case, form: ReadingForm, by: Actor) -> NoticeReading:
    words, complaints = policy_of(case.county_code, case.policy_version).dictionaries, Complaints()
    read_on = form.read_on or clock.today()
    if form.way not in words["notice_ways"]:
        complaints.add("way", "请选择怎样念给农户听的。")
    if form.way != UNREACHABLE and form.told_whom not in words["relations"]:
        complaints.add("told_whom", "请选择念给家里哪一位听的。")
    if read_on > clock.today():
        complaints.add("read_on", "日期不能晚于今天。")
    why = ""
    if form.way == UNREACHABLE:
        why = complaints.take(lambda: clean_text(form.words, most=MOST_WORDS, field="words"), "")
    complaints.raise_if_any()
    reading_id = new_id()
    sealed = seal(why, keys=keys(), place=Place("notice_readings", "why_sealed", reading_id)) if why else None
    return NoticeReading(
        id=reading_id,
        case_id=case.id,
        household_id=case.household_id,
        way=form.way,
        told_whom="" if form.way == UNREACHABLE else form.told_whom,
        read_on=read_on,
        read_by=by.id,
        read_by_name=by.name,
        why_sealed=sealed,
        recorded_at=clock.now(),
        **same_place(case),
    )


def _refuse_stale(notice: Notice, cases: Sequence[Case], items: Sequence[NoticeItem]) -> None:
    """Refuse a sheet that says another line than now, or a line that the family has not heard."""
    made = make_sheet(cases, notice.posts_on)
    refuse_findings(made)
    if made.sheet.text != text_of(notice):
        raise NotPossibleNow("这几户的情况有变化，请重新做一张再贴。")
    for case, item in zip(cases, items, strict=True):
        if not has_heard(case, item.line_digest):
            raise NotPossibleNow(f"纸上第{item.number}户还没有听过公示内容，请先念给家里人听，联系不上的写明原因。")


def _checked_posting(form: PostingForm, cases: Mapping[int, Case]) -> tuple[str, str]:
    complaints = Complaints()
    place = complaints.take(lambda: clean_text(form.place, most=MOST_PLACE, field="place"), "")
    witness = complaints.take(lambda: clean_name(form.witness, field="witness"), "") if form.witness.strip() else ""
    if not form.photo_sha256 and not form.witness.strip():
        complaints.add("photo_sha256", "请拍一张贴好的公示，或者写一位看见张贴的人。")
    if set(form.versions) != set(cases):
        complaints.add("versions", "请重新打开这张公示再登记。")
    complaints.raise_if_any()
    return place, witness
