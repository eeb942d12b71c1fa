"""Names of places and where a duty lies, read so often that each process remembers them."""

from sqlalchemy import select

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.db import db
from backend.models import Region

REMEMBERED_SECONDS = 60.0
_names: dict[str, tuple[float, str]] = {}


def name_of(code: str) -> str:
    """Return a place's name, or its code where nobody has named it; remembered for a minute."""
    known = _names.get(code)
    if known and clock.monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    name = db.session.scalar(select(Region.name).where(Region.code == code)) or code
    _names[code] = (clock.monotonic(), name)
    return name


def remember(names: dict[str, str]) -> None:
    """Take a page's worth of names at once."""
    moment = clock.monotonic()
    _names.update({code: (moment, name) for code, name in names.items()})


def forget() -> None:
    """Read every name afresh: after regions were loaded or renamed."""
    _names.clear()


def owner_region(role: Role, village_code: str) -> str:
    """Return the code, at the level of `role`, of the place that owes a duty for a family of this village."""
    return village_code[: LEVEL_OF_ROLE[role]]
