"""What somebody at a desk may do with a case now: which duty it answers, what it asks, and what stands in its way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db
from backend.errors import DomainError, NotAllowed, NotPossibleNow
from backend.models import AccountHousehold, Case, CaseEvent, Task
from backend.policy.county import policy_of
from backend.services.cases import CaseFile
from backend.workflow import steps as workflow
from backend.workflow.hindrances import hindrance
from backend.workflow.procedure import PROCEDURE, Row, row_for
from backend.workflow.sentences import ACTION_NAMES, step_name
from backend.workflow.states import Kind, State
from backend.workflow.tasks import DESK_OF
from backend.workflow.ties import Ties, duties_and_ties

_REASONS = tuple(dict.fromkeys(row.reasons for row in PROCEDURE if row.reasons))

_ABOUT: Mapping[Action, frozenset[Kind]] = {Action.VISIT_AFTER_OBJECTION: frozenset({Kind.OBJECTION})}
"""Of a step that closes much else besides: the duty that it answers, one step for each that is open."""

_ANY_TIME = frozenset({Action.TERMINATE})
"""Steps that may be taken at any time and answer no duty in particular."""


@dataclass(frozen=True)
class Step:
    """One step that can be taken now, and the versions that its form must send back.

    `is_owed`: it answers a duty of the actor's own desk. `hindered` says why it has to wait. `is_told`: the family
    reads its words. `about` is what the duty knows (the department that checks, the objection that is answered).
    """

    action: Action
    name: str
    content_version: int
    version: int | None = None
    duty_id: int | None = None
    is_owed: bool = False
    is_told: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)
    needs_words: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)
    hindered: str = ""


def steps_of(file: CaseFile, *, by: Actor) -> list[Step]:
    """Return the steps that this actor can take with the case, in the procedure's order; some have to wait.

    A step that plainly belongs to somebody else is not among them.
    """
    require(by.role, Action.READ_CASES)
    _, ties = duties_and_ties(file.case, by)
    found = [step for action in file.actions for step in _steps(file, action, by, ties)]
    return [*found, *_joins(file, by)]


def version_of(file: CaseFile, action: Action, *, by: Actor) -> int:
    """Return the version of the duty that a step answers; `NotPossibleNow` where this actor cannot take it now."""
    found = next((step for step in steps_of(file, by=by) if step.action is action), None)
    if found is None or found.hindered or found.version is None:
        raise NotPossibleNow(found.hindered if found and found.hindered else None)
    return found.version


def dictionaries_of(file: CaseFile) -> Mapping[str, Mapping[str, str]]:
    """Return the words of the rules under which the case began."""
    return policy_of(file.case.county_code, file.case.policy_version).dictionaries


def reason_words(case: Case, event: CaseEvent) -> list[str]:
    """Return the reasons of an event as people read them."""
    policy = policy_of(case.county_code, case.policy_version)
    known: dict[str, str] = {}
    for name in _REASONS:
        known |= policy.dictionaries[name]
    return [known.get(code, code) for code in (event.reason_code or "").split(",") if code]


def confirmed_accounts(case: Case, *, by: Actor) -> frozenset[int]:
    """Return the WeChat accounts that were confirmed at the door for this case's household."""
    require(by.role, Action.READ_CASES)
    live = select(AccountHousehold.account_id).where(
        AccountHousehold.household_id == case.household_id, AccountHousehold.withdrawn_at.is_(None)
    )
    return frozenset(db.session.scalars(live))


def _steps(file: CaseFile, action: Action, by: Actor, ties: Ties) -> Iterable[Step]:
    case = file.case
    row = row_for(action, State(case.state), case.procedure)
    if row is None:
        return
    policy = policy_of(case.county_code, case.policy_version)
    for duty in _answered(file.duties, row, by):
        seen = workflow.Step(case=case, row=row, by=by, policy=policy, ties=ties, duties=file.duties, seen=duty)
        wrong = hindrance(seen)
        if wrong is None or wrong.message != NotAllowed.sentence:
            yield _step(seen, wrong)


def _answered(duties: Sequence[Task], row: Row, by: Actor) -> Sequence[Task | None]:
    """Return the duties that a step would answer, one step each: nothing where it answers none that is open."""
    kinds = _ABOUT.get(row.action, row.about)
    if not kinds:
        return [None]
    mine = sorted((task for task in duties if Kind(task.kind) in kinds), key=lambda task: not _is_own(task, by))
    return mine if row.one_only or row.action in _ABOUT else mine[:1]


def _step(seen: workflow.Step, wrong: DomainError | None) -> Step:
    row, duty = seen.row, seen.seen
    return Step(
        action=row.action,
        name=step_name(row.action, seen.case.procedure),
        content_version=seen.case.content_version,
        version=duty.version if duty else None,
        duty_id=duty.id if duty else None,
        is_owed=duty is not None and row.action not in _ANY_TIME and _is_own(duty, seen.by),
        is_told=row.tells is not None,
        reasons=seen.policy.dictionaries[row.reasons] if row.reasons else {},
        needs_words=row.needs_words,
        about=duty.detail if duty else {},
        hindered=wrong.message if wrong else "",
    )


def _is_own(duty: Task, by: Actor) -> bool:
    return duty.role == DESK_OF.get(by.role) and duty.owner_region == by.region_code


def _joins(file: CaseFile, by: Actor) -> Iterable[Step]:
    if not may(by.role, Action.JOIN_DECLARATION):
        return
    for task in file.duties:
        if task.kind == Kind.JOIN:
            yield Step(
                action=Action.JOIN_DECLARATION,
                name=ACTION_NAMES[Action.JOIN_DECLARATION],
                content_version=file.case.content_version,
                version=task.version,
                duty_id=task.id,
                is_owed=_is_own(task, by),
                about=task.detail,
            )
