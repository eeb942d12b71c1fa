"""Whom a leader may choose when naming a deputy: people nearby, and the posts of the own place."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from backend.access.actor import Actor
from backend.access.permissions import LEVEL_OF_ROLE, Action, Role, require
from backend.db import db
from backend.models import Deputy, Identity, Region, Staff
from backend.workflow.tasks import DESK_OF

MOST_LISTED = 300
TOWNSHIP_DIGITS = 9


@dataclass(frozen=True)
class Somebody:
    """A member of staff to choose from, with the posts that they hold."""

    staff_id: int
    name: str
    posts: Sequence[Identity]


def people_to_choose(*, by: Actor, named: str = "") -> Sequence[Somebody]:
    """Return who may be named near the actor: the whole county's staff for the county, else those of the township.

    At most `MOST_LISTED`, by name; `named` is how a name begins.
    """
    require(by.role, Action.NAME_DEPUTY)
    query = select(Identity).join(Staff, Staff.id == Identity.staff_id)
    query = query.where(Staff.county_code == by.county_code, Staff.is_active, Identity.ended_at.is_(None))
    if len(by.region_code) > len(by.county_code):
        query = query.where(Identity.region_code.in_(_codes_within(by.region_code[:TOWNSHIP_DIGITS])))
    if wanted := named.strip():
        query = query.where(Staff.name.startswith(wanted, autoescape=True))
    rows = db.session.scalars(query.options(joinedload(Identity.staff)).order_by(Staff.name, Staff.id, Identity.id))
    found: dict[int, list[Identity]] = {}
    for hat in rows.unique():
        if len(found) == MOST_LISTED and hat.staff_id not in found:
            break
        found.setdefault(hat.staff_id, []).append(hat)
    return [Somebody(staff_id, hats[0].staff.name, hats) for staff_id, hats in found.items()]


def places_to_choose(*, by: Actor) -> Sequence[Region]:
    """Return every place of the actor's whose posts may get a deputy, in the order of their codes."""
    require(by.role, Action.NAME_DEPUTY)
    return db.session.scalars(
        select(Region).where(Region.code.in_(_codes_within(by.region_code))).order_by(Region.code)
    ).all()


def posts_to_choose(places: Sequence[Region]) -> dict[Role, int]:
    """Return the roles that may get a deputy at these places, each with the digits of its code."""
    levels = {len(place.code) for place in places}
    return {role: LEVEL_OF_ROLE[role] for role in DESK_OF if LEVEL_OF_ROLE[role] in levels}


def names_of(rows: Sequence[Deputy]) -> dict[int, str]:
    """Return the names of everybody in these deputyships."""
    ids = {each for row in rows for each in (row.deputy_id, row.stands_for) if each is not None}
    if not ids:
        return {}
    return {row.id: row.name for row in db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))}


def _codes_within(code: str) -> Select[str]:
    """Return the codes of a place and of the two levels below it."""
    below = select(Region.code).where(Region.parent_code == code)
    return select(Region.code).where(
        or_(Region.code == code, Region.parent_code == code, Region.parent_code.in_(below)), Region.leads_to.is_(None)
    )
