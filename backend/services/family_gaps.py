"""What is missing in the files of families: one statement a part for a whole page of them, never one a family."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import (
    Announcement,
    Authorization,
    Case,
    Clue,
    Declaration,
    HomeCheck,
    Judgement,
    Measure,
    MeetingItem,
    Notice,
    NoticeItem,
    Plan,
    RegularVisit,
    RemovalCheck,
    Visit,
    Watch,
)
from backend.services import watches
from backend.workflow.archive import PART_NAMES, Part, must_have

CONSULTATION, MEETING = "consultation", "meeting"


@dataclass(frozen=True)
class Gaps:
    """One watched family, and the parts that its file lacks, in the archive's order."""

    watch: Watch
    missing: Sequence[Part]

    @property
    def names(self) -> list[str]:
        """Return the missing parts in words."""
        return [PART_NAMES[part] for part in self.missing]


def files_of(
    *, by: Actor, standing: str = "", village: str = "", before: int | None = None, size: int = 50
) -> list[Gaps]:
    """Return a page of the watched families of the actor's place with what each file lacks, the newest first."""
    require(by.role, Action.PRINT_FAMILY_FILE)
    rows = watches.listed(by=by, standing=standing, village=village, before=before, size=size)
    cases = db.session.scalars(select(Case).where(Case.id.in_([row.case_id for row in rows]))).all()
    by_case = {row.case_id: row for row in rows}
    missing = gaps_of([(case, by_case[case.id]) for case in cases])
    return [Gaps(row, missing.get(row.case_id, ())) for row in rows]


def gaps_of(families: Sequence[tuple[Case, Watch | None]]) -> dict[int, tuple[Part, ...]]:
    """Return the parts that each case's file lacks, by the id of the case."""
    needed = {case.id: must_have(case, watch) for case, watch in families}
    wanted = {part for parts in needed.values() for part in parts}
    there = {part: _HELD[part](families) for part in wanted}
    return {case_id: tuple(part for part in parts if case_id not in there[part]) for case_id, parts in needed.items()}


Families = Sequence[tuple[Case, Watch | None]]


def _found(column: Any, ids: Iterable[int], *where: Any) -> set[int]:
    return set(db.session.scalars(select(column).where(column.in_(list(ids)), *where).distinct()))


def _by_case(*columns: Any, where: tuple[Any, ...] = ()) -> Callable[[Families], set[int]]:
    """Say which cases have a row in one of these tables."""

    def held(families: Families) -> set[int]:
        left, found = {case.id for case, _ in families}, set[int]()
        for column in columns:
            found |= _found(column, left - found, *where) if left - found else set()
        return found

    return held


def _by_household(column: Any) -> Callable[[Families], set[int]]:
    def held(families: Families) -> set[int]:
        found = _found(column, {case.household_id for case, _ in families})
        return {case.id for case, _ in families if case.household_id in found}

    return held


def _by_watch(column: Any) -> Callable[[Families], set[int]]:
    def held(families: Families) -> set[int]:
        found = _found(column, {watch.id for _, watch in families if watch})
        return {case.id for case, watch in families if watch and watch.id in found}

    return held


def _posted(families: Families) -> set[int]:
    ids = [case.id for case, _ in families]
    query = select(NoticeItem.case_id).join(Notice, Notice.id == NoticeItem.notice_id)
    return set(db.session.scalars(query.where(NoticeItem.case_id.in_(ids), Notice.posted_on.is_not(None)).distinct()))


_HELD: Mapping[Part, Callable[[Families], set[int]]] = {
    Part.APPLICATION: _by_case(Declaration.case_id, Clue.case_id),
    Part.AUTHORIZATION: _by_household(Authorization.household_id),
    Part.CHECK: _by_case(HomeCheck.case_id, Visit.case_id),
    Part.CONSULTATION: _by_case(MeetingItem.case_id, where=(MeetingItem.kind == CONSULTATION,)),
    Part.MEETING: _by_case(MeetingItem.case_id, where=(MeetingItem.kind == MEETING,)),
    Part.NOTICE: _posted,
    Part.APPROVAL: _by_case(Judgement.case_id, where=(Judgement.action == Action.COUNTY_APPROVE,)),
    Part.ANNOUNCEMENT: _by_case(Announcement.case_id),
    Part.PLAN: _by_watch(Plan.watch_id),
    Part.MEASURES: _by_watch(Measure.watch_id),
    Part.VISITS: _by_household(RegularVisit.household_id),
    Part.REMOVAL: _by_household(RemovalCheck.household_id),
}
"""Which of these cases hold each part."""
