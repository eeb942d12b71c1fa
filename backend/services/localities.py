"""The villages and townships that a form offers, within the place of whoever fills it in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db
from backend.models import Region
from backend.workflow import places

TOWN_DIGITS = 9


@dataclass(frozen=True)
class Township:
    """A township and those of its villages that lie within reach."""

    code: str
    name: str
    villages: Sequence[tuple[str, str]]


def townships_within(*, by: Actor) -> list[Township]:
    """Return the townships and villages of the actor's place, in the order of their codes."""
    return _townships(by.county_code, by.region_code)


def townships_of(county_code: str) -> list[Township]:
    """Return every township and village of a county: a family registered here may live in any of them."""
    return _townships(county_code, county_code)


def _townships(county_code: str, within: str) -> list[Township]:
    # A township's desk needs its own villages only, not the county's few hundred.
    near = within[:TOWN_DIGITS] if len(within) >= TOWN_DIGITS else county_code
    query = select(Region.code, Region.name, Region.level).where(
        Region.code.startswith(near), Region.level.in_(("township", "village"))
    )
    rows = db.session.execute(query.order_by(Region.code)).all()
    places.remember({row.code: row.name for row in rows})
    mine = [row for row in rows if row.code.startswith(within) or within.startswith(row.code)]
    return [
        Township(
            row.code,
            row.name,
            [(each.code, each.name) for each in mine if each.level == "village" and each.code.startswith(row.code)],
        )
        for row in mine
        if row.level == "township"
    ]
