"""Erases what is held about a family (PIPL 19, 47): everything but a skeleton without names, and the audit trail.

The skeleton (household, cases, their steps, duties, times of being watched) keeps codes, dates and states, so that
figures of past years stay true; the trail holds ids only, and stays whole and verifiable.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from backend.access.actor import Actor, system_actor
from backend.access.scope import as_system
from backend.db import Base, db, use_case
from backend.errors import NotFound, NotPossibleNow
from backend.models import (
    AccountHousehold,
    Case,
    Declaration,
    GroupMeeting,
    Hazard,
    HomeCheck,
    Household,
    Meeting,
    MeetingItem,
    Notice,
    NoticeItem,
    OfficeMeeting,
    Person,
    SpokenOf,
    StoredFile,
    Task,
    Watch,
)
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal, unseal
from backend.services import files, forgotten_accounts
from backend.workflow.tasks import close_duty
from backend.workflow.trail import record_on

GONE = "（已删除）"
ERASED, ASKED, AGAIN = "erase_family", "asked", "again"
SKELETON: dict[str, dict[str, Any]] = {
    "cases": {"head_name": GONE, "initials": ""},
    "case_events": {"reason_sealed": None},
    "tasks": {"head_name": GONE},
    "watches": {"head_name": GONE},
    "households": {
        "head_name": GONE,
        **dict.fromkeys(("phone_sealed", "phone_digest", "phone_key_id", "phone_confirmed_at", "other_village")),
        **dict.fromkeys(("national_no", "details_sealed", "row_digest")),
        "group_name": "",
    },
}
"""The tables whose rows stay, and what in them is overwritten."""
SHARED: tuple[tuple[type[Any], str, Any, Any], ...] = (
    (Meeting, "minutes_sealed", MeetingItem.meeting_id, MeetingItem.household_id),
    (Notice, "text_sealed", NoticeItem.notice_id, NoticeItem.household_id),
    (GroupMeeting, "words_sealed", SpokenOf.group_meeting_id, SpokenOf.household_id),
)
"""Texts about several families: they stay, and the family's names and numbers are struck out of them."""


@dataclass
class Traces:
    """What leads to a family's rows, and the words by which texts would still name it."""

    households: Sequence[int]
    cases: Sequence[int]
    declarations: Sequence[int]
    people: Sequence[int]
    tasks: Sequence[int]
    accounts: Sequence[int]
    lone: Sequence[int] = ()
    """Duties about the household that belong to no case: its visits of the month, a hazard."""
    words: set[str] = field(default_factory=set)


def erase(
    household_id: int, *, because: str, with_roster: bool = True, unless_watched_since: date | None = None
) -> int:
    """Erase a family and return how many rows went or were overwritten; again, it finds nothing.

    Without `with_roster` the household and its members stay as the village's roster knows them, and what the procedure
    wrote of them goes. `because` is a code for the trail: asked, again after a restore, or a kind of
    `retention.yaml`.
    Errors: `NotFound`; `NotPossibleNow` while a case is open or the family is watched: then the law asks for the file;
    also when it was watched after that day, under this household or one that turned out to be it.
    """
    changed, stored = _erase(household_id, because, with_roster, unless_watched_since)
    shelf = files.store()
    for file_id in stored:  # after the rows: content without a row is swept, should this be cut off
        shelf.delete(file_id)
    return changed


@use_case
def _erase(
    household_id: int, because: str, with_roster: bool, unless_watched_since: date | None
) -> tuple[int, Sequence[int]]:
    with as_system("a family is erased"):
        # Locked: who declares for it at this moment waits, and is not half erased.
        mine = select(Household).where(Household.id == household_id).with_for_update()
        household = db.session.scalars(mine).one_or_none()
        if household is None:
            raise NotFound("没有这一户。")
        if household.head_name == GONE:
            return 0, ()
        traces = traces_of(household)
        _refuse_while_needed(traces, unless_watched_since)
        files_of = of_family(StoredFile, traces, with_roster)
        stored = db.session.scalars(select(StoredFile.id).where(files_of)).all() if files_of is not None else ()
        _strike_out(traces, household)
        by = system_actor(household.county_code, "a family is erased")
        _end_duties(_duties(traces, with_roster), by)
        changed = sum(_clear(model, traces, with_roster) for model in _tables())
        changed += forgotten_accounts.forget(traces.accounts, traces.words if because in {ASKED, AGAIN} else set())
        if changed:
            locked = select(Case).where(Case.id.in_(traces.cases)).with_for_update()
            _record(db.session.scalars(locked).all() or [household], by, because)
    return changed, stored


def _record(papers: Sequence[Case | Household], by: Actor, because: str) -> None:
    """Append it to the chain of each case; a household that never had one heads a chain of its own."""
    for paper in papers:
        record_on(paper, paper.__tablename__.removesuffix("s"), by=by, action=ERASED, detail={"because": because})


