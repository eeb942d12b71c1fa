"""Works: `python -m jobs.worker send` without forking, `… work` and `… files` with a fork for each job."""

import importlib
import sys

from rq import Queue, SimpleWorker, Worker
from rq.worker import BaseWorker

from backend import db as database
from backend.garbage import leave_the_program_out
from backend.redis_servers import redis_of
from backend.settings import Settings
from jobs.base import application, refuse_half_restored

KINDS: dict[str, type[BaseWorker]] = {"send": SimpleWorker, "work": Worker, "files": Worker}
"""A send is over in milliseconds and would spend most of them on its fork; anything else gets its own memory.

Files that leave have a worker of their own: a county's roster takes a minute, and no reminder waits behind it.
"""


def main(queue: str) -> None:
    """Take jobs of one queue until told to stop; the lives and intervals are those that crash tests found right."""
    settings = Settings.from_environment()
    refuse_half_restored(settings)
    connection = redis_of(settings)
    application()
    if KINDS[queue] is Worker:
        _load_before_the_first_fork()
    leave_the_program_out()
    worker = KINDS[queue](
        [Queue(queue, connection=connection, serializer="json")],
        connection=connection,
        serializer="json",
        worker_ttl=60,
        maintenance_interval=30,
        job_monitoring_interval=10,
    )
    worker.work(with_scheduler=False, logging_level="WARNING")


def _load_before_the_first_fork() -> None:
    """Load every job and connect the models: what is not there yet each fork loads anew, at ten times its work's price.

    Nothing here opens a connection, which no two processes may share.
    """
    importlib.import_module("jobs.schedule")
    database.connect_models()


if __name__ == "__main__":
    main(sys.argv[1])
