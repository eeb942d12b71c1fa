"""How long the lines before the workers are, for metrics and the doctor."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import cast

from redis import Redis
from rq import Queue, Worker

from backend import clock
from backend.services.lines import Line
from backend.settings import Settings
from jobs.doorbell import FAILURES_KEPT, connect
from jobs.worker import KINDS

AN_HOUR = timedelta(hours=1)


def reader_for(settings: Settings) -> Callable[[], list[Line]]:
    """Return what reads the lines now; without Redis in the settings there are none. Errors: `RedisError`."""

    def read() -> list[Line]:
        if not settings.redis_url:
            return []
        with closing(connect(settings)) as redis:
            return list(_lines(redis))

    return read


def _lines(redis: Redis) -> Iterator[Line]:
    for name in KINDS:
        queue = Queue(name, connection=redis, serializer="json")
        since = next((job.enqueued_at for job in queue.get_jobs(0, 1)), None)
        waits = (clock.real_now() - since).total_seconds() if since else 0.0
        workers = Worker.all(connection=redis, queue=queue, serializer="json")
        yield Line(name, queue.count, max(waits, 0.0), len(workers), _failed_lately(queue))


def _failed_lately(queue: Queue) -> int:
    """Count by the moment until which the queue keeps a failure: so long after it happened."""
    since = clock.real_now() - AN_HOUR + timedelta(seconds=FAILURES_KEPT)
    found = queue.connection.zcount(queue.failed_job_registry.key, since.timestamp(), "+inf")
    return cast("int", found)
