"""Moves open dates after a county's calendar has changed."""

from backend.services import calendars
from jobs.base import job


@job
def recompute() -> int:
    """Bring every open date to where the calendar now puts it."""
    return calendars.recompute_all_dates()
