"""满意度: one mark on a receipt after its end; whoever was not satisfied and says why is called back by the township.

Nothing here counts by member of staff: a mark is about how it went, never about who (domain 5.5, 8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotFound, NotPossibleNow, OutOfDate
from backend.models import Case, Declaration, Satisfaction, Task
from backend.policy import Limit
from backend.policy.county import county_workdays, current_policy, policy_of
from backend.services import second_hats
from backend.services.declarations import find_receipt
from backend.services.sealing import Sealer, needed, optional
from backend.workflow.deadlines import due_on, spoken_at
from backend.workflow.duties import CALL_BACK, Opening
from backend.workflow.engine import find_case
from backend.workflow.outbox import owe
from backend.workflow.places import name_of
from backend.workflow.tasks import close_duty, open_duty
from backend.workflow.trail import record_on_case

DISSATISFIED = "dissatisfied"
CALLED_BACK = "已回访答复"


@dataclass(frozen=True)
class OwnMark:
    """One's own mark as its sender reads it, and until when it may be left or changed."""

    mark: str
    words: str
    marked_at: datetime | None
    may_mark_until: date | None
    answer: str
    answered_at: datetime | None


NO_MARK = OwnMark("", "", None, None, "", None)


@dataclass(frozen=True)
class CallBack:
    """A mark in the township's list; `words` only where it was opened."""

    satisfaction: Satisfaction
    case: Case
    duty: Task | None
    words: str = ""
    answer: str = ""


@use_case
def leave_mark(declaration_id: int, mark: str, *, by: Actor, words: str = "") -> OwnMark:
    """Leave a mark on one's own receipt after its end, or change it while its days last and nobody has answered.

    Errors: `NotPossibleNow` before the end, after the days or after the answer; `Invalid` names each field.
    """
    require(by.role, Action.LEAVE_MARK)
    declaration = find_receipt(declaration_id, by=by)
    with as_system("a mark on how a case went"):
        case = find_case(declaration.case_id)
        row = _mark_on(declaration, locked=True)
        _refuse_untimely(declaration, case, row)
        said = _checked(mark, words, case)
        if row is None:
            row = _new_row(declaration)
        row.mark, row.marked_at = mark, clock.now()
        row.words_sealed = _sealer(row).keep("words_sealed", said)
        _open_or_close_duty(row, case, by)
        db.session.add(row)
        # In the audit alone: a case's history is read in the village that is judged.
        record_on_case(case, by=by, action=Action.LEAVE_MARK, detail={"satisfaction": str(row.id)})
        return _own(declaration, case, row)


def own_mark(declaration: Declaration) -> OwnMark:
    """Return the mark on a receipt that the actor was found to hold."""
    if declaration.closed_at is None:
        return NO_MARK
    with as_system("a mark on how a case went"):
        case = db.session.scalars(select(Case).where(Case.id == declaration.case_id)).one()
        return _own(declaration, case, _mark_on(declaration))


def call_backs(*, by: Actor, before: int | None = None, size: int = 50) -> list[CallBack]:
    """Return the open duties to call back in the actor's place, the newest first, without their words."""
    require(by.role, Action.CALL_BACK)
    query = _with_case_and_duty().where(Task.open_due.is_not(None), ~second_hats.against_own_families(by=by))
    if before is not None:
        query = query.where(Satisfaction.id < before)
    rows = db.session.execute(query.order_by(Satisfaction.id.desc()).limit(min(size, 100)))
    return [CallBack(*row) for row in rows]


@use_case
def read_mark(satisfaction_id: int, *, by: Actor) -> CallBack:
    """Return one mark in clear for whoever calls back, and write into the case's audit who opened it."""
    row, case, duty = _found(satisfaction_id, by)
    record_on_case(find_case(case.id), by=by, action=Action.CALL_BACK, detail={"satisfaction": str(row.id)})
    return CallBack(row, case, duty, *_texts(row))


@use_case
def answer(satisfaction_id: int, *, by: Actor, version: int, words: str) -> Satisfaction:
    """Say what was told to the family in the call; its sender reads these words on the receipt."""
    row, _, _ = _found(satisfaction_id, by)
    case = find_case(row.case_id)
    duty = db.session.scalars(select(Task).where(Task.id == row.task_id)).one_or_none()
    if duty is None or duty.open_due is None:
        raise NotPossibleNow("这件已经回访答复，不用再答。")
    if duty.version != version:
        raise OutOfDate
    said = needed(words, "words")
    case.version += 1
    close_duty(duty, by=by, how=Action.CALL_BACK, version=case.version)
    row.answer_sealed = _sealer(row).keep("answer_sealed", said)
    row.answered_by, row.answered_at = by.id, clock.now()
    record_on_case(case, by=by, action="called_back", detail={"satisfaction": str(row.id)})
    _tell(row)
    return row


