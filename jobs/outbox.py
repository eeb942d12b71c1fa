"""Sends what is owed."""

from backend.services import outbox
from backend.services.phones import wechat
from jobs.base import job


@job
def deliver_pending() -> int:
    """Take expired leases back, then deliver every message that is due."""
    outbox.free_expired_leases()
    return outbox.deliver_due(wechat())
