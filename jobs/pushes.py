"""Takes up what WeChat pushed."""

from backend.services import pushes
from jobs.base import job


@job
def take_up() -> int:
    """Bring the quota ledger up to date."""
    return pushes.take_up_events()
