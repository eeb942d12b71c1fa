"""The end of handed-in content: of files that were done with long ago, and of what no row speaks of."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from backend import clock
from backend.db import db, use_case
from backend.models import ImportBatch
from backend.services.imports.batches import HANDED_IN, LOOKED, USELESS
from backend.services.imports.shelf import import_shelf

KEPT = timedelta(days=60)
"""Of a file that is done with: long enough to look something up, then its content goes."""


def forget_files() -> int:
    """Delete the content of files that were done with long ago; their reports stay. Return how many went.

    A day after it was stored also what a crash left without a row goes, and what a restore brought back.
    """
    old = clock.now() - KEPT
    query = select(ImportBatch.id).where(ImportBatch.parts > 0, ImportBatch.sent_at < old)
    ids = db.session.scalars(query.limit(500)).all()
    db.session.rollback()
    for batch_id in ids:
        import_shelf().delete(batch_id)
        _note_forgotten(batch_id)
    return len(ids) + import_shelf().sweep(_with_content)


@use_case
def _note_forgotten(batch_id: int) -> None:
    batch = db.session.get_one(ImportBatch, batch_id)
    batch.parts = 0
    if batch.standing in {HANDED_IN, LOOKED}:
        batch.standing, batch.why = USELESS, "放得太久，文件已经删除，请重新导入。"


def _with_content(ids: Sequence[int]) -> set[int]:
    found = set(db.session.scalars(select(ImportBatch.id).where(ImportBatch.id.in_(ids), ImportBatch.parts > 0)))
    db.session.rollback()
    return found
