"""County decisions by batch: the clerk prepares, a leader signs, each family moves in its own transaction (P11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import DomainError, Invalid, NotFound, NotPossibleNow, OutOfDate, TryLater
from backend.models import BatchItem, Case, CountyBatch
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.services import cases, signatures
from backend.services.cases import Seen
from backend.services.judgements import BatchRef, JudgementForm
from backend.services.sealing import Sealer, needed, optional
from backend.workflow.duties import REMOVAL
from backend.workflow.engine import find_case
from backend.workflow.procedure import row_for
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties
from backend.workflow.trail import record_on

MOST_NUMBER = 60
OPEN, DONE, STALE, REFUSED = "open", "done", "stale", "refused"


class Verdict(StrEnum):
    """What is proposed for one family."""

    APPROVE = "approve"
    REJECT = "reject"
    SEND_BACK = "send_back"


ACTION_OF = {
    Verdict.APPROVE: Action.COUNTY_APPROVE,
    Verdict.REJECT: Action.COUNTY_REJECT,
    Verdict.SEND_BACK: Action.COUNTY_SEND_BACK,
}


@dataclass(frozen=True)
class Proposal:
    """What the clerk proposes for one family."""

    case_id: int
    verdict: Verdict = Verdict.APPROVE
    codes: tuple[str, ...] = ()
    words: str = ""
    alternative: str = ""
    transfer: str | None = None


@use_case
def prepare(number: str, sits_on: date, *, by: Actor, proposals: Sequence[Proposal] = ()) -> CountyBatch:
    """Open a batch under its document number (文号); one family is enough.

    Errors: `Invalid` for a number that is empty or used, and for a day that has passed.
    """
    require(by.role, Action.PREPARE_BATCH)
    said = needed(number, "number", MOST_NUMBER)
    if sits_on < clock.today():
        raise Invalid.field("sits_on", "会议日期不能早于今天。")
    used = select(CountyBatch.id).where(CountyBatch.county_code == by.county_code, CountyBatch.number == said)
    if db.session.scalar(used) is not None:
        raise Invalid.field("number", "这个文号已经用过了。")
    batch = CountyBatch(
        id=new_id(),
        county_code=by.county_code,
        number=said,
        sits_on=sits_on,
        prepared_by=by.id,
        prepared_by_name=by.name,
        prepared_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    for each in proposals:
        _put(batch, each, by)
    record_on(batch, "batch", by=by, action="prepare_batch", detail={"number": said, **_listed(proposals)})
    return batch


@use_case
def put(batch_id: int, proposals: Sequence[Proposal], *, by: Actor) -> CountyBatch:
    """Add families to a batch, or change what is proposed for them; each is taken as it stands now."""
    require(by.role, Action.PREPARE_BATCH)
    batch = unsigned(batch_id, by)
    for each in proposals:
        _put(batch, each, by)
    record_on(batch, "batch", by=by, action="put_into_batch", detail=_listed(proposals))
    return batch


@use_case
def take_out(batch_id: int, case_id: int, *, by: Actor) -> None:
    """Leave a family out of a batch; nothing happens to its case."""
    require(by.role, Action.PREPARE_BATCH)
    item = _item(batch := unsigned(batch_id, by), case_id)
    if item is None:
        raise NotFound
    if item.outcome == DONE:
        raise NotPossibleNow("这一户已经审定，不能从批次里拿掉。")
    db.session.delete(item)
    record_on(batch, "batch", by=by, action="take_out_of_batch", detail={"case": str(case_id)})


def sign(batch_id: int, *, by: Actor) -> Sequence[BatchItem]:
    """Sign a batch: every family moves in a transaction of its own; one that has changed is reported, the rest go on.

    Signing again decides only what is still open or was prepared anew, so a broken line costs nothing. What was agreed
    by telephone is signed with it. Never called inside another transaction: whoever fails leaves no trace in others'.
    """
    require(by.role, Action.SIGN_BATCH)
    batch = _sign(batch_id, by)
    for item in items_of(batch.id):
        if item.outcome == OPEN:
            decide_alone(item.id, batch.id, ACTION_OF[Verdict(item.verdict)], by=by)
    signatures.sign_all(batch.id, by=by)
    return items_of(batch.id)


def items_of(batch_id: int) -> Sequence[BatchItem]:
    """Return a batch's families in the order in which they were added."""
    query = select(BatchItem).where(BatchItem.batch_id == batch_id).order_by(BatchItem.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def find_batch(batch_id: int, *, by: Actor) -> CountyBatch:
    """Return one of the county's batches."""
    require(by.role, Action.PREPARE_BATCH)
    return _find(batch_id, by, locked=False)


def _find(batch_id: int, by: Actor, *, locked: bool = True) -> CountyBatch:
    query = select(CountyBatch).where(CountyBatch.id == batch_id, CountyBatch.county_code == by.county_code)
    batch = db.session.scalars(query.with_for_update() if locked else query).one_or_none()
    if batch is None:
        raise NotFound
    return batch


def unsigned(batch_id: int, by: Actor) -> CountyBatch:
    """Return a batch that may still be changed: signed ones only take back what did not go through."""
    batch = _find(batch_id, by)
    if batch.signed_at is not None and all(item.outcome == DONE for item in items_of(batch.id)):
        raise NotPossibleNow("这一批已经签发，请另开一批。")
    return batch


def _listed(proposals: Sequence[Proposal]) -> dict[str, object]:
    return {"proposed": {str(each.case_id): str(each.verdict) for each in proposals}}


def _item(batch: CountyBatch, case_id: int) -> BatchItem | None:
    query = select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.case_id == case_id)
    return db.session.scalars(query).one_or_none()


