"""Growing delays for whoever keeps getting something wrong."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from backend import clock
from backend.db import db
from backend.errors import TooMany
from backend.models import Throttle
from backend.privacy.contents import content_digest
from backend.privacy.current import keys

NOBODYS = "nobodys:"
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)
ROUNDED_TO = timedelta(minutes=15)


def delay_after(extra_failures: int) -> timedelta:
    """Return the delay after so many failures beyond the free ones: doubled each time, at most an hour."""
    return min(FIRST_DELAY * int(2 ** min(extra_failures, 10)), LONGEST_DELAY)


def nobodys(key: str) -> str:
    """Return a key that leads to no account: for what may be said without a name. It counts by the day."""
    return NOBODYS + content_digest(key, keys=keys())


def refuse_if_waiting(key: str) -> None:
    """Raise `TooMany` while `key` has to wait."""
    until = db.session.scalar(select(Throttle.until_at).where(Throttle.key == key))
    now = clock.real_now()
    if until is not None and until > now:
        raise TooMany(retry_after=max(1, int((until - now).total_seconds())))


def count_failure(key: str, *, free: int) -> None:
    """Count a failure of `key`; from the `free`-th on, each makes it wait longer.

    Of a key that is nobody's, no row tells the minute: it stands beside others that would say whose it was.
    """
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
    if key.startswith(NOBODYS):
        row.changed_at = clock.day_began(now)
        row.until_at = _rounded_up(row.until_at) if row.until_at else None


def _rounded_up(moment: datetime) -> datetime:
    began = clock.day_began(moment)
    return began + -(-(moment - began) // ROUNDED_TO) * ROUNDED_TO


def forget(key: str) -> None:
    """Start afresh for `key`: it got something right."""
    db.session.execute(delete(Throttle).where(Throttle.key == key))
