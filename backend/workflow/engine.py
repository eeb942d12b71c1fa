"""The one function that moves a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db, new_id
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import Case, CaseEvent, Household, Task, Visit
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal
from backend.workflow import telling
from backend.workflow.procedure import FIRST_DUTY, FIRST_STATE, JOIN, PROCEDURE, Row, row_for, rows_for
from backend.workflow.sentences import action_name
from backend.workflow.states import ENDS, STATE_NAMES, Kind, State
from backend.workflow.tasks import close_duty, open_duties, open_duty
from backend.workflow.trail import record_on_case


@dataclass(frozen=True)
class Reason:
    """Why somebody decided so: one or more codes of the policy's dictionary, and words for the applicant."""

    codes: tuple[str, ...] = ()
    words: str = ""


@dataclass
class Step:
    """A step about to be taken, as guards see it."""

    case: Case
    row: Row
    by: Actor
    reason: Reason
    duties: Sequence[Task] = ()
    detail: dict[str, Any] = field(default_factory=dict)


_LOCKED_CASE = select(Case).where(Case.id == bindparam("case_id")).with_for_update()
_CHECKED = select(Visit.id).where(Visit.case_id == bindparam("case_id"), Visit.visitor_id == bindparam("by")).limit(1)


def find_case(case_id: int) -> Case:
    """Return the case, locked, if it lies within the session's scope; `NotFound` tells nobody whether it exists."""
    case = db.session.scalars(_LOCKED_CASE, {"case_id": case_id}).one_or_none()
    if case is None:
        raise NotFound
    return case


def begin(case: Case, *, by: Actor) -> Task:
    """Put a new case where the procedure begins and open its first duty."""
    case.state = FIRST_STATE
    case.version, case.content_version, case.audit_count, case.audit_head = 1, 1, 0, ""
    db.session.add(case)
    task = open_duty(case, FIRST_DUTY)
    _write_event(case, "begin", from_state="", by=by, reason=Reason(), detail={})
    return task


def join(case: Case, *, by: Actor, detail: Mapping[str, Any]) -> Task:
    """Note on a locked case that another declaration speaks of the same household; somebody must check it."""
    case.version += 1
    task = open_duty(case, JOIN, detail=dict(detail))
    _write_event(case, "join_asked", from_state=case.state, by=by, reason=Reason(), detail=dict(detail))
    return task


