"""Names of places and where a duty lies, read so often that each process remembers them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.db import db
from backend.models import County, Region

REMEMBERED_SECONDS = 60.0
CHOSEN_FROM = ("township", "village")
VILLAGE_COMMITTEE, RESIDENTS_COMMITTEE = "村民委员会", "居民委员会"
PRACTICE = ("99", "98", "97")
"""How the codes of practice counties begin: no province has such digits (GB/T 2260)."""


class Named(NamedTuple):
    """What is known of a place: its name, its level and its telephone (a county's is the one its people call)."""

    name: str
    level: str
    phone: str
    leads_to: str | None = None


_names: dict[str, tuple[float, str]] = {}
_places: dict[str, tuple[float, Named]] = {}
_children: dict[str, tuple[float, Sequence[tuple[str, str]]]] = {}


def name_of(code: str) -> str:
    """Return a place's name, or its code where nobody has named it; remembered for a minute."""
    known = _names.get(code)
    if known and clock.monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    found = place(code)
    remember({code: found.name if found else code})
    return _names[code][1]


def called(code: str) -> str:
    """Return what people call a place: 大东关村, not 大东关村村民委员会."""
    return short(name_of(code))


def short(name: str) -> str:
    """Return a place's name without the committee that the national list of codes puts behind a village's."""
    if name.endswith(VILLAGE_COMMITTEE):
        return name.removesuffix(VILLAGE_COMMITTEE).removesuffix("村") + "村"
    return name.removesuffix(RESIDENTS_COMMITTEE) or name


def place(code: str) -> Named | None:
    """Return what is known of a place; remembered for a minute, but a code that nobody knows is not."""
    known = _places.get(code)
    if known and clock.monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    # Whoever asks for one village will soon ask for those beside it: one statement a township, not one a village.
    parent = select(Region.parent_code).where(Region.code == code).scalar_subquery()
    which = (Region.code, Region.name, Region.level, Region.phone, Region.leads_to)
    query = select(*which, County.phone.label("county_phone"))
    rows = db.session.execute(query.outerjoin(County, County.code == Region.code).where(Region.parent_code == parent))
    moment = clock.monotonic()
    for row in rows:
        _places[row.code] = (moment, Named(row.name, row.level, row.phone or row.county_phone or "", row.leads_to))
    known = _places.get(code)
    return known[1] if known and known[0] == moment else None


def is_practice(code: str) -> bool:
    """Say whether a place lies in a practice county: nothing of it ever leaves the house (practice P50)."""
    return code.startswith(PRACTICE)


def lead_on(code: str) -> str:
    """Return the code that counts today: a merged place leads on to where its people are now (practice P49)."""
    seen = {code}
    while (to := _leads_to(code)) is not None and to not in seen:
        seen.add(to)
        code = to
    return code


def _leads_to(code: str) -> str | None:
    found = place(code)
    return found.leads_to if found is not None else None


def children_of(code: str) -> Sequence[tuple[str, str]]:
    """Return the places right below one, with their names, in the order of their codes; remembered for a minute."""
    known = _children.get(code)
    if known and clock.monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    # Whoever chooses among them is mostly at home in the place itself, and the page names that too.
    near = and_(Region.parent_code == code, Region.level.in_(CHOSEN_FROM))
    query = select(Region.code, Region.name).where(or_(near, Region.code == code)).order_by(Region.code)
    names = {row.code: row.name for row in db.session.execute(query)}
    remember(names)
    found = [(below, name) for below, name in names.items() if below != code]
    _children[code] = (clock.monotonic(), found)
    return found


def have_at_hand(codes: Iterable[str]) -> None:
    """Read in one statement those of the names that are not remembered: a page's worth, or a batch's."""
    moment = clock.monotonic()
    unnamed = {code for code in codes if code not in _names or moment - _names[code][0] >= REMEMBERED_SECONDS}
    if unnamed:
        named = select(Region.code, Region.name).where(Region.code.in_(unnamed))
        remember({row.code: row.name for row in db.session.execute(named)})


def remember(names: dict[str, str]) -> None:
    """Take the names that somebody has read anyway."""
    moment = clock.monotonic()
    _names.update({code: (moment, name) for code, name in names.items()})


def forget() -> None:
    """Read every place afresh: after regions were loaded or renamed."""
    _names.clear()
    _places.clear()
    _children.clear()


def owner_region(role: Role, village_code: str) -> str:
    """Return the code, at the level of `role`, of the place that owes a duty for a family of this village."""
    return village_code[: LEVEL_OF_ROLE[role]]
