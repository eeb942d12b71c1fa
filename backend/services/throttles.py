"""Growing delays for whoever keeps getting something wrong."""

from datetime import timedelta

from sqlalchemy import delete, select

from backend import clock
from backend.db import db
from backend.errors import TooMany
from backend.models import Throttle

FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)


def delay_after(extra_failures: int) -> timedelta:
    """Return the delay after so many failures beyond the free ones: doubled each time, at most an hour."""
    return min(FIRST_DELAY * int(2 ** min(extra_failures, 10)), LONGEST_DELAY)


def refuse_if_waiting(key: str) -> None:
    """Raise `TooMany` while `key` has to wait."""
    until = db.session.scalar(select(Throttle.until_at).where(Throttle.key == key))
    now = clock.real_now()
    if until is not None and until > now:
        raise TooMany(retry_after=max(1, int((until - now).total_seconds())))


def count_failure(key: str, *, free: int) -> None:
    """Count a failure of `key`; from the `free`-th on, each makes it wait longer."""
    now = clock.real_now()
    row = db.session.scalars(select(Throttle).where(Throttle.key == key).with_for_update()).one_or_none()
    if row is None:
        row = Throttle(key=key, count=0, until_at=None, changed_at=now)
        db.session.add(row)
    if row.changed_at + FORGOTTEN_AFTER < now:
        row.count = 0
    row.count, row.changed_at = row.count + 1, now
    if row.count >= free:
        row.until_at = now + delay_after(row.count - free)


def forget(key: str) -> None:
    """Start afresh for `key`: it got something right."""
    db.session.execute(delete(Throttle).where(Throttle.key == key))
