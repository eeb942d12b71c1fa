"""Every home check of one household, over all its cases: to see what has changed since last time."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Case, HomeCheck, Visit

MOST = 8


@dataclass(frozen=True)
class Checked:
    """One filed check, and who went on which day."""

    row: HomeCheck
    visitor: str
    companion: str
    visited_on: date


def checks_of_household(case: Case, *, by: Actor) -> list[Checked]:
    """Return the newest checks of a case's household, the newest first, in one statement."""
    require(by.role, Action.READ_FILE)
    query = (
        select(HomeCheck, Visit.visitor_name, Visit.companion, Visit.visited_on)
        .join(Visit, Visit.id == HomeCheck.visit_id)
        .where(HomeCheck.household_id == case.household_id)
    )
    return [Checked(*found) for found in db.session.execute(query.order_by(HomeCheck.id.desc()).limit(MOST))]
