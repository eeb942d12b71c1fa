"""Makes the month's visits."""

from backend.services import demo_progress, round_turns
from jobs.base import job


@job
def make_month() -> int:
    """Make the visit duties of this month for every household whose turn comes; made once, they are not made again."""
    if demo_progress.is_being_made():
        return 0
    return round_turns.make_month()
