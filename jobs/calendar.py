"""Moves open dates after a county's calendar has changed."""

from backend.services import rules
from jobs.base import job


@job
def recompute() -> int:
    """Bring every open date to where the calendar now puts it."""
    return rules.recompute_all_dates()
