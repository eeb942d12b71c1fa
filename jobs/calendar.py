"""Moves open dates after a county's calendar has changed."""

from backend.services import redating
from jobs.base import job


@job
def recompute() -> int:
    """Bring every open date to where the calendar now puts it."""
    return redating.recompute_all_dates()
