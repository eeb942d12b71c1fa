"""What goes on once every row of a file is in: it belongs to the file, which is done with only afterwards."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import DBAPIError

from backend import clock
from backend.db import db, is_away, use_case
from backend.errors import DomainError, TryLater
from backend.models import AlertBatch, ImportBatch
from backend.services.alert_schedule import READING
from backend.services.imports.batches import DONE, TAKING, USELESS
from backend.services.imports.runs import Kind, Run
from backend.services.leaders import Lead

AGAIN_AFTER = timedelta(hours=1)
UNFINISHED = "每一行都导入了，后面的核对没有办成，过一小时自动再试。一直这样，请告诉系统管理员。"
FAILURES = (DomainError, DBAPIError, LookupError, ValueError, TypeError, AttributeError)
"""What a file's end fails by. What stops a worker (its time is over, a kill) is none of these: another resumes."""

log = structlog.get_logger()


def finish(kind: Kind, run: Run, lead: Lead) -> None:
    """Do what is left once every row is in, and let the file be done with; a failure is logged and tried again later.

    Whoever is stopped in it leaves the file as one whose rows are in; the next one does this again, and only this.
    """
    batch_id = run.batch.id
    _begin(batch_id)
    try:
        if kind.finish is not None:
            kind.finish(run, lead.hold_on)
    except FAILURES as error:
        if isinstance(error, TryLater) or (isinstance(error, DBAPIError) and is_away(error)):
            raise
        log.exception("file_unfinished", batch=batch_id, kind=kind.code, error=type(error).__name__)
        _put_off(batch_id)
        return
    _be_done(batch_id)


def is_due() -> ColumnElement[bool]:
    """Say whether a file may be worked on: not one whose end failed within the hour, for the others do not wait."""
    return or_(ImportBatch.done_at.is_(None), ImportBatch.why == "", ImportBatch.done_at < clock.now() - AGAIN_AFTER)


def take_up_unmatched() -> None:
    """Take up files that are done with or unusable while their deliveries wait for them, as it was once possible."""
    query = (
        select(ImportBatch.id)
        .join(AlertBatch, AlertBatch.import_id == ImportBatch.id)
        .where(AlertBatch.standing == READING, ImportBatch.standing != TAKING)
        .where(or_(ImportBatch.done_at.is_not(None), ImportBatch.standing == USELESS))
    )
    found = db.session.scalars(query).all()
    db.session.rollback()
    if found:
        _take_up(found)


@use_case
def _take_up(batch_ids: Sequence[int]) -> None:
    db.session.execute(update(ImportBatch).where(ImportBatch.id.in_(batch_ids)).values(standing=TAKING, why=""))


@use_case
def _begin(batch_id: int) -> None:
    """Note when it was tried last: a file in whose end worker after worker dies lets every other one go first."""
    _change(batch_id, why="")


@use_case
def _put_off(batch_id: int) -> None:
    _change(batch_id, why=UNFINISHED)


@use_case
def _be_done(batch_id: int) -> None:
    _change(batch_id, why="", standing=DONE)


def _change(batch_id: int, **values: str) -> None:
    row = update(ImportBatch).where(ImportBatch.id == batch_id)
    db.session.execute(row.values(done_at=clock.now(), **values))
