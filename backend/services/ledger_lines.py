"""The lines of the ledger of watched families, put together from what each step wrote down on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from backend import clock
from backend.db import db
from backend.models import Announcement, BatchItem, Case, CountyBatch, HomeCheck, Meeting, MeetingItem, NationalEntry
from backend.policy.county import policy_of
from backend.services.meeting_items import AGREED
from backend.services.paired import names_of
from backend.workflow.states import State

TOWN_DIGITS = 9


@dataclass(frozen=True)
class Line:
    """One watched family, words for codes; what its county's way does not have stays empty."""

    case: Case
    people: int | None
    category: str
    risks: dict[str, str]
    channel: str
    met_on: date | None
    decided_number: str
    announced_on: date | None
    watched_on: date | None
    national_no: str
    contact: str

    @property
    def notice(self) -> tuple[date | None, date | None]:
        """Return the first and the last day of the family's public notice."""
        marks = self.case.marks
        return _day(marks.get("notice_on")), _day(marks.get("notice_until"))


def page_of(*, township: str, before: int | None, size: int) -> list[Line]:
    """Return the lines of a page of watched families, the newest case first."""
    query = select(Case).where(Case.state == State.MONITORED)
    if township:
        query = query.where(Case.township_code == township[:TOWN_DIGITS])
    if before is not None:
        query = query.where(Case.id < before)
    return lines_of(db.session.scalars(query.order_by(Case.id.desc()).limit(size)).all())


def lines_of(cases: Sequence[Case]) -> list[Line]:
    """Put each case beside what was written down about it: one statement a kind of paper, not one a family."""
    ids = [case.id for case in cases]
    if not ids:
        return []
    checked = _last(select(HomeCheck.case_id, HomeCheck.heads).order_by(HomeCheck.id), HomeCheck.case_id, ids)
    sat = _last(
        select(MeetingItem.case_id, MeetingItem.people, Meeting.held_on)
        .join(Meeting, Meeting.id == MeetingItem.meeting_id)
        .where(MeetingItem.outcome == AGREED)
        .order_by(MeetingItem.id),
        MeetingItem.case_id,
        ids,
    )
    decided = _last(
        select(BatchItem.case_id, CountyBatch.number)
        .join(CountyBatch, CountyBatch.id == BatchItem.batch_id)
        .order_by(BatchItem.id),
        BatchItem.case_id,
        ids,
    )
    announced = _last(
        select(Announcement.case_id, Announcement.announced_on).order_by(Announcement.id), Announcement.case_id, ids
    )
    entered = _last(
        select(NationalEntry.case_id, NationalEntry.receipt_no).order_by(NationalEntry.id), NationalEntry.case_id, ids
    )
    answering, papers = names_of([case.household_id for case in cases]), (checked, sat, decided, announced, entered)
    return [_line(case, [each.get(case.id) for each in papers], answering.get(case.household_id, "")) for case in cases]


def _last(query: Select[*tuple[Any, ...]], column: Any, ids: Sequence[int]) -> dict[int, Any]:
    """Return the last row of each case."""
    return {row[0]: row for row in db.session.execute(query.where(column.in_(ids)))}


def _line(case: Case, papers: Sequence[Any], contact: str) -> Line:
    checked, sat, decided, announced, entered = papers
    words = policy_of(case.county_code, case.policy_version).dictionaries
    category = str(case.marks.get("category", ""))
    return Line(
        case=case,
        people=checked.heads if checked else sat.people if sat else None,
        category=words["categories"].get(category, category),
        risks={code: words["risks"].get(code, code) for code in case.marks.get("risks") or [case.risk]},
        channel=words["channels"].get(case.channel, case.channel),
        met_on=sat.held_on if sat else None,
        decided_number=decided.number if decided else "",
        announced_on=announced.announced_on if announced else None,
        watched_on=clock.local(case.closed_at).date() if case.closed_at else None,
        national_no=entered.receipt_no if entered else "",
        contact=contact,
    )


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None
