"""The lines before the workers, as the queue's own side reads them: it is handed in, for the backend knows no queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import current_app


@dataclass(frozen=True)
class Line:
    """One queue: how many looks wait in it, for how many seconds the first one has, and who would take them.

    `failed`: looks of the last hour that ended in an error nobody expected; what they were for is looked at again.
    """

    queue: str
    waiting: int
    oldest_seconds: float
    workers: int
    failed: int = 0


def lines() -> Sequence[Line]:
    """Return the lines as they are now; none where nobody handed a reader in. Errors: `RedisError`."""
    read: Callable[[], Sequence[Line]] | None = current_app.extensions.get("lines")
    return read() if read else ()
