"""The one function that moves a case."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db
from backend.errors import NotFound, NotPossibleNow, OutOfDate
from backend.models import Case, Household, Task
from backend.policy.county import policy_of
from backend.policy.rules import NORMAL
from backend.workflow import telling, verdicts, watching
from backend.workflow.duties import BEGINNINGS, JOIN, OUTSIDE, Opening
from backend.workflow.history import what_happened_meanwhile, write_event
from backend.workflow.kin import has_kin_in_office
from backend.workflow.openings import counted_from
from backend.workflow.procedure import row_for, rows_for, rows_of
from backend.workflow.refusals import not_from, refuse_missing_reason, refuse_unowed
from backend.workflow.states import ENDS, OUTLIVING, Kind, State
from backend.workflow.steps import Reason, Step
from backend.workflow.tasks import close_duty, open_duty, redate
from backend.workflow.ties import duties_and_ties, refuse_tied

_LOCKED_CASE = select(Case).where(Case.id == bindparam("case_id")).with_for_update()


def find_case(case_id: int) -> Case:
    """Return the case, locked, if it lies within the session's scope; `NotFound` tells nobody whether it exists."""
    case = db.session.scalars(_LOCKED_CASE, {"case_id": case_id}).one_or_none()
    if case is None:
        raise NotFound
    return case


def begin(case: Case, *, by: Actor, action: str = "begin", detail: Mapping[str, Any] | None = None) -> Task:
    """Put a new case where its variant of the procedure begins and open its first duty."""
    case.state, first = BEGINNINGS[case.procedure]
    case.version, case.content_version, case.audit_count, case.audit_head = 1, 1, 0, ""
    case.marks, case.urgency = case.marks or {}, case.urgency or NORMAL
    db.session.add(case)
    task = open_duty(case, _from_outside(case, Opening(first)))
    write_event(case, action, from_state="", by=by, reason=Reason(), detail=detail or {})
    return task


def join(case: Case, *, by: Actor, detail: Mapping[str, Any]) -> Task:
    """Note on a locked case that another declaration speaks of the same household; somebody must check it."""
    case.version += 1
    task = open_duty(case, Opening(JOIN, detail=dict(detail)))
    write_event(case, "join_asked", from_state=case.state, by=by, reason=Reason(), detail=dict(detail))
    return task


def owe(case: Case, action: str, opening: Opening, *, by: Actor, detail: Mapping[str, Any] | None = None) -> Task:
    """Open a duty that no row opens, because it depends on what a form said, and write it into the history."""
    task = open_duty(case, opening)
    write_event(case, action, from_state=case.state, by=by, reason=Reason(), detail=detail or {})
    return task


def remember(case: Case, **facts: Any) -> None:
    """Leave facts about a locked case for the steps that come: codes, dates and ids, never what somebody said."""
    case.marks = {**case.marks, **facts}


