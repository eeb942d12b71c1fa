"""Looks for duties whose next rung is due."""

from backend.services import reminders
from jobs.base import job


@job
def sweep() -> int:
    """Owe a message to whoever must hear of a duty."""
    return reminders.sweep()
