"""Which HTTP status a fact of the domain has: one table for the phone's API and for the console."""

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from backend.db import is_away
from backend.errors import (
    DomainError,
    Invalid,
    KeyReused,
    NotAllowed,
    NotFound,
    NotPossibleNow,
    NotYetPosted,
    OutOfDate,
    SignInFirst,
    StillRunning,
    TooMany,
    TryLater,
)
from backend.privacy.keys import KeysUnusable

log = structlog.get_logger()

STATUS: dict[type[DomainError], int] = {
    Invalid: 422,
    KeyReused: 422,
    SignInFirst: 401,
    NotAllowed: 403,
    NotFound: 404,
    NotYetPosted: 404,
    OutOfDate: 409,
    NotPossibleNow: 409,
    StillRunning: 409,
    TooMany: 429,
    TryLater: 503,
}

AGAIN_IN_SECONDS = 5


def status_of(error: DomainError) -> int:
    """Return the status of a fact."""
    return STATUS[type(error)]


def retry_after(error: DomainError) -> int | None:
    """Return after how many seconds it is worth trying again; None where time mends nothing."""
    match error:
        case TooMany():
            return error.retry_after
        case TryLater():
            return AGAIN_IN_SECONDS
        case _:
            return None


def as_fact(error: Exception) -> DomainError | None:
    """Return what an unexpected error means to people: database or keys are away; None for a bug of ours."""
    if isinstance(error, KeysUnusable):
        log.error("keys_unusable", error=str(error))
        return TryLater()
    if isinstance(error, NoConnectionLeft) or (isinstance(error, DBAPIError) and is_away(error)):
        return TryLater()
    return None


def note_bug(error: Exception) -> None:
    """Log an error that is our fault; of a database's only the kind: the driver's text may hold what was written."""
    if isinstance(error, DBAPIError):
        log.error("database_error", error=type(error.orig).__name__)
    else:
        log.error("bug", error=type(error).__name__, exc_info=error)
