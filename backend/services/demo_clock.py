"""Business time that can be moved on, in a demo only: it only grows, and each change is in the audit."""

from datetime import timedelta

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, ring, use_case
from backend.errors import Invalid, NotPossibleNow
from backend.models import County, DemoClock
from backend.services import audit

READ_EVERY_SECONDS = 1.0
LONGEST = timedelta(days=4 * 365)
"""A family that is watched, removed and taken back needs most of a year of it."""
_known: list[tuple[float, timedelta]] = []


def offset(*, afresh: bool = False) -> timedelta:
    """Return how far business time runs ahead; read from the database at most once a second, unless asked afresh."""
    if not afresh and _known and clock.monotonic() - _known[0][0] < READ_EVERY_SECONDS:
        return _known[0][1]
    # Not through the session: asking the time must neither begin nor hold a transaction of the caller's.
    with db.engine.connect() as connection:
        seconds = connection.scalar(select(DemoClock.offset_seconds).where(DemoClock.id == 1)) or 0
    found = timedelta(seconds=seconds)
    _known[:] = [(clock.monotonic(), found)]
    return found


@use_case
def advance(by: Actor, *, seconds: int) -> timedelta:
    """Move business time on by so many seconds and return the whole offset.

    Errors: `NotPossibleNow` outside a demo database; `Invalid` for a step back or beyond four years.
    """
    require(by.role, Action.MOVE_DEMO_CLOCK)
    county = db.session.get(County, by.county_code)
    if county is None or not county.is_demo:
        raise NotPossibleNow("只有演示库才能拨快时间。")
    row = db.session.scalars(select(DemoClock).where(DemoClock.id == 1).with_for_update()).one_or_none()
    if row is None:
        row = DemoClock(id=1, offset_seconds=0)
        db.session.add(row)
    if seconds <= 0 or row.offset_seconds + seconds > LONGEST.total_seconds():
        raise Invalid.field("seconds", "演示时间只能往前拨，最多四年。")
    row.offset_seconds += seconds
    audit.record_on_session(by=by, action=Action.MOVE_DEMO_CLOCK, subject="demo clock", detail={"seconds": seconds})
    ring("sweep")
    ring("demo_clock")
    ring("deliveries")
    ring("month")
    ring("figures")
    _known.clear()
    return timedelta(seconds=row.offset_seconds)
