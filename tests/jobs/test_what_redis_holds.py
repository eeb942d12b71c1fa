"""What lies in Redis: a name and nothing else, in JSON, for a bounded time; and a job that fails says so in the log."""

import json
import logging
import zlib
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job

from backend import logs
from backend.settings import Settings
from jobs.doorbell import BELLS, answered, ring_for
from jobs.metronome import Metronome
from jobs.schedule import SCHEDULE
from tests.stories.stage import FAILED
from tests.wechat.conftest import connect as connect
from tests.wechat.conftest import valkey as valkey

pytestmark = pytest.mark.shows("reminders.4")
WEEK = 7 * 24 * 3600
ALL = sorted({beat.queue for beat in SCHEDULE} | {queue for queue, _ in BELLS.values()})


def fail() -> None:
    """Fail, as a job does whose database is away."""
    raise RuntimeError("no database today")


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What RQ's worker writes into its log, formed as in every process."""
    log = StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logs.formatter())
    logging.getLogger("rq.worker").addHandler(handler)
    yield log
    logging.getLogger("rq.worker").removeHandler(handler)


def jobs_in(redis: Redis) -> list[Job]:
    return [job for name in ALL for job in Queue(name, connection=redis, serializer="json").get_jobs()]


def test_every_bell_and_every_beat_is_a_name_in_json_that_does_not_stay(
    valkey: Path, connect: Callable[[], Redis]
) -> None:
    redis = connect()
    ring_for(Settings(redis_url=f"unix://{valkey}"))(frozenset(BELLS))
    metronome = Metronome(redis)
    for beat in SCHEDULE:
        metronome.add(beat.job, beat.queue, beat.seconds or 60)
    metronome.enqueue_jobs()

    found = jobs_in(redis)

    names = {job for _, job in BELLS.values()} | {f"{beat.job.__module__}.{beat.job.__name__}" for beat in SCHEDULE}
    assert {job.func_name for job in found} == names
    for job in found:
        kept = redis.hget(job.key, "data")
        assert isinstance(kept, bytes)
        name, instance, args, kwargs = json.loads(zlib.decompress(kept))
        assert (name, instance, args, kwargs) == (job.func_name, None, [], {})
        assert 0 < (job.failure_ttl or 0) <= WEEK
        assert job.ttl
        assert job.result_ttl == 0


def test_a_job_that_fails_says_so_in_the_log_and_is_kept_for_a_week_at_most(
    connect: Callable[[], Redis], written: StringIO
) -> None:
    redis = connect()
    queue = Queue("work", connection=redis, serializer="json")
    job = queue.enqueue(f"{__name__}.fail", failure_ttl=WEEK)

    SimpleWorker([queue], connection=redis, serializer="json").work(burst=True, logging_level="WARNING")

    said = [line for line in written.getvalue().splitlines() if FAILED.search(line)]
    assert any("no database today" in line for line in said)
    assert 0 < redis.ttl(job.key) <= WEEK


def test_of_one_bell_one_job_waits_however_often_it_rings_and_the_next_ring_after_it_began_is_heard(
    valkey: Path, connect: Callable[[], Redis]
) -> None:
    redis = connect()
    rings = [ring_for(Settings(redis_url=f"unix://{valkey}")) for _ in range(2)]
    for _ in range(50):
        for ring in rings:
            ring(frozenset({"sweep", "outbox"}))
    waiting = jobs_in(redis)

    answered(next(job for job in waiting if job.func_name == BELLS["sweep"][1]))
    rings[0](frozenset({"sweep", "outbox"}))

    assert sorted(job.func_name or "" for job in waiting) == sorted(BELLS[bell][1] for bell in ("sweep", "outbox"))
    names = [job.func_name for job in jobs_in(redis)]
    assert (names.count(BELLS["sweep"][1]), names.count(BELLS["outbox"][1])) == (2, 1)
