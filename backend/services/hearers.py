"""Who hears of a duty: the desk that owes it, its deputy, and where nobody is there the next one up, who hears why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, ROLE_NAMES, Role
from backend.db import db
from backend.models import Deputy, Identity, Staff
from backend.policy.ladder import Rung
from backend.workflow.places import name_of

RESPONSIBLE = "responsible"

WHO_HEARS: dict[str, tuple[Role, ...]] = {
    "station_head": (Role.HEAD,),
    "town_lead": (Role.TOWN_LEAD,),
    "county_office": (Role.COUNTY_OP,),
    "county_lead": (Role.COUNTY_LEAD,),
}
"""The roles behind the policy's recipients; `responsible` is whoever shares the duty's desk."""

SHARES_DESK: dict[Role, tuple[Role, ...]] = {
    Role.VILLAGE: (Role.VILLAGE, Role.HEAD),
    Role.TOWN_REVIEW: (Role.TOWN_REVIEW, Role.TOWN_OP),
    Role.COUNTY_LEAD: (Role.COUNTY_LEAD, Role.COUNTY_OP),
}
ABOVE: dict[Role, tuple[tuple[Role, ...], ...]] = {
    Role.GRID: ((Role.VILLAGE,), (Role.HEAD,), (Role.TOWN_OP, Role.TOWN_REVIEW), (Role.COUNTY_OP, Role.COUNTY_LEAD)),
    Role.VILLAGE: ((Role.TOWN_OP, Role.TOWN_REVIEW, Role.TOWN_LEAD), (Role.COUNTY_OP, Role.COUNTY_LEAD)),
    Role.TOWN_REVIEW: ((Role.TOWN_LEAD, Role.COUNTY_OP), (Role.COUNTY_LEAD,)),
    Role.COUNTY_LEAD: ((Role.COUNTY_OP,),),
}
"""Where a desk is empty: who hears instead, step by step upwards. A village's desk holds its station head already."""


@dataclass(frozen=True)
class Hearer:
    """Somebody who hears, and why, in words: empty for whoever hears as a matter of course."""

    staff_id: int
    why: str = ""
    is_responsible: bool = True


@dataclass
class Desks:
    """Who is where today, remembered for one sweep: thousands of duties lie at a few hundred desks."""

    today: date = field(default_factory=clock.today)
    _seen: dict[tuple[tuple[Role, ...], str], tuple[Hearer, ...]] = field(default_factory=dict)

    def hearers(self, role: Role, village_code: str, rung: Rung | None) -> list[Hearer]:
        """Return who hears of a duty of `role` for a family of this village at this rung, each once.

        `rung` None: a duty that is new, changed hands or was pressed for, of which its own desk hears.
        """
        found: dict[int, Hearer] = {}
        for name in rung.tells if rung else (RESPONSIBLE,):
            heard = self.responsible(role, village_code) if name == RESPONSIBLE else self._named(name, village_code)
            for each in heard:
                found.setdefault(each.staff_id, each)
        return list(found.values())

    def responsible(self, role: Role, village_code: str) -> Sequence[Hearer]:
        """Return the desk's people and their deputies; where nobody is there, the first level above that has people."""
        desk = self._at(SHARES_DESK.get(role, (role,)), village_code)
        if desk:
            return desk
        for roles in ABOVE.get(role, ()):
            if instead := self._at(roles, village_code):
                empty = f"{name_of(village_code[: LEVEL_OF_ROLE[role]])}暂无{ROLE_NAMES[role]}"
                return [Hearer(each.staff_id, "；".join(filter(None, (empty, each.why)))) for each in instead]
        return ()

    def _named(self, name: str, village_code: str) -> Sequence[Hearer]:
        return [Hearer(each.staff_id, each.why, False) for each in self._at(WHO_HEARS[name], village_code)]

    def _at(self, roles: tuple[Role, ...], village_code: str) -> tuple[Hearer, ...]:
        longest = max(LEVEL_OF_ROLE[role] for role in roles)
        key = roles, village_code[:longest]
        if key not in self._seen:
            self._seen[key] = tuple(self._present(roles, village_code))
        return self._seen[key]

    def _present(self, roles: tuple[Role, ...], village_code: str) -> Iterator[Hearer]:
        """Yield whoever wears one of these hats at the place of their level: deputies in place of who is away."""
        places = {role: village_code[: LEVEL_OF_ROLE[role]] for role in roles}
        holders = _holders(places)
        deputies = _deputies(places, self.today)
        away = {each.stands_for for each in deputies if each.stands_for is not None}
        lent = {each.deputy_id for each in deputies if each.identity_id is not None}
        present = {staff_id for staff_id, _ in holders} - away - lent
        yield from (Hearer(staff_id) for staff_id in sorted(present))
        for each in deputies:
            if each.deputy_id not in present and (each.stands_for is not None or not present):
                post = ROLE_NAMES[Role(each.role)]
                yield Hearer(each.deputy_id, f"代{post}（B角），到{each.until_on.month}月{each.until_on.day}日")


def _holders(places: Mapping[Role, str]) -> set[tuple[int, Role]]:
    query = (
        select(Identity.staff_id, Identity.role, Identity.region_code)
        .join(Staff, Staff.id == Identity.staff_id)
        .where(
            Identity.role.in_(places),
            Identity.region_code.in_(set(places.values())),
            Identity.ended_at.is_(None),
            Staff.is_active,
        )
    )
    return {(staff, Role(role)) for staff, role, region in db.session.execute(query) if places[Role(role)] == region}


def _deputies(places: Mapping[Role, str], today: date) -> list[Deputy]:
    query = (
        select(Deputy)
        .join(Staff, Staff.id == Deputy.deputy_id)
        .where(
            Deputy.region_code.in_(set(places.values())),
            Deputy.role.in_(places),
            Deputy.from_on <= today,
            Deputy.until_on >= today,
            Deputy.ended_at.is_(None),
            Staff.is_active,
        )
        .order_by(Deputy.id)
    )
    return [each for each in db.session.scalars(query) if places[Role(each.role)] == each.region_code]
