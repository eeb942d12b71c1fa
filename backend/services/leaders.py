"""A piece of work that must run once at a time: the lock is a row, its lease real time, and a crash frees it."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select, update

from backend import clock
from backend.db import db, use_case
from backend.models import Leader

log = structlog.get_logger()
LONG_OVER = datetime(2000, 1, 1, tzinfo=UTC)
"""The end of a lease that was given back: past whatever the clock is set to."""


class LeadLost(Exception):
    """Somebody else does the work by now: whoever hears it goes home, and what is left is theirs.

    No error of the domain: nothing that is tolerated of a row, and nothing to be tried once more.
    """


class Lead:
    """Whether this process does a piece of work now; long work holds on to it between its transactions."""

    def __init__(self, work: str, lease: timedelta) -> None:
        self._work, self._lease = work, lease
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._renewed = clock.real_now()
        self._leads = _take(work, self._holder, lease)

    def __bool__(self) -> bool:
        return self._leads

    def hold_on(self) -> None:
        """Renew the lease once a third of it has passed, by a clock that runs on while a machine sleeps and may be set.

        Never call it within a transaction. Errors: `LeadLost` when the lease ran out and somebody else took the work.
        """
        now = clock.real_now()
        if not self._leads or abs(now - self._renewed) <= self._lease / 3:
            return
        if not _move_end(self._work, self._holder, now + self._lease):
            self._leads = False
            raise LeadLost(self._work)
        self._renewed = now

    def give_back(self) -> None:
        """Let others do the work."""
        if self._leads:
            _move_end(self._work, self._holder, LONG_OVER)


@contextmanager
def leading(work: str, *, lease: timedelta = timedelta(minutes=5)) -> Iterator[Lead]:
    """Yield what is true if this process does `work` now; whoever comes second gets what is not, and goes home.

    What may last longer than the lease calls `hold_on` now and then, and leaves the block when that says that the work
    is lost: what is left is another's. A process that is killed is in the way for one lease at most.
    """
    lead = Lead(work, lease)
    try:
        yield lead
    except LeadLost:
        log.warning("lead_lost", work=work)
    finally:
        lead.give_back()


@use_case
def _take(work: str, holder: str, lease: timedelta) -> bool:
    now = clock.real_now()
    row = db.session.scalars(select(Leader).where(Leader.work == work).with_for_update()).one_or_none()
    if row is None:
        db.session.add(Leader(work=work, holder=holder, until_at=now + lease))
        return True
    if now < row.until_at <= now + 2 * lease:
        return False  # one that ends later than any lease of now can was taken before the clock was set back
    row.holder, row.until_at = holder, now + lease
    return True


@use_case
def _move_end(work: str, holder: str, until: datetime) -> bool:
    """Let the lease end then; return whether it is still this holder's to move."""
    mine = update(Leader).where(Leader.work == work, Leader.holder == holder)
    return bool(db.session.execute(mine.values(until_at=until)).rowcount)  # type: ignore[attr-defined]
