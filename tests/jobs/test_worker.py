"""A worker that forks: what its jobs need is there before the first fork."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from jobs import base, doorbell, schedule

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


def test_every_job_is_loaded_before_the_first_fork_and_so_are_the_models() -> None:
    jobs = {job for _, job in doorbell.BELLS.values()} | {
        f"{beat.job.__module__}.{beat.job.__name__}" for beat in schedule.SCHEDULE
    }

    done = subprocess.run([sys.executable, "-c", LOADED, *sorted(jobs)], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


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
