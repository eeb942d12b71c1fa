"""Closes public notices whose days are over."""

from backend.services import notice_ends
from jobs.base import job


@job
def close_due() -> int:
    """Close every notice the day after its last full day."""
    return notice_ends.close_due_notices()
