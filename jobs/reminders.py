"""Looks for duties whose next rung is due."""

from backend.services import delays, reminders
from jobs.base import job


@job
def sweep() -> int:
    """Owe a message to whoever must hear of a duty."""
    return reminders.sweep()


@job
def tell_delays() -> int:
    """Tell applicants whose promised day has passed that it is late, and what is waited for."""
    return delays.tell_delays()
