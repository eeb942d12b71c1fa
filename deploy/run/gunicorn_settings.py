"""Settings of the web server; its address comes on the command line.

Gunicorn's master imports this and `patient_worker`, and keeps both until it is restarted: after an upgrade it forks the
new workers from its own memory. So neither imports the program at its top, or those workers would mix old and new.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from prometheus_client import multiprocess

if TYPE_CHECKING:
    from flask import Flask


class _Worker(Protocol):
    pid: int
    wsgi: "Flask"


_on_sqlite = (os.environ.get("DATABASE_URL") or "sqlite").startswith("sqlite")

worker_class = "deploy.run.patient_worker.PatientWorker"  # gthread, and slow clients cost no thread
workers = int(os.environ.get("WEB_WORKERS") or 2)
# SQLite has one writer and those who wait poll for its lock: more threads only make the slowest request slower.
threads = 2 if _on_sqlite else 4
timeout = 60
graceful_timeout = 10
keepalive = 5
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeats; never a slow disk
control_socket_disable = True


def post_worker_init(worker: _Worker) -> None:
    """Do before the first request what it would wait for, and look for garbage as long-living processes do."""
    from admin.held_templates import hold_templates
    from backend.db import connect_models
    from backend.garbage import leave_the_program_out

    connect_models()
    hold_templates(worker.wsgi)
    leave_the_program_out()


def child_exit(server: object, worker: _Worker) -> None:
    """Let a dead worker's gauges go out of the metrics of all processes."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
