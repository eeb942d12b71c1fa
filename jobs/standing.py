"""Keeps up who stands where: deputies whose time begins or ends, followers, helpers who have left."""

from backend.services import deputies, followers, handover_days, paired, practice, region_merges, vacancies
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


@job
def hand_over_posts() -> int:
    """Let the posts whose day has come change hands."""
    return handover_days.carry_out()


@job
def move_merged_villages() -> int:
    """Move the families, duties and people of villages that go into another."""
    return region_merges.carry_on()


@job
def fill_practice_counties() -> int:
    """Do what practice counties still want: hats, invented families, a new beginning."""
    return practice.carry_on()
