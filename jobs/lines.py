"""How long the lines before the workers are, for metrics and the doctor."""

from collections.abc import Callable, Iterator
from contextlib import closing

from redis import Redis
from rq import Queue, Worker

from backend import clock
from backend.services.lines import Line
from backend.settings import Settings
from jobs.doorbell import connect
from jobs.worker import KINDS


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
        yield Line(name, queue.count, max(waits, 0.0), len(workers))
