"""Closes public notices whose days are over."""

from backend.services import demo_progress, notice_ends
from jobs.base import job


@job
def close_due() -> int:
    """Close every notice the day after its last full day.

    While a demonstration is being made its notices end in its own past: closed today they would be out of their time.
    """
    if demo_progress.is_being_made():
        return 0
    return notice_ends.close_due_notices()