def note(
    case: Case, action: str, *, by: Actor, reason: Reason | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """Write something that happened to a locked case and moved it nowhere into its history."""
    case.version += 1
    _write_event(case, action, from_state=case.state, by=by, reason=reason or Reason(), detail=detail or {})


def move(
    case: Case,
    action: Action,
    *,
    by: Actor,
    version: int | None = None,
    content_version: int | None = None,
    reason: Reason | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Task | None:
    """Apply the procedure's row for `action` to a locked case, and return the duty it opened, if any.

    `version` is that of the duty the actor saw; `content_version` that of the file, for steps that judge it.
    Errors, in this order: `NotAllowed`, `OutOfDate`, `NotPossibleNow`, `Invalid` (a reason is missing).
    """
    reason = reason or Reason()
    require(by.role, action)
    duties = open_duties(case.id)
    _refuse_what_is_out_of_date(case, action, duties, version=version, content_version=content_version)
    row = row_for(action, State(case.state))
    if row is None:
        raise NotPossibleNow(not_from(State(case.state)))
    step = Step(case=case, row=row, by=by, reason=reason, duties=duties, detail=dict(detail or {}))
    for guard in row.guards:
        guard(step)
    _refuse_missing_reason(step)
    _refuse_judging_ones_own_work(step)
    return _apply(step)


def actions_for(case: Case, by: Actor) -> tuple[Action, ...]:
    """Return what this actor may do with the case now, so that no client repeats the rules."""
    state = State(case.state)
    return tuple(row.action for row in PROCEDURE if state in row.leaves and may(by.role, row.action))


def _apply(step: Step) -> Task | None:
    case, row, by = step.case, step.row, step.by
    before = case.state
    case.version += 1
    if row.adds_evidence:
        case.content_version += 1
    for task in step.duties:
        if Kind(task.kind) in row.closes:
            close_duty(task, by=by, how=row.action, version=case.version)
    opened = None
    if row.reaches is not None:
        case.state = row.reaches
    for duty in row.opens:
        opened = open_duty(case, duty, detail={"asked": list(step.reason.codes)} if step.reason.codes else None)
    if State(case.state) in ENDS:
        case.closed_at = clock.now()
        _close_what_is_left(step)
        _free_household(case)
    _write_event(case, row.action, from_state=before, by=by, reason=step.reason, detail=step.detail)
    if row.tells:
        telling.tell_applicants(case, row.tells, by=by, reason=step.reason, due_on=opened.due_on if opened else None)
    return opened


def _close_what_is_left(step: Step) -> None:
    """Leave nothing open behind an ended case, or somebody would be reminded of it for ever.

    A declaration still to be checked against it stays a duty: its sender is owed an answer of their own.
    """
    for task in step.duties:
        if task.open_due is not None and task.kind != Kind.JOIN:
            close_duty(task, by=step.by, how=step.row.action, version=step.case.version)


def _free_household(case: Case) -> None:
    """Let the household have a new case from now on."""
    mine = update(Household).where(Household.id == case.household_id, Household.open_case_id == case.id)
    db.session.execute(mine.values(open_case_id=None), execution_options={"synchronize_session": False})


def _write_event(
    case: Case, action: str, *, from_state: str, by: Actor, reason: Reason, detail: Mapping[str, Any]
) -> None:
    event_id = new_id()
    sealed = None
    if reason.words:
        sealed = seal(reason.words, keys=keys(), place=Place("case_events", "reason_sealed", event_id))
    db.session.add(
        CaseEvent(
            id=event_id,
            case_id=case.id,
            household_id=case.household_id,
            action=action,
            from_state=from_state,
            to_state=case.state,
            actor_role=by.role,
            actor_id=by.id,
            actor_name=by.name,
            reason_code=",".join(reason.codes) or None,
            reason_sealed=sealed,
            detail=dict(detail),
            happened_at=clock.now(),
            **same_place(case),
        )
    )
    record_on_case(
        case, by=by, action=action, detail={"from": from_state, "to": case.state, "codes": list(reason.codes)}
    )


def _refuse_what_is_out_of_date(
    case: Case, action: Action, duties: Sequence[Task], *, version: int | None, content_version: int | None
) -> None:
    kinds = frozenset[Kind]().union(*(row.about for row in rows_for(action)))
    if version is not None and not any(Kind(task.kind) in kinds and task.version == version for task in duties):
        raise OutOfDate(_what_happened_meanwhile(case))
    judges = any(row.judges for row in rows_for(action))
    if judges and content_version is not None and content_version != case.content_version:
        raise OutOfDate("这一户的材料刚刚有更新，请重新看过再办。")


def _what_happened_meanwhile(case: Case) -> str:
    last = db.session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id.desc()).limit(1)
    ).one()
    when = clock.local(last.happened_at).strftime("%m月%d日 %H:%M")
    who = last.actor_name or "申报人"
    return f"{who}已于{when}办理“{action_name(last.action)}”，现在是“{STATE_NAMES[State(case.state)]}”。"


def not_from(state: State) -> str:
    """Say plainly that a step cannot be taken from where things stand."""
    return f"现在是“{STATE_NAMES[state]}”，不能办这一步。"


def _refuse_missing_reason(step: Step) -> None:
    row, reason = step.row, step.reason
    if row.reasons:
        known = policy_of(step.case.county_code, step.case.policy_version).dictionaries[row.reasons]
        if not reason.codes:
            raise Invalid.field("reasons", "请至少选一条原因。")
        for each in reason.codes:
            if each not in known:
                raise Invalid.field("reasons", "没有这一条原因，请重新选择。")
    if row.needs_words and not reason.words.strip():
        raise Invalid.field("words", "请用几句话写明原因，申报人会看到。")


def _refuse_judging_ones_own_work(step: Step) -> None:
    """Nobody decides on a family that they verified themselves (seed 001: village checks, township judges)."""
    if not step.row.judges:
        return
    if db.session.scalar(_CHECKED, {"case_id": step.case.id, "by": step.by.id}) is not None:
        raise NotAllowed("这一户是您入户核实的，请由其他同事审核。")
