"""The only place that reads a clock: business time for people and duties, real time for machines."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one time zone and no summer time (since 1992), so a fixed offset is exact."""

YEARS = range(1850, 2200)
"""Years that a typed day can lie in: births long ago, and limits that are counted on from it."""

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)
_offset_source: list[Callable[[], timedelta]] = []


def real_now() -> datetime:
    """Return the machine's time, aware, UTC: for leases, tokens, sessions, throttles, timeouts and metrics."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place


def monotonic() -> float:
    """Return seconds that never run backwards, for measuring durations."""
    return time.monotonic()


def use_offset(source: Callable[[], timedelta]) -> None:
    """Let business time run ahead by what `source` says (demo mode only; the source caches for at most a second)."""
    _offset_source[:] = [source]


def now() -> datetime:
    """Return business time, aware, UTC: for duties, notices, quiet hours and everything people see."""
    travelled = _travelled.get()
    if travelled is not None:
        return travelled
    offset = _offset_source[0]() if _offset_source else timedelta()
    return real_now() + offset


def today() -> date:
    """Return the business date in Asia/Shanghai."""
    return local(now()).date()


def day_began(moment: datetime) -> datetime:
    """Return the instant at which the day of an instant began in China: where only the day is told."""
    return local(moment).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def is_whole_day(moment: datetime) -> bool:
    """Say whether an instant stands for its day: nobody is told the hour."""
    return moment == day_began(moment)


def local(instant: datetime) -> datetime:
    """Return the same instant as the wall clock in China shows it."""
    return instant.astimezone(SHANGHAI)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Run business time at a fixed moment, in this context only: for making demo cases in the past and for tests."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone says nothing")
    token = _travelled.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)
