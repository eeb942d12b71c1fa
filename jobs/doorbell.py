"""Rings for a worker after a commit; a bell that cannot be rung costs at most one sweep interval."""

from collections.abc import Callable

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue

from backend import clock
from backend.settings import Settings

log = structlog.get_logger()

BELLS = {
    "outbox": ("send", "jobs.outbox.deliver_pending"),
    "sweep": ("work", "jobs.reminders.sweep"),
    "pushes": ("work", "jobs.pushes.take_up"),
    "calendar": ("work", "jobs.calendar.recompute"),
    "imports": ("work", "jobs.imports.carry_on"),
    "alerts": ("work", "jobs.imports.send_alerts"),
    "demo_clock": ("work", "jobs.demo.tell_emulator_the_time"),
}
"""Which queue and job answers which bell."""

QUIET_MS = 300
"""Rings closer together than this are one ring: the job goes on until nothing is left."""


LEFT_ALONE_SECONDS = 5.0
"""After a bell that failed, the next ones are not even tried: a request must not pay for a Redis that is away."""


def connect(settings: Settings) -> Redis:
    """Return a connection that gives up at once: nobody waits for a doorbell."""
    return Redis.from_url(
        settings.redis_url, socket_connect_timeout=0.3, socket_timeout=1.0, retry=Retry(NoBackoff(), 0)
    )


def ring_for(settings: Settings) -> Callable[[frozenset[str]], None]:
    """Return this process's ring; without Redis in the settings it is silent, and the metronome finds the work."""
    if not settings.redis_url:
        return lambda bells: None
    redis = connect(settings)
    failed_at: list[float] = []
    rung_at: dict[str, float] = {}
    queues = {name: Queue(name, connection=redis, serializer="json") for name, _ in BELLS.values()}

    def ring(bells: frozenset[str]) -> None:
        if failed_at and clock.monotonic() - failed_at[0] < LEFT_ALONE_SECONDS:
            return
        failed_at.clear()
        for bell in sorted(bells):
            (name, job), asked_at = BELLS[bell], clock.monotonic()
            if (asked_at - rung_at.get(bell, 0.0)) * 1000 < QUIET_MS:
                continue  # the key that this process set still stands: Redis need not be asked
            try:
                if redis.set(f"bell:{bell}", 1, nx=True, px=QUIET_MS):
                    rung_at[bell] = asked_at
                    queues[name].enqueue(job, result_ttl=0, failure_ttl=7 * 24 * 3600, ttl=3600)
            except RedisError as error:
                failed_at[:] = [clock.monotonic()]
                log.warning("doorbell_silent", bell=bell, error=type(error).__name__)
                return

    return ring
