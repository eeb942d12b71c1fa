"""What is still to be signed of a batch that its leader agreed to by telephone (practice P17)."""

from collections.abc import Sequence

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db, use_case
from backend.models import BatchItem, Task
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.states import Kind


def owed_for(batch_id: int) -> Sequence[Task]:
    """Return the duties to sign what was agreed by telephone for families of a batch."""
    within = select(BatchItem.case_id).where(BatchItem.batch_id == batch_id)
    query = select(Task).where(Task.case_id.in_(within), Task.kind == Kind.SIGN_LATER, Task.open_due.is_not(None))
    return [task for task in db.session.scalars(query) if task.detail.get("batch") == str(batch_id)]


def sign_all(batch_id: int, *, by: Actor) -> None:
    """Sign for every family of a batch that a leader agreed to by telephone, each in its own transaction."""
    for case_id, version in [(task.case_id, task.version) for task in owed_for(batch_id)]:
        if case_id is not None:
            _sign(case_id, version, by)


@use_case
def _sign(case_id: int, version: int, by: Actor) -> None:
    engine.move(find_case(case_id), Action.SIGN_LATER, by=by, version=version)
