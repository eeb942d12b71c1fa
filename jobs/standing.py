"""Keeps up who stands where: deputies whose time begins or ends, followers, helpers who have left."""

from backend.services import deputies, followers, paired, vacancies
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


@job
def ask_for_other_helpers() -> int:
    """Let townships name somebody for the families whose helper's account was closed."""
    return paired.ask_for_others()


@job
def look_for_vacancies() -> int:
    """Let townships owe the stations, heads and grid members that they lack."""
    return vacancies.look()
