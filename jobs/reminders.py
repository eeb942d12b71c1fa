"""Looks for duties whose next rung is due."""

from backend.services import delays, demo_progress, reminders
from jobs.base import job


@job
def sweep() -> int:
    """Owe a message to whoever must hear of a duty.

    While a demonstration is being made its duties still lie in the past: nobody is reminded of those.
    """
    if demo_progress.is_being_made():
        return 0
    return reminders.sweep()


@job
def tell_delays() -> int:
    """Tell applicants whose promised day has passed that it is late, and what is waited for."""
    if demo_progress.is_being_made():
        return 0
    return delays.tell_delays()
