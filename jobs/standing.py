"""Keeps up who stands where: deputies whose time begins or ends, and who follows the service account."""

from backend.services import deputies, followers
from backend.services.channels import of_process
from jobs.base import job


@job
def turn_deputies() -> int:
    """Lend the hats of deputies whose time has come, and take back those whose time is over."""
    return deputies.turn()


@job
def refresh_followers() -> int:
    """Read the service account's list of followers."""
    return followers.refresh(of_process.service_account())