def traces_of(household: Household) -> Traces:
    """Return what leads to the rows of a family and of those that turned out to be it; for whoever sees every row."""
    merged = select(Household.id).where(or_(Household.id == household.id, Household.merged_into_id == household.id))
    households = db.session.scalars(merged).all()
    cases = db.session.scalars(select(Case.id).where(Case.household_id.in_(households))).all()
    told = db.session.scalars(select(Declaration).where(Declaration.case_id.in_(cases))).all()
    members = db.session.scalars(select(Person).where(Person.household_id.in_(households))).all()
    phones = select(AccountHousehold.account_id).where(AccountHousehold.household_id.in_(households))
    accounts = {*db.session.scalars(phones), *(row.account_id for row in told if row.account_id is not None)}
    words = {household.head_name, *(each.name for each in members), *(each.head_name for each in told)}
    words |= {each.declarer_name or "" for each in told}
    words |= {_opened(each, name) for each in (*told, *members) for name in ("id_sealed", "phone_sealed")}
    words |= {_opened(household, "phone_sealed"), *(each.receipt_no for each in told)}
    return Traces(
        households,
        cases,
        [each.id for each in told],
        [each.id for each in members],
        [
            *db.session.scalars(select(Task.id).where(Task.case_id.in_(cases))),
            *db.session.scalars(select(Hazard.task_id).join(HomeCheck).where(HomeCheck.case_id.in_(cases))),
        ],
        sorted(accounts),
        db.session.scalars(select(Task.id).where(Task.household_id.in_(households), Task.case_id.is_(None))).all(),
        words - {"", GONE},
    )


def _opened(row: Any, name: str) -> str:
    token = getattr(row, name, None)
    return unseal(token, keys=keys(), place=Place(row.__tablename__, name, row.id)) if token else ""


def _refuse_while_needed(traces: Traces, unless_watched_since: date | None) -> None:
    open_case = select(Case.id).where(Case.id.in_(traces.cases), Case.closed_at.is_(None)).limit(1)
    if db.session.scalar(open_case) is not None:
        raise NotPossibleNow("这一户还有没办完的事，办结以前不能删除。")
    watched = select(Watch.id).where(or_(Watch.household_id.in_(traces.households), Watch.case_id.in_(traces.cases)))
    late = [and_(Watch.removed_on.is_(None), Watch.ended_on.is_(None))]
    if unless_watched_since is not None:
        late += [Watch.removed_on >= unless_watched_since, Watch.ended_on >= unless_watched_since]
    if db.session.scalar(watched.where(or_(*late)).limit(1)) is not None:
        raise NotPossibleNow("这一户正在监测，档案依规定要保留，不能删除。")


def _duties(traces: Traces, with_roster: bool) -> Sequence[int]:
    return [*traces.tasks, *traces.lone] if with_roster else traces.tasks


def _end_duties(duties: Sequence[int], by: Actor) -> None:
    """End what is still owed: a check of somebody's declaration, another office's answer, a family's next visit.

    What it is about goes: nobody could answer it any more, and it would stay overdue for ever.
    """
    owed = select(Task).where(Task.id.in_(duties), Task.open_due.is_not(None))
    for task in db.session.scalars(owed.with_for_update()).all():
        close_duty(task, by=by, how=ERASED, version=task.version + 1)


def _strike_out(traces: Traces, household: Household) -> None:
    """Cover the family's names and numbers in texts that stay for others' sake."""
    for model, name, pointer, about in SHARED:
        ids = select(pointer).where(about.in_(traces.households))
        for row in db.session.scalars(select(model).where(model.id.in_(ids))):
            _strike_out_of(row, name, traces.words)
    places = household.county_code, household.township_code
    for office in db.session.scalars(select(OfficeMeeting).where(OfficeMeeting.region_code.in_(places))):
        _strike_out_of(office, "minutes_sealed", traces.words)


def _strike_out_of(row: Any, name: str, words: Set[str]) -> None:
    text = struck = _opened(row, name)
    for word in sorted(words, key=len, reverse=True):
        struck = struck.replace(word, GONE)
    if struck != text:
        setattr(row, name, seal(struck, keys=keys(), place=Place(row.__tablename__, name, row.id)))


def _tables() -> Iterator[type[Any]]:
    """Yield the models of all tables, children before parents."""
    classes = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    return (classes[table.name] for table in reversed(Base.metadata.sorted_tables) if table.name in classes)


def _clear(model: type[Any], traces: Traces, with_roster: bool) -> int:
    mine = of_family(model, traces, with_roster)
    if mine is None:
        return 0
    name = model.__tablename__
    written = update(model).where(mine).values(SKELETON[name]) if name in SKELETON else delete(model).where(mine)
    done = db.session.execute(written, execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]


def of_family(model: type[Any], traces: Traces, with_roster: bool = True) -> ColumnElement[bool] | None:
    """Say which rows of a table are about the family; None for a table that is about nobody's."""
    columns = model.__mapper__.columns
    duties = _duties(traces, with_roster)
    ways = [("case_id", traces.cases), ("declaration_id", traces.declarations), ("task_id", duties)]
    if with_roster:
        ways += [("household_id", traces.households), ("person_id", traces.people)]
    if model is Case:
        return Case.id.in_(traces.cases)
    found = [getattr(model, name).in_(ids) for name, ids in ways if name in columns]
    hanging = (_hanging(column, traces, with_roster) for column in columns if column.foreign_keys)
    found += [each for each in hanging if each is not None]
    return or_(*found) if found else None


def _hanging(column: Any, traces: Traces, with_roster: bool) -> ColumnElement[bool] | None:
    """Say which rows hang on one that goes, and so go before it; None where the rows above stay."""
    [key] = column.foreign_keys
    above = key.column.table
    if above is column.table or above.name in SKELETON:
        return None
    classes = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    gone = of_family(classes[above.name], traces, with_roster)
    ids: ColumnElement[bool] | None = column.in_(select(key.column).where(gone)) if gone is not None else None
    return ids
