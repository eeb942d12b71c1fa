"""Gives a delivery back whose file turned out to be unusable: what was owed is owed again, as if nothing had come."""

from sqlalchemy import delete, select

from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import AlertBatch, ImportBatch, StagedRow, Task
from backend.services.alert_schedule import OWED, READING, UNUSABLE
from backend.workflow.tasks import open_again

AT_ONCE = 5000


def give_back(batch_id: int, import_id: int) -> None:
    """Forget what was staged of a file, and let its delivery be owed again; done twice, it does nothing.

    The file stays named on the delivery, so that whoever handed it in reads what is wrong with it.
    """
    while _unstage(batch_id, import_id):
        pass
    _give_back(batch_id, import_id)


def why_unusable(batch: AlertBatch) -> str:
    """Return what is wrong with the file that came of a delivery, where it could not be used."""
    if batch.standing not in {OWED, UNUSABLE} or batch.import_id is None:
        return ""
    return db.session.get_one(ImportBatch, batch.import_id).why


@use_case
def _unstage(batch_id: int, import_id: int) -> int:
    """Delete some staged rows, and return how many; the file may be long, and a transaction should not be."""
    if _reading(batch_id, import_id) is None:
        return 0
    mine = StagedRow.batch_id == batch_id
    numbers = db.session.scalars(select(StagedRow.row_no).where(mine).order_by(StagedRow.row_no).limit(AT_ONCE)).all()
    if not numbers:
        return 0
    some = delete(StagedRow).where(mine, StagedRow.row_no <= numbers[-1])
    db.session.execute(some, execution_options={"synchronize_session": False})
    return len(numbers)


@use_case
def _give_back(batch_id: int, import_id: int) -> None:
    batch = _reading(batch_id, import_id)
    if batch is None:
        return
    if batch.due_on is None:  # nobody owed it: the same content may come again, and is read again
        batch.standing, batch.key = UNUSABLE, f"unusable {import_id}"
        return
    batch.standing, batch.filed_on, batch.filed_by = OWED, None, None
    batch.filed_by_name = batch.letter_no = ""
    if batch.task_id is not None:
        with as_system("a department's file could not be used"):
            open_again(db.session.scalars(select(Task).where(Task.id == batch.task_id)).one())


def _reading(batch_id: int, import_id: int) -> AlertBatch | None:
    """Return the delivery, locked, while it is this file that it waits for."""
    query = select(AlertBatch).where(AlertBatch.id == batch_id, AlertBatch.import_id == import_id)
    return db.session.scalars(query.where(AlertBatch.standing == READING).with_for_update()).one_or_none()
