"""What the county's desk reads and does with a batch as a whole: its families, its announcement, the receipts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import DomainError, Invalid, NotPossibleNow, TryLater
from backend.models import BatchItem, Case, CountyBatch, Task
from backend.policy.county import county_workdays, current_policy
from backend.services import announcements, batches, signatures
from backend.services.batches import DONE, OPEN, Verdict
from backend.services.lists import MOST_LISTED, ListedResult
from backend.services.sealing import Sealer
from backend.workflow import places
from backend.workflow.deadlines import due_on
from backend.workflow.guards import may_be_by_telephone
from backend.workflow.states import Kind


@dataclass(frozen=True)
class Family:
    """One family of a batch: its case, what is proposed in clear, and its duty that the batch is waiting on."""

    item: BatchItem
    case: Case
    words: str
    alternative: str
    decides: Task | None
    announces: Task | None
    signs: Task | None = None

    @property
    def may_be_by_telephone(self) -> bool:
        """Say whether a leader's word by telephone would be enough for this family now."""
        return self.item.verdict == Verdict.APPROVE and may_be_by_telephone(self.case)

    @property
    def has_grown(self) -> bool:
        """Say whether the case is no more what the clerk had seen."""
        seen = (self.item.seen_version, self.item.seen_content_version)
        now = (self.decides.version, self.case.content_version) if self.decides else None
        return self.item.outcome == OPEN and seen != now


@dataclass(frozen=True)
class EntryForm:
    """The national system's receipt for one family, as it was typed into a list."""

    case_id: int
    version: int
    receipt_no: str
    entered_on: date


def next_sitting(*, by: Actor) -> date:
    """Return the day of the next monthly sitting if one were held today (policy MEET_MON)."""
    require(by.role, Action.PREPARE_BATCH)
    monthly = current_policy(by.county_code).limit("MEET_MON")
    return due_on(clock.today(), monthly, county_workdays(by.county_code)).on


def families_of(batch_id: int, *, by: Actor) -> list[Family]:
    """Return a batch's families in their order, with the names of their places at hand."""
    batch = batches.find_batch(batch_id, by=by)
    query = select(BatchItem, Case).join(Case, Case.id == BatchItem.case_id).where(BatchItem.batch_id == batch.id)
    rows = db.session.execute(query.order_by(BatchItem.id)).all()
    case_ids = [case.id for _, case in rows]
    duties = {(task.case_id, task.kind): task for task in _open(case_ids, Kind.COUNTY_DECISION, Kind.ANNOUNCE)}
    signs = {task.case_id: task for task in signatures.owed_for(batch.id)}
    _have_names_at_hand(rows)
    return [
        Family(
            item=item,
            case=case,
            words=_sealer(item).open("words_sealed", item.words_sealed),
            alternative=_sealer(item).open("alternative_sealed", item.alternative_sealed),
            decides=duties.get((case.id, Kind.COUNTY_DECISION)),
            announces=duties.get((case.id, Kind.ANNOUNCE)),
            signs=signs.get(case.id),
        )
        for item, case in rows
    ]


def placed(case_ids: Sequence[int], *, by: Actor) -> dict[int, CountyBatch]:
    """Return, for cases that lie in a batch and are not yet decided, that batch."""
    require(by.role, Action.PREPARE_BATCH)
    query = (
        select(BatchItem.case_id, CountyBatch)
        .join(CountyBatch, CountyBatch.id == BatchItem.batch_id)
        .where(BatchItem.case_id.in_(case_ids), BatchItem.outcome == OPEN, CountyBatch.county_code == by.county_code)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def announce_batch(batch_id: int, *, by: Actor) -> list[ListedResult]:
    """Announce every family that a batch included, under its number; each in its own transaction.

    Doing it again announces only what is left. Errors: `NotPossibleNow` when nothing is.
    """
    require(by.role, Action.ANNOUNCE)
    number = batches.find_batch(batch_id, by=by).number
    due = [
        (each.case.id, each.announces.version)
        for each in families_of(batch_id, by=by)
        if each.announces is not None and each.item.outcome == DONE and each.item.verdict == Verdict.APPROVE
    ]
    if not due:
        raise NotPossibleNow("这一批没有等着公告的户。")

    def announce(case_id: int, version: int) -> Callable[[], object]:
        return lambda: announcements.announce(case_id, number, by=by, version=version)

    return [_alone(case_id, announce(case_id, version)) for case_id, version in due]


def entries_waiting(*, by: Actor, size: int = MOST_LISTED) -> list[tuple[Case, Task]]:
    """Return the families of the actor's place that are watched and not yet entered in the national system."""
    require(by.role, Action.ENTER_NATIONAL)
    return _cases_with(Kind.ENTER_NATIONAL, size)


def enter_all(entries: Sequence[EntryForm], *, by: Actor) -> list[ListedResult]:
    """Type the receipts of many families at once; each in its own transaction, a wrong one stops no other."""
    require(by.role, Action.ENTER_NATIONAL)
    if not 1 <= len(entries) <= MOST_LISTED:
        raise Invalid.field("entries", f"请至少填一户的编号，一次最多{MOST_LISTED}户。")

    def enter(each: EntryForm) -> Callable[[], object]:
        return lambda: announcements.enter_national(
            each.case_id, each.receipt_no, each.entered_on, by=by, version=each.version
        )

    return [_alone(each.case_id, enter(each)) for each in entries]


def _cases_with(kind: Kind, size: int) -> list[tuple[Case, Task]]:
    query = (
        select(Case, Task)
        .join(Task, Task.case_id == Case.id)
        .where(Task.kind == kind, Task.open_due.is_not(None))
        .order_by(Task.open_due, Task.id)
        .limit(size)
    )
    rows = [(row[0], row[1]) for row in db.session.execute(query)]
    _have_names_at_hand(rows)
    return rows


def _alone(case_id: int, work: Callable[[], object]) -> ListedResult:
    try:
        work()
    except TryLater:
        raise
    except DomainError as error:
        return ListedResult(case_id, code=error.code, message=next(iter(error.fields.values()), error.message))
    return ListedResult(case_id)


def _open(case_ids: Sequence[int], *kinds: Kind) -> Sequence[Task]:
    query = select(Task).where(Task.case_id.in_(case_ids), Task.kind.in_(kinds), Task.open_due.is_not(None))
    return db.session.scalars(query).all()


def _have_names_at_hand(rows: Sequence[tuple[object, ...]]) -> None:
    cases = [each for row in rows for each in row if isinstance(each, Case)]
    places.have_at_hand(code for case in cases for code in (case.township_code, case.village_code))


def _sealer(item: BatchItem) -> Sealer:
    return Sealer("batch_items", item.id)


def batches_of(*, by: Actor, size: int = 50) -> Sequence[CountyBatch]:
    """Return the county's latest batches, the newest first."""
    require(by.role, Action.PREPARE_BATCH)
    query = select(CountyBatch).where(CountyBatch.county_code == by.county_code)
    return db.session.scalars(query.order_by(CountyBatch.id.desc()).limit(size)).all()