def note(
    case: Case, action: str, *, by: Actor, reason: Reason | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """Write something that happened to a locked case and moved it nowhere into its history."""
    case.version += 1
    write_event(case, action, from_state=case.state, by=by, reason=reason or Reason(), detail=detail or {})


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
    A step that answers a duty needs one that is open, whether its version is said or not.
    Errors, in this order: `NotAllowed`, `OutOfDate`, `NotPossibleNow`, `Invalid` (a reason is missing).
    """
    reason = reason or Reason()
    require(by.role, action)
    duties, ties = duties_and_ties(case, by)
    seen = _duty_seen(case, action, duties, version=version, content_version=content_version)
    row = row_for(action, State(case.state), case.procedure)
    if row is None:
        raise NotPossibleNow(not_from(State(case.state)))
    step = Step(
        case=case,
        row=row,
        by=by,
        policy=policy_of(case.county_code, case.policy_version),
        reason=reason,
        ties=ties,
        duties=duties,
        seen=seen,
        detail=dict(detail or {}),
    )
    for guard in row.guards:
        guard(step)
    refuse_unowed(step)
    refuse_missing_reason(step)
    refuse_tied(step)
    return _apply(step)


def actions_for(case: Case, by: Actor, duties: Sequence[Task]) -> tuple[Action, ...]:
    """Return what this actor may do with the case now, so that no client repeats the rules.

    What answers a duty is among it while such a duty is open.
    """
    state, owed = State(case.state), {Kind(task.kind) for task in duties}
    return tuple(
        row.action
        for row in rows_of(case.procedure)
        if state in row.leaves and may(by.role, row.action) and (not row.about or row.unasked or row.about & owed)
    )


def _apply(step: Step) -> Task | None:
    case, row, by = step.case, step.row, step.by
    before = case.state
    case.version += 1
    if row.adds_evidence:
        case.content_version += 1
    for task in _closed_by(step):
        close_duty(task, by=by, how=row.action, version=case.version)
    # In this order: openers still see where the case came from, and what earlier steps left.
    openings = [Opening(duty, since=counted_from(step, duty), detail=_asked(step)) for duty in row.opens]
    if row.opens_also is not None:
        openings += row.opens_also(step)
    given = {**case.marks, **(row.marks(step) if row.marks else {}), **_judged(step)}
    marks = {name: fact for name, fact in given.items() if fact is not None}
    case.state = _reached(step)
    if marks != case.marks:
        case.marks = marks
    _follow(step)
    opened = [open_duty(case, _from_outside(case, opening)) for opening in openings]
    _close_or_reopen(step, State(before))
    write_event(case, row.action, from_state=before, by=by, reason=step.reason, detail=step.detail)
    if State(before) in verdicts.WITHOUT_VERDICT and State(case.state) not in verdicts.WITHOUT_VERDICT:
        transfer = step.detail.get("transfer")
        verdicts.settle_own(case, row.action, by=by, codes=step.reason.codes, transfer=transfer)
    first = opened[0] if opened else None
    if row.tells:
        telling.tell_applicants(case, row.tells, by=by, reason=step.reason, due_on=first.due_on if first else None)
    return first


def _follow(step: Step) -> None:
    """Do what a row says beside its state and duties: another total, another standing of a watched family."""
    if step.row.redates:
        redate(step.case)
    if step.row.turns is not None:
        watching.turn(step, step.row.turns)


def _from_outside(case: Case, opening: Opening) -> Opening:
    """Give the home check of an official's relatives to people from outside the village (practice P32)."""
    outside = OUTSIDE.get(opening.duty.kind)
    return replace(opening, duty=outside) if outside and has_kin_in_office(case.household_id) else opening


def _reached(step: Step) -> State:
    reaches = step.row.reaches
    if reaches is None:
        return State(step.case.state)
    return reaches(step) if callable(reaches) else reaches


def _close_or_reopen(step: Step, before: State) -> None:
    case = step.case
    if before in ENDS and State(case.state) not in ENDS:
        _reopen(case)
    if before not in ENDS and State(case.state) in ENDS:
        case.closed_at = clock.now()
        _close_what_is_left(step)
        _free_household(case)


def _closed_by(step: Step) -> list[Task]:
    if step.row.one_only:
        return [step.seen] if step.seen is not None else []
    return [task for task in step.duties if Kind(task.kind) in step.row.closes and Kind(task.kind) is not Kind.JOIN]


def _asked(step: Step) -> dict[str, Any]:
    return {"asked": list(step.reason.codes)} if step.reason.codes else {}


def _judged(step: Step) -> dict[str, Any]:
    """Remember who judged this family or prepared the decision: a recheck is done by others."""
    if not step.row.judges:
        return {}
    prepared = step.detail.get("prepared_by")
    hands = {step.by.id, *([int(prepared)] if prepared else [])}
    return {"judged_by": sorted({*step.marks.get("judged_by", []), *hands})}


def _reopen(case: Case) -> None:
    """Take the case up again for a recheck: it is the household's one open case once more."""
    case.closed_at = None
    mine = update(Household).where(Household.id == case.household_id, Household.open_case_id.is_(None))
    db.session.execute(mine.values(open_case_id=case.id), execution_options={"synchronize_session": False})


def _close_what_is_left(step: Step) -> None:
    """Leave nothing open behind an ended case, or somebody would be reminded of it for ever.

    What outlives a case stays: a declaration still to be answered, the entry in the national system, a referral.
    """
    for task in step.duties:
        if task.open_due is not None and Kind(task.kind) not in OUTLIVING:
            close_duty(task, by=step.by, how=step.row.action, version=step.case.version)


def _free_household(case: Case) -> None:
    """Let the household have a new case from now on."""
    mine = update(Household).where(Household.id == case.household_id, Household.open_case_id == case.id)
    db.session.execute(mine.values(open_case_id=None), execution_options={"synchronize_session": False})


def _duty_seen(
    case: Case, action: Action, duties: Sequence[Task], *, version: int | None, content_version: int | None
) -> Task | None:
    """Return the duty that the actor had on the screen; `OutOfDate` if it or the file has changed since."""
    rows = rows_for(action, case.procedure)
    kinds = frozenset[Kind]().union(*(row.about for row in rows))
    about = [task for task in duties if Kind(task.kind) in kinds]
    seen = next((task for task in about if task.version == version), None)
    if version is not None and seen is None:
        raise OutOfDate(what_happened_meanwhile(case))
    judges = any(row.judges for row in rows)
    if judges and content_version is not None and content_version != case.content_version:
        raise OutOfDate("这一户的材料刚刚有更新，请重新看过再办。")
    return seen or (about[0] if len(about) == 1 else None)
