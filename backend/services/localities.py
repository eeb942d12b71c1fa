"""The villages and townships that a form offers, within the place of whoever fills it in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db
from backend.models import Region
from backend.workflow import places


@dataclass(frozen=True)
class Township:
    """A township and those of its villages that lie within reach."""

    code: str
    name: str
    villages: Sequence[tuple[str, str]]


def townships_within(*, by: Actor) -> list[Township]:
    """Return the townships and villages of the actor's place, in the order of their codes."""
    query = select(Region.code, Region.name, Region.level).where(
        Region.code.startswith(by.county_code), Region.level.in_(("township", "village"))
    )
    rows = db.session.execute(query.order_by(Region.code)).all()
    places.remember({row.code: row.name for row in rows})
    mine = [row for row in rows if row.code.startswith(by.region_code) or by.region_code.startswith(row.code)]
    return [
        Township(
            row.code,
            row.name,
            [(each.code, each.name) for each in mine if each.level == "village" and each.code.startswith(row.code)],
        )
        for row in mine
        if row.level == "township"
    ]
