"""The register of stations: which places have one, who heads it, who works there, and what is vacant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Action, Role, require
from backend.db import db
from backend.errors import NotFound
from backend.models import Identity, Region, Staff, Station, StationMember
from backend.services.stations import head_of

LEVEL_OF = {6: "county", 9: "township", 12: "village"}


@dataclass(frozen=True)
class StationLine:
    """One place and its station, if it has one; `head` is None where nobody is there who could be."""

    code: str
    name: str
    station: Station | None
    head: StationMember | None
    members: Sequence[StationMember]

    @property
    def wrong(self) -> str:
        """What is vacant, in words; empty where nothing is."""
        if self.station is None:
            return "还没有建站"
        return "缺站长" if self.head is None else ""


@dataclass(frozen=True)
class Coverage:
    """How many places of one level have a station (建站覆盖率)."""

    level: str
    places: int
    founded: int
    headed: int


def lines(*, by: Actor, below: str = "") -> list[StationLine]:
    """Return the places of the actor's place, its own first; the county sees townships, or one township's villages."""
    require(by.role, Action.READ_STATIONS)
    top = below if below.startswith(by.region_code) and below else by.region_code[:12]
    within = or_(Region.code == top, Region.parent_code == top)
    return _lines(within)


def coverage(*, by: Actor) -> list[Coverage]:
    """Return coverage level by level, of the actor's place."""
    require(by.role, Action.READ_STATIONS)
    top = by.region_code[:12]
    townships = select(Region.code).where(Region.parent_code == top)
    found = _lines(or_(Region.code == top, Region.parent_code == top, Region.parent_code.in_(townships)))
    return [
        Coverage(level, len(here), sum(each.station is not None for each in here), sum(not each.wrong for each in here))
        for digits, level in LEVEL_OF.items()
        if (here := [each for each in found if len(each.code) == digits])
    ]


def one(code: str, *, by: Actor) -> StationLine:
    """Return one place with its station."""
    require(by.role, Action.READ_STATIONS)
    found = _lines(Region.code == code) if code.startswith(by.region_code[:12]) else []
    if not found:
        raise NotFound
    return found[0]


def accounts_at(code: str, *, by: Actor) -> list[tuple[str, str]]:
    """Return who has an account at a place: name and role in words, with the title where there is one."""
    one(code, by=by)
    query = (
        select(Staff.name, Identity.role, Identity.title)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Identity.region_code == code, Identity.ended_at.is_(None), Staff.is_active)
        .order_by(Identity.id)
    )
    return [(name, title or ROLE_NAMES[Role(role)]) for name, role, title in db.session.execute(query)]


def _lines(within: ColumnElement[bool]) -> list[StationLine]:
    query = (
        select(Region.code, Region.name, Station)
        .outerjoin(Station, Station.code == Region.code)
        .where(within, Region.level.in_(LEVEL_OF.values()))
        .order_by(Region.code)
    )
    rows = db.session.execute(query).all()
    members = _members([row.code for row in rows if row.Station is not None])
    return [
        StationLine(
            code, name, station, head_of(station, members.get(code, ())) if station else None, members.get(code, ())
        )
        for code, name, station in rows
    ]


def _members(codes: Sequence[str]) -> Mapping[str, list[StationMember]]:
    found: dict[str, list[StationMember]] = {}
    query = select(StationMember).where(StationMember.station_code.in_(codes), StationMember.until_on.is_(None))
    for member in db.session.scalars(query.order_by(StationMember.id)):
        found.setdefault(member.station_code, []).append(member)
    return found
