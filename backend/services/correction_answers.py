"""How the township answers a request for correction: corrected, or not and why, in words that the family reads."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import AccountHousehold, Case, CorrectionRequest, Declaration, Task
from backend.policy.county import current_policy
from backend.privacy.redaction import leaks
from backend.services.correction_requests import (
    CORRECTED,
    DECLINED,
    STATUS_NAMES,
    TOWN_DIGITS,
    facts_of,
    place_told,
    texts_of,
)
from backend.services.sealing import Sealer, needed, optional
from backend.services.sheets import telephones_of
from backend.workflow import engine
from backend.workflow.deadlines import spoken_at
from backend.workflow.engine import find_case
from backend.workflow.outbox import owe
from backend.workflow.places import name_of
from backend.workflow.tasks import close_duty
from backend.workflow.ties import refuse_kin
from backend.workflow.trail import record_on_case

PAGE = "pages/mydata/mydata"


@dataclass(frozen=True)
class Asked:
    """A request in the township's list: which fact of which family, without what was written."""

    request: CorrectionRequest
    case: Case
    duty: Task
    fact_name: str


@dataclass(frozen=True)
class Opened:
    """One request in clear; `is_confirmed`: the phone that asks is known to be the family's."""

    asked: Asked
    whose: str
    right: str
    answer: str
    is_confirmed: bool


def waiting(*, by: Actor, before: int | None = None, size: int = 50) -> list[Asked]:
    """Return the requests that wait for an answer in the actor's place, the newest first."""
    require(by.role, Action.ANSWER_CORRECTION)
    query = _with_case_and_duty().where(Task.open_due.is_not(None))
    if before is not None:
        query = query.where(CorrectionRequest.id < before)
    rows = db.session.execute(query.order_by(CorrectionRequest.id.desc()).limit(min(size, 100)))
    return [Asked(row, case, duty, facts_of(row, case)) for row, case, duty in rows]


@use_case
def read_request(request_id: int, *, by: Actor) -> Opened:
    """Return one request in clear, and write into the case's audit who opened it."""
    require(by.role, Action.ANSWER_CORRECTION)
    asked = _found(request_id)
    case = find_case(asked.case.id)
    record_on_case(case, by=by, action="read_correction", detail={"correction": str(request_id)})
    return Opened(asked, *texts_of(asked.request), is_confirmed=_is_confirmed(asked.request, case))


@use_case
def answer(request_id: int, *, corrected: bool, by: Actor, version: int, words: str) -> CorrectionRequest:
    """Say that the fact is put right, or why it is not; whoever asked reads the words.

    Errors: `Invalid` for a refusal without a reason, or a number in an answer to a phone that is not known to be the
    family's; `OutOfDate`; `NotPossibleNow` once answered; `NotAllowed` for one's own request and for kin.
    """
    require(by.role, Action.ANSWER_CORRECTION)
    asked = _found(request_id)
    case = find_case(asked.case.id)
    refuse_kin(case, by)
    row, duty = asked.request, asked.duty
    if by.account_id is not None and by.account_id == row.account_id:
        raise NotAllowed("这是您自己提的，请让同事答复。")
    if duty.open_due is None:
        raise NotPossibleNow("这件已经答复过了。")
    if duty.version != version:
        raise OutOfDate
    said = _checked(words, row, case, corrected=corrected)
    case.version += 1
    close_duty(duty, by=by, how=Action.ANSWER_CORRECTION, version=case.version)
    row.outcome = CORRECTED if corrected else DECLINED
    row.answer_sealed = Sealer("correction_requests", row.id).keep("answer_sealed", said)
    row.answered_by, row.answered_by_name, row.answered_at = by.id, by.name, clock.now()
    detail = {"correction": str(row.id), "outcome": row.outcome}
    engine.note(case, Action.ANSWER_CORRECTION, by=by, detail=detail)
    _tell(row, case)
    return row


def _with_case_and_duty() -> Select[CorrectionRequest, Case, Task]:
    return (
        select(CorrectionRequest, Case, Task)
        .join(Case, Case.id == CorrectionRequest.case_id)
        .join(Task, Task.id == CorrectionRequest.task_id)
    )


def _found(request_id: int) -> Asked:
    row = db.session.execute(_with_case_and_duty().where(CorrectionRequest.id == request_id)).one_or_none()
    if row is None:
        raise NotFound
    request, case, duty = row
    return Asked(request, case, duty, facts_of(request, case))


def _checked(words: str, row: CorrectionRequest, case: Case, *, corrected: bool) -> str:
    if not corrected and not words.strip():
        raise Invalid.field("words", "没有改的，请写明为什么，本人看得到。")
    said = optional(words, "words") if corrected else needed(words, "words")
    if not _is_confirmed(row, case) and leaks(_without_telephones(said, case)):
        raise Invalid.field("words", "这部手机还没有确认是这一家的，答复里不能写身份证号、电话等号码。")
    return said


def _without_telephones(said: str, case: Case) -> str:
    for each in telephones_of(case.village_code):
        said = said.replace(each.number, "")
    return said


def _is_confirmed(row: CorrectionRequest, case: Case) -> bool:
    """Say whether the phone that asked reads this family's file now."""
    link = select(AccountHousehold.id).where(
        AccountHousehold.account_id == row.account_id,
        AccountHousehold.household_id == case.household_id,
        AccountHousehold.withdrawn_at.is_(None),
    )
    return row.account_id is not None and db.session.scalar(link) is not None


def _tell(row: CorrectionRequest, case: Case) -> None:
    """Owe the news to whoever holds the receipt now, or to the family's phone that asked."""
    query = select(Declaration).where(Declaration.id == row.declaration_id)
    declaration = db.session.scalars(query).one_or_none() if row.declaration_id is not None else None
    if declaration is None and not _is_confirmed(row, case):
        return  # the family's phone was let go meanwhile
    account_id = declaration.account_id if declaration else row.account_id
    if account_id is None:
        return
    owe(
        kind="progress",
        subject=f"correction:{row.id}",
        recipient=f"account:{account_id}",
        county_code=row.county_code,
        data={
            "number": declaration.receipt_no if declaration else case.number,
            "status": f"更正申请：{STATUS_NAMES[row.outcome]}",
            "office": name_of(place_told(row, declaration)[:TOWN_DIGITS]),
            "at": clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
        },
        page=PAGE,
        not_before=spoken_at(clock.now(), current_policy(row.county_code).ladder),
    )
