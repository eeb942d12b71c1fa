"""Makes files that were asked for, keeps the ends of months, and clears away what is over."""

from backend.services import demo_progress
from backend.services.exports import making, snapshots
from jobs.base import job


@job
def carry_on() -> int:
    """Make every file that waits."""
    return making.carry_on()


@job
def keep_months() -> int:
    """Keep what ledgers said at the end of last month; a demonstration that is being made has no months yet."""
    if demo_progress.is_being_made():
        return 0
    return snapshots.take_due()


@job
def sweep() -> int:
    """Delete files and months that were kept long enough."""
    return making.sweep() + snapshots.forget_old()
