"""What somebody at a desk may do with a case now, with everything that its form must ask and carry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db
from backend.models import AccountHousehold, Case, CaseEvent, Task
from backend.policy import Policy
from backend.policy.county import policy_of
from backend.services.cases import DECISIONS, STEP_AFTER, CaseFile
from backend.workflow.procedure import PROCEDURE, Row, row_for
from backend.workflow.sentences import ACTION_NAMES
from backend.workflow.states import Kind, State

_VIA_VISIT = frozenset(STEP_AFTER.values())
"""Steps that a home visit takes by its conclusion: they have no form of their own."""

_REASONS = tuple(dict.fromkeys(row.reasons for row in PROCEDURE if row.reasons))


class Form(StrEnum):
    """Which form a step is taken with."""

    DECISION = "decision"
    VISIT = "visit"
    SUPPLEMENT = "supplement"
    JOIN = "join"


@dataclass(frozen=True)
class Step:
    """One step that can be taken now: its name, its form, and the versions that the form must send back."""

    action: Action
    name: str
    form: Form
    version: int
    content_version: int
    reasons: Mapping[str, str] = field(default_factory=dict)
    needs_words: bool = False
    declaration_id: int | None = None


def steps_of(file: CaseFile, *, by: Actor) -> list[Step]:
    """Return the steps that this actor can take with the case now, in the procedure's order."""
    require(by.role, Action.READ_CASES)
    policy = policy_of(file.case.county_code, file.case.policy_version)
    found = []
    for action in file.actions:
        row = row_for(action, State(file.case.state))
        duty = _duty(file, row)
        if row is not None and duty is not None and action not in _VIA_VISIT:
            found.append(_step(file.case, row, duty, policy))
    return [*found, *_joins(file, by)]


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


def _step(case: Case, row: Row, duty: Task, policy: Policy) -> Step:
    forms: Mapping[Action, Form] = {Action.FILE_VISIT: Form.VISIT, Action.SUPPLEMENT: Form.SUPPLEMENT}
    return Step(
        action=row.action,
        name=ACTION_NAMES[row.action],
        form=Form.DECISION if row.action in DECISIONS else forms[row.action],
        version=duty.version,
        content_version=case.content_version,
        reasons=policy.dictionaries[row.reasons] if row.reasons else {},
        needs_words=row.needs_words,
    )


def _duty(file: CaseFile, row: Row | None) -> Task | None:
    about = row.about if row else frozenset()
    return next((task for task in file.duties if Kind(task.kind) in about), None)


def _joins(file: CaseFile, by: Actor) -> Iterable[Step]:
    if not may(by.role, Action.JOIN_DECLARATION):
        return
    for task in file.duties:
        if task.kind == Kind.JOIN:
            yield Step(
                action=Action.JOIN_DECLARATION,
                name=ACTION_NAMES[Action.JOIN_DECLARATION],
                form=Form.JOIN,
                version=task.version,
                content_version=file.case.content_version,
                declaration_id=int(task.detail["declaration"]),
            )
