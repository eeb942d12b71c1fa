"""Looks whether what is due goes out."""

from backend.services import backlog
from jobs.base import job


@job
def look_at_backlog() -> int:
    """Write an alarm into the log when the oldest due message has waited too long."""
    return backlog.look()
