"""Finds an open duty with its case locked, for whoever does something about its reminders."""

from typing import Any

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db
from backend.errors import NotFound, NotPossibleNow
from backend.models import Case, Task
from backend.models.tasks import UNSEEN_IN_VILLAGE
from backend.policy import Policy
from backend.policy.county import current_policy, policy_of
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason


def open_task(task_id: int) -> tuple[Task, Case | None]:
    """Return an open duty and its locked case, if it has one, as far as the session's scope reaches.

    Errors: `NotFound`; `NotPossibleNow` when it has been done meanwhile.
    """
    query = select(Task).where(Task.id == task_id)
    seen = db.session.scalars(query).one_or_none()
    if seen is None:
        raise NotFound
    case = find_case(seen.case_id) if seen.case_id is not None else None
    task = db.session.scalars(query.with_for_update()).one()
    if task.open_due is None:
        raise NotPossibleNow("这件事已经办完了。")
    return task, case


def rules_of(task: Task, case: Case | None) -> Policy:
    """Return the rules under which a duty stands: those of its case, or of today where it has none."""
    return current_policy(task.county_code) if case is None else policy_of(task.county_code, case.policy_version)


def note(task: Task, case: Case | None, action: str, *, by: Actor, detail: dict[str, Any], words: str = "") -> None:
    """Write into the history of the duty's case, if it has one, what was done about it.

    A village reads that history: of a duty that is out of its sight nothing is written there.
    """
    if case is not None and task.kind not in UNSEEN_IN_VILLAGE:
        engine.note(case, action, by=by, reason=Reason(words=words), detail=detail)


def renumber(task: Task, case: Case | None) -> None:
    """Let whoever saw the duty before look again: its date is another."""
    if case is None:
        task.version += 1
        return
    case.version += 1
    task.version = case.version
