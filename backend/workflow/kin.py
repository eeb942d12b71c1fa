"""Who is related to whom (近亲属备案): relatives recuse, and such a family is checked from outside the village."""

from sqlalchemy import BindParameter, Select, select

from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.db import db
from backend.models import Kinship

VILLAGE_DIGITS = LEVEL_OF_ROLE[Role.VILLAGE]


def is_kin(staff_id: int, household_id: int) -> bool:
    """Say whether a member of staff is registered as a relative of this household."""
    return db.session.scalar(tie(staff_id, household_id).limit(1)) is not None


def tie(staff_id: int | BindParameter[int], household_id: int | BindParameter[int]) -> Select[int]:
    """Say in SQL that a member of staff is registered as a relative of a household."""
    return select(Kinship.id).where(
        Kinship.staff_id == staff_id, Kinship.household_id == household_id, Kinship.ended_at.is_(None)
    )


def has_kin_in_office(household_id: int) -> bool:
    """Say whether this household is registered as related to anybody in office."""
    query = select(Kinship.id).where(Kinship.household_id == household_id, Kinship.ended_at.is_(None))
    return db.session.scalar(query.limit(1)) is not None


def is_of_the_village(region_code: str) -> bool:
    """Say whether somebody with this place works in a village, and so is no outsider to its families."""
    return len(region_code) >= VILLAGE_DIGITS
