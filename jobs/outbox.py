"""Sends what is owed."""

from backend.services import leases, outbox, pushes
from backend.services.channels import of_process
from backend.services.storage import settings
from jobs.base import job


@job
def deliver_pending() -> int:
    """Read what people allowed since, take expired leases back, then deliver every message that is due."""
    pushes.take_up_events()
    channels = of_process.channels()
    leases.free_expired(channels)
    return outbox.deliver_due(channels, hands=settings().send_hands)