def _put(batch: CountyBatch, proposal: Proposal, by: Actor) -> None:
    case = find_case(proposal.case_id)
    duty = next((task for task in open_duties(case.id) if task.kind == Kind.COUNTY_DECISION), None)
    if duty is None:
        raise NotPossibleNow(f"{case.head_name}户现在不在等县级审定，不能放进批次。")
    _check_reasons(case, proposal)
    item = _item(batch, case.id)
    if item is None:
        item = BatchItem(
            id=new_id(), batch_id=batch.id, case_id=case.id, household_id=case.household_id, **same_place(case)
        )
        db.session.add(item)
    elif item.outcome == DONE:
        raise NotPossibleNow(f"{case.head_name}户已经审定。")
    sealer = Sealer("batch_items", item.id)
    item.verdict, item.codes, item.transfer = proposal.verdict, list(proposal.codes), proposal.transfer
    item.words_sealed = sealer.keep("words_sealed", optional(proposal.words, "words"))
    item.alternative_sealed = sealer.keep("alternative_sealed", optional(proposal.alternative, "alternative"))
    item.seen_version, item.seen_content_version = duty.version, case.content_version
    item.prepared_by, item.outcome, item.said = by.id, OPEN, ""


def _check_reasons(case: Case, proposal: Proposal) -> None:
    row = row_for(ACTION_OF[proposal.verdict], State.PASSED, case.procedure)
    dictionary = row.reasons if row else None
    known = policy_of(case.county_code, case.policy_version).dictionaries[dictionary] if dictionary else {}
    if dictionary and (not proposal.codes or any(code not in known for code in proposal.codes)):
        raise Invalid.field("reasons", "请从列出的原因里至少选一条。")
    if case.procedure == REMOVAL and proposal.verdict is Verdict.REJECT and not proposal.words.strip():
        raise Invalid.field("words", "不同意消除的，请写明理由。")
    other_way = case.procedure == REMOVAL or proposal.alternative.strip()
    if proposal.verdict is Verdict.REJECT and not (proposal.words.strip() and other_way):
        raise Invalid.field("words", "不同意纳入的，请写明理由，以及怎样帮这一户解决实际困难。")


@use_case
def _sign(batch_id: int, by: Actor) -> CountyBatch:
    batch = _find(batch_id, by)
    if not items_of(batch.id):
        raise NotPossibleNow("这一批里还没有农户。")
    if batch.signed_at is None:
        batch.signed_by, batch.signed_by_name, batch.signed_at = by.id, by.name, clock.now()
    record_on(batch, "batch", by=by, action=Action.SIGN_BATCH, detail={"number": batch.number})
    return batch


def decide_alone(item_id: int, batch_id: int, action: Action, *, by: Actor) -> None:
    """Decide one family in a transaction of its own; what stands in the way is noted on its line."""
    try:
        _decide(item_id, batch_id, action, by)
    except TryLater:
        raise
    except OutOfDate as error:
        _note(item_id, STALE, error.message)
    except DomainError as error:
        _note(item_id, REFUSED, error.message)


@use_case
def _decide(item_id: int, batch_id: int, action: Action, by: Actor) -> None:
    item = db.session.scalars(select(BatchItem).where(BatchItem.id == item_id).with_for_update()).one()
    if item.outcome != OPEN:
        return
    sealer = Sealer("batch_items", item.id)
    cases.decide(
        item.case_id,
        action,
        by=by,
        seen=Seen(item.seen_version, item.seen_content_version),
        reason=Reason(tuple(item.codes), sealer.open("words_sealed", item.words_sealed)),
        judgement=JudgementForm(
            alternative=sealer.open("alternative_sealed", item.alternative_sealed), transfer=item.transfer
        ),
        batch=BatchRef(batch_id, item.prepared_by),
    )
    item.outcome, item.said, item.decided_at = DONE, "", clock.now()


@use_case
def _note(item_id: int, outcome: str, said: str) -> None:
    item = db.session.scalars(select(BatchItem).where(BatchItem.id == item_id)).one()
    item.outcome, item.said = outcome, said[:300]
