"""A worker that forks: what its jobs need is there before the first fork."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from jobs import base, doorbell, schedule
from tests.wechat.conftest import valkey as valkey

ROOT = Path(__file__).resolve().parents[2]

LOADED = """
import sys
from backend.db import db
from jobs import worker

worker._load_before_the_first_fork()
for name in sys.argv[1:]:
    module, _, job = name.rpartition(".")
    assert callable(getattr(sys.modules[module], job)), name
assert all(mapper.configured for mapper in db.Model.registry.mappers)
"""

COUNTED = """
import sys
from redis import Redis
from rq import Queue, Worker
from backend.services import health

with Redis(unix_socket_path=sys.argv[1]) as redis:
    queue = Queue("counted", connection=redis, serializer="json")
    for number in range(20):
        queue.enqueue("backend.services.metrics.message_ended", "duty", f"state {number % 3}")
    Worker([queue], connection=redis, serializer="json").work(burst=True, logging_level="WARNING")
print(health._counters().decode())
"""


def test_every_job_is_loaded_before_the_first_fork_and_so_are_the_models() -> None:
    jobs = {job for _, job in doorbell.BELLS.values()} | {
        f"{beat.job.__module__}.{beat.job.__name__}" for beat in schedule.SCHEDULE
    }

    done = subprocess.run([sys.executable, "-c", LOADED, *sorted(jobs)], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_jobs_with_a_fork_each_count_in_the_files_of_their_worker(valkey: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, valkey],
        cwd=ROOT,
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    counted = re.findall(r'^shouwang_messages_total\{kind="duty",state="state (.)"\} (\S+)$', done.stdout, re.MULTILINE)
    assert sorted(counted) == [("0", "7.0"), ("1", "7.0"), ("2", "6.0")], done.stderr
    assert sorted(each.name.partition("_")[0] for each in tmp_path.iterdir()) == ["counter", "gauge"]


def test_a_job_that_fails_says_which_it_was_and_its_error_is_rqs_to_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "application", lambda: Flask(__name__))

    def broken() -> None:
        raise ZeroDivisionError("what was divided is nobody's business")

    with capture_logs() as said, pytest.raises(ZeroDivisionError):
        base.job(broken)()

    assert said == [{"event": "job_failed", "log_level": "error", "job": "broken", "error": "ZeroDivisionError"}]


def test_wechats_clock_is_set_on_the_queue_whose_messages_it_dates() -> None:
    queue, job = doorbell.BELLS["demo_clock"]

    assert queue == doorbell.BELLS["outbox"][0]
    assert [each.queue for each in schedule.SCHEDULE if f"jobs.demo.{each.job.__name__}" == job] == [queue]
