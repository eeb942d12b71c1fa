"""Names of places and where a duty lies, read so often that each process remembers them."""

from typing import NamedTuple

from sqlalchemy import select

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.db import db
from backend.models import County, Region

REMEMBERED_SECONDS = 60.0


class Named(NamedTuple):
    """What is known of a place: its name, its level and its telephone (a county's is the one its people call)."""

    name: str
    level: str
    phone: str


_names: dict[str, tuple[float, str]] = {}
_places: dict[str, tuple[float, Named]] = {}


def name_of(code: str) -> str:
    """Return a place's name, or its code where nobody has named it; remembered for a minute."""
    known = _names.get(code)
    if known and clock.monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    found = place(code)
    remember({code: found.name if found else code})
    return _names[code][1]


def place(code: str) -> Named | None:
    """Return what is known of a place; remembered for a minute, but a code that nobody knows is not."""
    known = _places.get(code)
    if known and clock.monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    # Whoever asks for one village will soon ask for those beside it: one statement a township, not one a village.
    parent = select(Region.parent_code).where(Region.code == code).scalar_subquery()
    query = select(Region.code, Region.name, Region.level, Region.phone, County.phone.label("county_phone"))
    rows = db.session.execute(query.outerjoin(County, County.code == Region.code).where(Region.parent_code == parent))
    moment = clock.monotonic()
    for row in rows:
        _places[row.code] = (moment, Named(row.name, row.level, row.phone or row.county_phone or ""))
    known = _places.get(code)
    return known[1] if known and known[0] == moment else None


def remember(names: dict[str, str]) -> None:
    """Take a page's worth of names at once."""
    moment = clock.monotonic()
    _names.update({code: (moment, name) for code, name in names.items()})


def forget() -> None:
    """Read every place afresh: after regions were loaded or renamed."""
    _names.clear()
    _places.clear()


def owner_region(role: Role, village_code: str) -> str:
    """Return the code, at the level of `role`, of the place that owes a duty for a family of this village."""
    return village_code[: LEVEL_OF_ROLE[role]]
