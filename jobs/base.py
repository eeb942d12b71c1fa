"""What a job is: one call of a service, inside the application, with its id in the log."""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import structlog
from flask import Flask
from rq import get_current_job
from rq.job import Job

from backend import db as database
from backend import logs
from backend.app import create_bare_app
from backend.errors import NotPossibleNow
from backend.services.backups import begun_restore
from backend.services.storage import settings
from backend.settings import Settings
from jobs import doorbell

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger()


def refuse_half_restored(known: Settings) -> None:
    """End this program with a plain sentence where a restore was cut off."""
    try:
        begun_restore.refuse(known)
    except NotPossibleNow as error:
        raise SystemExit(error.message) from error


@cache
def application() -> Flask:
    """Return this worker's application, made at its first job."""
    logs.configure()
    app = create_bare_app()
    with app.app_context():
        database.after_commit.append(doorbell.ring_for(settings()))
    return app


def _ids(current: Job | None) -> dict[str, str]:
    """Return what every line of this job carries: its id, and that of the request that rang for it, if one did."""
    if current is None:
        return {"job_id": ""}
    rang = current.get_meta(refresh=False).get("request_id")
    return {"job_id": current.id, **({"request_id": str(rang)} if rang else {})}


def job(work: Callable[P, T]) -> Callable[P, T]:
    """Run the function inside the application; a failure is logged and raised, and what it owed stays owed."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        current = get_current_job()
        if current is not None:
            doorbell.answered(current)
        with application().app_context(), structlog.contextvars.bound_contextvars(**_ids(current)):
            try:
                result = work(*args, **kwargs)
            except Exception as error:
                log.error("job_failed", job=work.__name__, error=type(error).__name__)  # noqa: TRY400 - RQ writes the frames
                raise
            log.info("job", job=work.__name__, result=result)
            return result

    return run
