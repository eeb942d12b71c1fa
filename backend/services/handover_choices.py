"""What whoever plans a hand-over may choose from: posts that they give, places and people of their own."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from backend.access.actor import Actor
from backend.access.permissions import GIVES, LEVEL_OF_ROLE, Action, Role, require
from backend.db import db
from backend.models import Identity, Region, Staff
from backend.services.deputy_choices import MOST_LISTED, Somebody

FORMER = "former"
"""The level of a place that was merged into another: it is offered nowhere, and still answers."""


def places(*, by: Actor) -> Sequence[Region]:
    """Return the places of the actor's whose posts they give, in the order of their codes."""
    require(by.role, Action.PLAN_HANDOVER)
    below = select(Region.code).where(Region.parent_code == by.region_code)
    inside = or_(Region.code == by.region_code, Region.parent_code == by.region_code, Region.parent_code.in_(below))
    return db.session.scalars(select(Region).where(inside, Region.level != FORMER).order_by(Region.code)).all()


def roles(offered: Sequence[Region], *, by: Actor) -> dict[Role, int]:
    """Return the posts that the actor gives at these places, each with the digits of its code."""
    levels = {len(place.code) for place in offered}
    given = (role for role in LEVEL_OF_ROLE if role in GIVES[by.role])
    return {role: LEVEL_OF_ROLE[role] for role in given if LEVEL_OF_ROLE[role] in levels}


def people(*, by: Actor, named: str = "") -> Sequence[Somebody]:
    """Return the county's staff with their posts, by name, at most `MOST_LISTED`; `named` is how a name begins."""
    require(by.role, Action.PLAN_HANDOVER)
    query = select(Identity).join(Staff, Staff.id == Identity.staff_id)
    query = query.where(Staff.county_code == by.county_code, Staff.is_active, Identity.ended_at.is_(None))
    if len(by.region_code) > len(by.county_code):
        villages = select(Region.code).where(Region.parent_code == by.region_code)
        grids = select(Region.code).where(Region.parent_code.in_(villages))
        query = query.where(
            or_(
                Identity.region_code == by.region_code,
                Identity.region_code.in_(villages),
                Identity.region_code.in_(grids),
            )
        )
    if named:
        query = query.where(Staff.name.startswith(named, autoescape=True))
    rows = db.session.scalars(
        query.options(joinedload(Identity.staff)).order_by(Staff.name, Staff.id, Identity.id).limit(3 * MOST_LISTED)
    )
    found: dict[int, list[Identity]] = {}
    for hat in rows.unique():
        if len(found) == MOST_LISTED and hat.staff_id not in found:
            break
        found.setdefault(hat.staff_id, []).append(hat)
    return [Somebody(staff_id, hats[0].staff.name, hats) for staff_id, hats in found.items()]
