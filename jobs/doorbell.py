"""Rings for a worker after a commit; a bell that cannot be rung costs at most one sweep interval.

Of one bell at most one job waits: the key set with it stands until the job begins, so a worker that is slower than
people are busy has no line of the same looks before it, and whatever is committed after it began rings for the next.
"""

from collections.abc import Callable
from contextlib import suppress

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.job import Job

from backend import clock
from backend.redis_servers import redis_of
from backend.settings import Settings

log = structlog.get_logger()

BELLS = {
    "outbox": ("send", "jobs.outbox.deliver_pending"),
    "sweep": ("work", "jobs.reminders.sweep"),
    "pushes": ("work", "jobs.pushes.take_up"),
    "calendar": ("work", "jobs.calendar.recompute"),
    "imports": ("work", "jobs.imports.carry_on"),
    "alerts": ("work", "jobs.imports.send_alerts"),
    "demo_clock": ("send", "jobs.demo.tell_emulator_the_time"),
    "deliveries": ("work", "jobs.imports.open_deliveries"),
    "month": ("work", "jobs.rounds.make_month"),
    "exports": ("files", "jobs.exports.carry_on"),
    "figures": ("work", "jobs.figures.count"),
}
"""Which queue and job answers which bell."""

BELL_OF = {job: bell for bell, (_, job) in BELLS.items()}
LONGEST_SECONDS = {"files": 3600}
"""Of a queue whose jobs may take longer than RQ's own three minutes: a county's roster as a file."""
FAILURES_KEPT = 7 * 24 * 3600
"""Seconds for which a queue remembers a job that failed."""
WAITS_MS = 60_000
"""So long at most a bell is silent when a worker died with its job in hand."""
LEFT_ALONE_SECONDS = 5.0
"""After a bell that failed, the next ones are not even tried: a request must not pay for a Redis that is away."""


def connect(settings: Settings) -> Redis:
    """Return a connection that gives up at once: nobody waits for a doorbell."""
    return redis_of(settings, socket_connect_timeout=0.3, socket_timeout=1.0, retry=Retry(NoBackoff(), 0))


def ring_for(settings: Settings) -> Callable[[frozenset[str]], None]:
    """Return this process's ring; without Redis in the settings it is silent, and the metronome finds the work."""
    if not settings.redis_url:
        return lambda bells: None
    redis = connect(settings)
    failed_at: list[float] = []
    queues = {name: Queue(name, connection=redis, serializer="json") for name, _ in BELLS.values()}

    def ring(bells: frozenset[str]) -> None:
        if failed_at and clock.monotonic() - failed_at[0] < LEFT_ALONE_SECONDS:
            return
        failed_at.clear()
        for bell in sorted(bells):
            name, job = BELLS[bell]
            try:
                if redis.set(_key(bell), 1, nx=True, px=WAITS_MS):
                    queues[name].enqueue(
                        job,
                        job_timeout=LONGEST_SECONDS.get(name),
                        result_ttl=0,
                        failure_ttl=FAILURES_KEPT,
                        ttl=3600,
                        meta=_who_rings(),
                    )
            except RedisError as error:
                failed_at[:] = [clock.monotonic()]
                log.warning("doorbell_silent", bell=bell, error=type(error).__name__)
                return

    return ring


def _who_rings() -> dict[str, str]:
    """Return the id of the request, or of the request behind the job, that rings: the log of the job names it."""
    known = structlog.contextvars.get_contextvars().get("request_id")
    return {"request_id": known} if known else {}


def answered(job: Job) -> None:
    """Say that this job begins now: from here on its bell rings anew."""
    bell = BELL_OF.get(job.func_name or "")
    if bell is not None:
        with suppress(RedisError):
            job.connection.delete(_key(bell))


def _key(bell: str) -> str:
    return f"bell:{bell}"
