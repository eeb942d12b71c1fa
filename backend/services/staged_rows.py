"""Forgets the rows of deliveries that were matched long ago: digests of people are kept no longer than they serve."""

from datetime import timedelta

from sqlalchemy import delete, exists, select

from backend import clock
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import Alert, AlertBatch, AlertItem, County, StagedRow
from backend.policy.county import current_policy
from backend.services.alert_matching import CLOSED
from backend.services.alert_schedule import FILED

AT_ONCE = 5000


def forget_old() -> int:
    """Delete what was matched longer ago than the county keeps it (`staged_rows_kept_days`); return how many rows.

    A row whose alert has no verdict yet stays: its department is still owed the answer.
    """
    return sum(_forget_some(batch_id) for county in _counties() for batch_id in _old_batches(county))


def _counties() -> list[str]:
    codes = list(db.session.scalars(select(County.code)))
    db.session.rollback()
    return codes


def _old_batches(county_code: str) -> list[int]:
    kept = timedelta(days=current_policy(county_code).numbers["staged_rows_kept_days"])
    query = select(AlertBatch.id).where(
        AlertBatch.county_code == county_code,
        AlertBatch.standing == FILED,
        AlertBatch.matched_at < clock.now() - kept,
        select(StagedRow.row_no).where(StagedRow.batch_id == AlertBatch.id).exists(),
    )
    found = list(db.session.scalars(query.order_by(AlertBatch.id)))
    db.session.rollback()
    return found


def _forget_some(batch_id: int) -> int:
    forgotten, after = 0, 0
    while (step := _forget_next(batch_id, after)) is not None:
        after, count = step
        forgotten += count
    return forgotten


@use_case
def _forget_next(batch_id: int, after: int) -> tuple[int, int] | None:
    """Go through the next rows, and return the last one and how many of them are gone; None behind the end."""
    mine = StagedRow.batch_id == batch_id
    with as_system("old rows of deliveries are forgotten"):
        query = select(StagedRow.row_no).where(mine, StagedRow.row_no > after).order_by(StagedRow.row_no).limit(AT_ONCE)
        numbers = db.session.scalars(query).all()
        if not numbers:
            return None
        awaited = exists().where(
            AlertItem.batch_id == batch_id,
            AlertItem.row_no == StagedRow.row_no,
            AlertItem.alert_id == Alert.id,
            Alert.standing != CLOSED,
        )
        some = delete(StagedRow).where(mine, StagedRow.row_no.between(numbers[0], numbers[-1]), ~awaited)
        done = db.session.execute(some, execution_options={"synchronize_session": False})
    return numbers[-1], int(done.rowcount)  # type: ignore[attr-defined]
