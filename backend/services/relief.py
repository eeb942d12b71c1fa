"""防贫保: asked for a family of the three categories, decided by the county, paid; nobody takes a fee (seed 004)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import ReliefClaim, Task, Watch
from backend.models.places import same_place
from backend.services.measure_forms import MOST_FEN
from backend.services.sealing import Sealer, needed
from backend.services.watches import day_done, find_watch, locked, rules_of
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties
from backend.workflow.watching import WATCHED, Standing

ASKED, GRANTED, REFUSED, PAID = "asked", "granted", "refused", "paid"


@dataclass(frozen=True)
class ClaimForm:
    """Why a family asks, in a code and in words, and how much, in 分."""

    cause: str
    words: str
    asked_fen: int


@use_case
def claim(watch_id: int, form: ClaimForm, *, by: Actor) -> ReliefClaim:
    """Ask for 防贫保; `NotPossibleNow` unless the family is watched now in one of the three categories."""
    require(by.role, Action.CLAIM_RELIEF)
    watch, case = locked(watch_id)
    policy, complaints = rules_of(watch), Complaints()
    if Standing(watch.standing) not in WATCHED or watch.category not in policy.dictionaries["categories"]:
        raise NotPossibleNow("防贫保只救助脱贫不稳定户、边缘易致贫户、突发严重困难户三类监测对象。")
    said = complaints.take(lambda: needed(form.words, "words"), "")
    if form.cause not in policy.dictionaries["relief_causes"]:
        complaints.add("cause", "请选择是哪一种突发困难。")
    if not 0 < form.asked_fen <= MOST_FEN:
        complaints.add("asked_fen", "请填申请的金额。")
    complaints.raise_if_any()
    row_id = new_id()
    row = ReliefClaim(
        id=row_id,
        watch_id=watch.id,
        case_id=case.id,
        household_id=watch.household_id,
        category=watch.category,
        cause=form.cause,
        words_sealed=Sealer("relief_claims", row_id).must("words_sealed", said),
        asked_fen=form.asked_fen,
        outcome=ASKED,
        asked_by=by.id,
        asked_by_name=by.name,
        asked_at=clock.now(),
        **same_place(watch),
    )
    engine.move(case, Action.CLAIM_RELIEF, by=by, detail={"claim": str(row.id)})
    db.session.add(row)
    return row


@use_case
def decide(claim_id: int, granted_fen: int | None, *, by: Actor, words: str) -> ReliefClaim:
    """Grant a sum, or refuse with a reason (`granted_fen` None); the family reads both."""
    require(by.role, Action.DECIDE_RELIEF)
    said = needed(words, "words")
    if granted_fen is not None and not 0 < granted_fen <= MOST_FEN:
        raise Invalid.field("granted_fen", "请填批准的金额。")
    row = _locked(claim_id)
    if row.outcome != ASKED:
        raise NotPossibleNow("这份申请已经答复过了。")
    case = find_case(row.case_id)
    task = _duty(row)
    sum_told = f"批准{granted_fen / 100:.2f}元。" if granted_fen is not None else "这次没有批准。"
    engine.move(
        case,
        Action.DECIDE_RELIEF,
        by=by,
        version=task.version if task else None,
        reason=Reason(words=sum_told + said),
        detail={"claim": str(row.id)},
    )
    row.outcome = GRANTED if granted_fen is not None else REFUSED
    row.granted_fen, row.decided_by_name, row.decided_on = granted_fen, by.name, clock.today()
    row.answer_sealed = Sealer("relief_claims", row.id).must("answer_sealed", said)
    return row


@use_case
def pay(claim_id: int, *, by: Actor, on: date | None = None) -> ReliefClaim:
    """Note the day on which a granted sum was paid, whole: nothing is taken off it."""
    require(by.role, Action.PAY_RELIEF)
    row = _locked(claim_id)
    if row.outcome != GRANTED:
        raise NotPossibleNow("批准了、还没有发放的，才能登记发放。")
    row.outcome, row.paid_on = PAID, day_done(on)
    engine.note(find_case(row.case_id), "pay_relief", by=by, detail={"claim": str(row.id)})
    return row


def claims(*, by: Actor, outcome: str = "", size: int = 100) -> Sequence[tuple[ReliefClaim, Watch]]:
    """Return the claims of the actor's place, the newest first."""
    require(by.role, Action.READ_WATCHES)
    query = select(ReliefClaim, Watch).join(Watch, Watch.id == ReliefClaim.watch_id)
    if outcome:
        query = query.where(ReliefClaim.outcome == outcome)
    return [(row, watch) for row, watch in db.session.execute(query.order_by(ReliefClaim.id.desc()).limit(size))]


def claims_of(watch_id: int, *, by: Actor) -> Sequence[ReliefClaim]:
    """Return one family's claims."""
    require(by.role, Action.READ_WATCHES)
    watch = find_watch(watch_id)
    query = select(ReliefClaim).where(ReliefClaim.watch_id == watch.id).order_by(ReliefClaim.id.desc())
    return db.session.scalars(query).all()


def words_of(row: ReliefClaim) -> tuple[str, str]:
    """Return why it was asked for and what was answered, in clear."""
    sealer = Sealer("relief_claims", row.id)
    return sealer.open("words_sealed", row.words_sealed), sealer.open("answer_sealed", row.answer_sealed)


def _locked(claim_id: int) -> ReliefClaim:
    row = db.session.scalars(select(ReliefClaim).where(ReliefClaim.id == claim_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    return row


def _duty(row: ReliefClaim) -> Task | None:
    mine = [each for each in open_duties(row.case_id) if each.kind == Kind.RELIEF]
    return next((each for each in mine if each.detail.get("claim") == str(row.id)), None)
