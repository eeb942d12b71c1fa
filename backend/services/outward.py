"""A place's figures as they may leave the office, on a wall and on paper: small groups hidden, also from the next wall.

What is hidden of a township on the county's wall stays hidden on the township's own, and its villages do not add up to
it. For that the places beside are looked at, also by somebody who may not read them: nothing of them is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.db import db
from backend.models import Figures
from backend.privacy.small_groups import BESIDE, Guarded, guard

COLUMNS = ("under_way", "on_village", "on_township", "on_county", "late", "watched", "without_contact")
"""What a place's board lists of the places below it, of the group `families`."""
DECIDED = "decided"
SUMS = {"channels": "channels", DECIDED: "days"}
"""Numbers of a place that are no column but stand beside their parts: the group of which each is the sum."""


@dataclass(frozen=True)
class Out:
    """What of a place stays hidden because of the places beside it."""

    hidden: frozenset[str]

    def guard(self, parts: Sequence[int], of: str = "") -> Guarded:
        """Return parts of one of the place's numbers, named by `of`, as they may leave."""
        return guard(parts, hide_total=of in self.hidden)


def number(figures: Figures, name: str) -> int:
    """Return one of a place's numbers."""
    if name in SUMS:
        return sum(figures.counts.get(SUMS[name], {}).values())
    found: Mapping[str, int] = figures.counts.get("families", {})
    return found.get(name, 0)


def out_of(figures: Figures) -> Out:
    """Return what has to stay hidden of a place."""
    if not figures.parent_code:
        return Out(frozenset())
    parent = db.session.get(Figures, figures.parent_code)
    if parent is None:
        return Out(frozenset())
    above, beside = out_of(parent), below(parent.region_code)
    place = [row.region_code for row in beside].index(figures.region_code)
    return Out(
        frozenset(
            name
            for name in (*COLUMNS, *SUMS)
            if above.guard([number(row, name) for row in beside], name).parts[place] == BESIDE
        )
    )


def below(code: str) -> Sequence[Figures]:
    """Return the figures of the places inside one, in the order of their codes."""
    query = select(Figures).where(Figures.parent_code == code).order_by(Figures.region_code)
    return db.session.scalars(query).all()
