"""Keeps the figures of places."""

from datetime import timedelta

from backend.services import demo_progress, figures
from jobs.base import job

FRESH = timedelta(minutes=5)
SECONDS = 10.0
"""So long at a time a large county keeps a worker busy; the next beat goes on."""


@job
def count() -> int:
    """Count the places counted longest ago, a few seconds long; while a demonstration is being made, none."""
    if demo_progress.is_being_made():
        return 0
    return figures.count_places(seconds=SECONDS, older_than=FRESH)
