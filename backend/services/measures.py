"""What becomes of a measure: under way, delivered or stopped; its money paid, arrived or gone wrong; the family's word.

Source: seed 000 (确保帮扶资金发放到位), practice P30: the family's word is no condition of anything and never ticked by
the one who gives; "not received" is looked into by the level above.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import Case, Measure, MeasureLine, Task
from backend.models.places import same_place
from backend.services.measure_forms import MOST_FEN
from backend.services.sealing import Sealer, needed, optional
from backend.services.watches import day_done
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties

ASKED, PLANNED, UNDERWAY, DELIVERED, STOPPED = "asked", "planned", "underway", "delivered", "stopped"
NO_FUNDS, PAID, ARRIVED, WRONG = "none", "paid", "arrived", "wrong"
RECEIVED, NOT_RECEIVED = "received", "not_received"
SAID = frozenset({RECEIVED, NOT_RECEIVED})
"""What a family may say."""

GOES_ON: dict[str, frozenset[str]] = {
    ASKED: frozenset({PLANNED, STOPPED}),
    PLANNED: frozenset({UNDERWAY, DELIVERED, STOPPED}),
    UNDERWAY: frozenset({DELIVERED, STOPPED}),
}
"""Which states a measure may go to; delivered and stopped ones stay so."""

FUNDS_GO_ON: dict[str, frozenset[str]] = {
    PLANNED: frozenset({PAID, WRONG}),
    PAID: frozenset({ARRIVED, WRONG}),
    WRONG: frozenset({PAID}),
    ARRIVED: frozenset({WRONG}),
}


@dataclass(frozen=True)
class Progress:
    """What happened to a measure, and when: a state or a fund state, evidence in words, the sum paid in 分."""

    what: str
    on: date | None = None
    words: str = ""
    paid_fen: int | None = None


@use_case
def note(measure_id: int, step: Progress, *, by: Actor, version: int) -> Measure:
    """Write down how far a measure is, or its money; `version` is the measure's own.

    Errors: `OutOfDate` when somebody else wrote meanwhile; `NotPossibleNow` for a step back; `Invalid`.
    """
    require(by.role, Action.NOTE_MEASURE)
    measure, case = locked(measure_id, version)
    said = optional(step.words, "words")
    on = day_done(step.on)
    if step.what in GOES_ON.get(measure.progress, frozenset()):
        _go_on(measure, case, step.what, on, said, by)
    elif measure.funds != NO_FUNDS and step.what in FUNDS_GO_ON.get(measure.funds, frozenset()):
        _money(measure, step, on, said)
    else:
        raise NotPossibleNow("这项措施现在不能登记成这一步，请看看它办到哪里了。")
    _line(measure, step.what, on, said, by)
    if step.what not in {DELIVERED, STOPPED}:
        engine.note(case, "note_measure", by=by, detail={"measure": str(measure.id), "what": step.what})
    return measure


@use_case
def family_says(measure_id: int, received: bool, *, by: Actor, on: date | None = None, words: str = "") -> Measure:
    """Write down what the family itself says: on its own phone, or told to somebody who is not the giver.

    "Not received" becomes a duty of the township. It decides nothing about the measure's own state.
    Errors: `NotAllowed` for the one who is responsible for the measure, or who noted that it was delivered.
    """
    action = Action.CONFIRM_AID if received else Action.SAY_NOT_RECEIVED
    require(by.role, action)
    measure, case = locked(measure_id)
    if by.is_staff and (by.name == measure.responsible or by.id in _givers(measure)):
        raise NotAllowed("收没收到，要由农户自己说，或者请别的同事当面问了再登记。")
    said, what = optional(words, "words"), RECEIVED if received else NOT_RECEIVED
    measure.family_says, measure.family_said_on = what, day_done(on)
    measure.said_to = by.name if by.is_staff else ""
    _line(measure, what, measure.family_said_on, said, by)
    if received:
        engine.note(case, "confirm_aid", by=by, detail={"measure": str(measure.id)})
    elif not _asked_already(case, measure):
        engine.move(case, action, by=by, reason=Reason(words=said), detail={"measure": str(measure.id)})
    return measure


@use_case
def answer_missing(case_id: int, *, by: Actor, version: int, words: str) -> Measure:
    """Say what was found about help that a family had not received; the family reads it."""
    require(by.role, Action.ANSWER_MISSING)
    said = needed(words, "words")
    case = find_case(case_id)
    task = next((each for each in open_duties(case.id) if each.version == version), None)
    engine.move(case, Action.ANSWER_MISSING, by=by, version=version, reason=Reason(words=said))
    measure, _ = locked(int(task.detail["measure"])) if task else (None, None)
    if measure is None:
        raise OutOfDate
    _line(measure, "looked_into", clock.today(), said, by)
    return measure


def own_help(*, by: Actor, size: int = 200) -> Sequence[Measure]:
    """Return the measures within the actor's reach that are on their way or delivered: for a phone its own family's."""
    require(by.role, Action.CONFIRM_AID)
    query = select(Measure).where(Measure.progress.not_in((ASKED, STOPPED))).order_by(Measure.id.desc()).limit(size)
    return db.session.scalars(query).all()


def lines_of(measure: Measure) -> list[tuple[MeasureLine, str]]:
    """Return what happened to a measure, the oldest first, with its words in clear."""
    query = select(MeasureLine).where(MeasureLine.measure_id == measure.id).order_by(MeasureLine.id)
    return [
        (each, Sealer("measure_lines", each.id).open("words_sealed", each.words_sealed))
        for each in db.session.scalars(query)
    ]


def next_steps(measure: Measure) -> tuple[str, ...]:
    """Return what may be noted next: states first, then the money."""
    states = [each for each in (PLANNED, UNDERWAY, DELIVERED, STOPPED) if each in GOES_ON.get(measure.progress, ())]
    has_money = measure.funds != NO_FUNDS and measure.progress not in {ASKED, STOPPED}
    funds = [each for each in (PAID, ARRIVED, WRONG) if has_money and each in FUNDS_GO_ON.get(measure.funds, ())]
    return (*states, *funds)


def locked(measure_id: int, version: int | None = None) -> tuple[Measure, Case]:
    """Return a measure with its locked case, within the session's scope."""
    query = select(Measure).where(Measure.id == measure_id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    case = find_case(found.case_id)
    measure = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if version is not None and measure.version != version:
        raise OutOfDate("这项措施刚刚有人登记过，请刷新后再看。")
    measure.version += 1
    return measure, case


def _go_on(measure: Measure, case: Case, what: str, on: date, said: str, by: Actor) -> None:
    if what == STOPPED and not said:
        raise Invalid.field("words", "中止的，请写明原因。")
    if what == DELIVERED:
        measure.delivered_on = on
    measure.progress = what
    if what in {DELIVERED, STOPPED}:
        action = Action.DELIVER_MEASURE if what == DELIVERED else Action.STOP_MEASURE
        task, detail = _duty(case, measure), {"measure": str(measure.id)}
        reason = Reason(words=said if what == STOPPED else _told(measure, said))
        if task is None:  # the family is watched no more: nothing is owed, and the help goes on to its end
            engine.note(case, action, by=by, reason=reason, detail=detail)
        else:
            engine.move(case, action, by=by, version=task.version, reason=reason, detail=detail)


def _told(measure: Measure, said: str) -> str:
    """Name the help for the family that reads it, so that it can say if it did not come."""
    return "：".join(each for each in (measure.what, said) if each)


def _money(measure: Measure, step: Progress, on: date, said: str) -> None:
    if step.what == PAID:
        if step.paid_fen is None or not 0 < step.paid_fen <= MOST_FEN:
            raise Invalid.field("paid_fen", "请填拨付的金额。")
        measure.paid_fen, measure.paid_on = step.paid_fen, on
    if step.what == ARRIVED:
        measure.arrived_on = on
    if step.what == WRONG and not said:
        raise Invalid.field("words", "拨付异常的，请写明是什么情况。")
    measure.funds = step.what


def _duty(case: Case, measure: Measure) -> Task | None:
    mine = [each for each in open_duties(case.id) if each.kind == Kind.MEASURE]
    return next((each for each in mine if each.detail.get("measure") == str(measure.id)), None)


def _asked_already(case: Case, measure: Measure) -> bool:
    missing = [each for each in open_duties(case.id) if each.kind == Kind.AID_MISSING]
    return any(each.detail.get("measure") == str(measure.id) for each in missing)


def _givers(measure: Measure) -> set[int]:
    query = select(MeasureLine.by_id).where(
        MeasureLine.measure_id == measure.id, MeasureLine.what.in_((DELIVERED, PAID, ARRIVED))
    )
    return set(db.session.scalars(query))


def _line(measure: Measure, what: str, on: date, said: str, by: Actor) -> None:
    line_id = new_id()
    db.session.add(
        MeasureLine(
            id=line_id,
            measure_id=measure.id,
            household_id=measure.household_id,
            what=what,
            on=on,
            words_sealed=Sealer("measure_lines", line_id).keep("words_sealed", said),
            by_id=by.id,
            by_name=by.name if by.is_staff else "",
            noted_at=clock.now(),
            **same_place(measure),
        )
    )