def _with_case_and_duty() -> Select[Satisfaction, Case, Task]:
    return (
        select(Satisfaction, Case, Task)
        .join(Case, Case.id == Satisfaction.case_id)
        .outerjoin(Task, Task.id == Satisfaction.task_id)
    )


def _found(satisfaction_id: int, by: Actor) -> tuple[Satisfaction, Case, Task | None]:
    require(by.role, Action.CALL_BACK)
    query = _with_case_and_duty().where(Satisfaction.id == satisfaction_id)
    rows: Sequence[tuple[Satisfaction, Case, Task | None]] = db.session.execute(query).all()
    if not rows:
        raise NotFound
    second_hats.refuse_own_family(rows[0][1], by=by)
    return rows[0]


def _mark_on(declaration: Declaration, *, locked: bool = False) -> Satisfaction | None:
    query = select(Satisfaction).where(Satisfaction.declaration_id == declaration.id)
    return db.session.scalars(query.with_for_update() if locked else query).one_or_none()


def _until(declaration: Declaration, case: Case) -> date | None:
    """Return the last day on which a mark may be left; nothing before the end.

    One that only joined another's case is no exception: whoever typed a number would see by it that it is known.
    """
    if declaration.closed_at is None:
        return None
    days = policy_of(case.county_code, case.policy_version).numbers["satisfaction_days"]
    return due_on(clock.local(declaration.closed_at).date(), Limit(days), county_workdays(case.county_code)).on


def _refuse_untimely(declaration: Declaration, case: Case, row: Satisfaction | None) -> None:
    until = _until(declaration, case)
    if until is None:
        raise NotPossibleNow("这一件办完以后才能评价。")
    if clock.today() > until:
        raise NotPossibleNow("评价的日子已经过了。还有意见，请用“投诉建议”告诉我们。")
    if row is not None and row.answered_at is not None:
        raise NotPossibleNow("乡镇已经答复，评价不能再改。还有意见，请用“投诉建议”告诉我们。")


def _checked(mark: str, words: str, case: Case) -> str:
    complaints = Complaints()
    said = complaints.take(lambda: optional(words, "words"), "")
    if mark not in policy_of(case.county_code, case.policy_version).dictionaries["satisfaction"]:
        complaints.add("mark", "请选满意、基本满意或不满意。")
    complaints.raise_if_any()
    return said


def _new_row(declaration: Declaration) -> Satisfaction:
    return Satisfaction(
        id=new_id(),
        declaration_id=declaration.id,
        case_id=declaration.case_id,
        first_marked_at=clock.now(),
        county_code=declaration.county_code,
        township_code=declaration.township_code,
        village_code="",
        grid_code=None,
        account_id=declaration.account_id,
    )


def _open_or_close_duty(row: Satisfaction, case: Case, by: Actor) -> None:
    """Owe a call while the mark says so; whoever is content after all need not be called."""
    duty = db.session.scalars(select(Task).where(Task.id == row.task_id)).one_or_none() if row.task_id else None
    wanted = row.mark == DISSATISFIED and row.words_sealed is not None
    is_open = duty is not None and duty.open_due is not None
    if wanted and not is_open:
        detail = {"satisfaction": str(row.id), "declaration": str(row.declaration_id)}
        task = open_duty(case, Opening(CALL_BACK, detail=detail))
        db.session.flush()  # the duty first: the mark points at it
        row.task_id = task.id
    elif not wanted and is_open and duty is not None:
        case.version += 1
        close_duty(duty, by=by, how=Action.LEAVE_MARK, version=case.version)


def _own(declaration: Declaration, case: Case, row: Satisfaction | None) -> OwnMark:
    until = None if row is not None and row.answered_at is not None else _until(declaration, case)
    if row is None:
        return OwnMark("", "", None, until, "", None)
    words, answered = _texts(row)
    return OwnMark(row.mark, words, row.marked_at, until, answered, row.answered_at)


def _texts(row: Satisfaction) -> tuple[str, str]:
    sealer = _sealer(row)
    return sealer.open("words_sealed", row.words_sealed), sealer.open("answer_sealed", row.answer_sealed)


def _sealer(row: Satisfaction) -> Sealer:
    return Sealer("satisfactions", row.id)


def _tell(row: Satisfaction) -> None:
    """Owe whoever holds the receipt now the news that there is an answer."""
    declaration = db.session.scalars(select(Declaration).where(Declaration.id == row.declaration_id)).one()
    if declaration.account_id is None:
        return
    owe(
        kind="progress",
        subject=f"satisfaction:{row.id}",
        recipient=f"account:{declaration.account_id}",
        county_code=row.county_code,
        data={
            "number": declaration.receipt_no,
            "status": CALLED_BACK,
            "office": name_of(row.township_code),
            "at": clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
        },
        page=f"pages/progress/progress?id={declaration.id}",
        not_before=spoken_at(clock.now(), current_policy(row.county_code).ladder),
    )
