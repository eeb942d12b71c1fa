"""Who hears of a duty: the desk that owes it, its deputy, and where nobody is there the next one up, who hears why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, select

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, ROLE_NAMES, Role
from backend.db import db
from backend.models import Absence, Deputy, Identity, Staff
from backend.policy.ladder import Rung
from backend.workflow.places import have_at_hand, name_of

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
    Role.DEPT: (Role.DEPT,),
}
ABOVE: dict[Role, tuple[tuple[Role, ...], ...]] = {
    Role.GRID: ((Role.VILLAGE,), (Role.HEAD,), (Role.TOWN_OP, Role.TOWN_REVIEW), (Role.COUNTY_OP, Role.COUNTY_LEAD)),
    Role.VILLAGE: ((Role.TOWN_OP, Role.TOWN_REVIEW, Role.TOWN_LEAD), (Role.COUNTY_OP, Role.COUNTY_LEAD)),
    Role.HEAD: ((Role.TOWN_OP, Role.TOWN_REVIEW, Role.TOWN_LEAD), (Role.COUNTY_OP, Role.COUNTY_LEAD)),
    Role.TOWN_REVIEW: ((Role.TOWN_LEAD, Role.COUNTY_OP), (Role.COUNTY_LEAD,)),
    Role.TOWN_LEAD: ((Role.COUNTY_OP, Role.COUNTY_LEAD),),
    Role.COUNTY_OP: ((Role.COUNTY_LEAD,),),
    Role.COUNTY_LEAD: ((Role.COUNTY_OP,),),
    Role.DEPT: ((Role.COUNTY_OP, Role.COUNTY_LEAD),),
}
"""Where a desk or a named post is empty: who hears instead, step by step upwards.

A village's desk holds its station head already."""


@dataclass(frozen=True)
class Hearer:
    """Somebody who hears, and why, in words: empty for whoever hears as a matter of course."""

    staff_id: int
    why: str = ""
    is_responsible: bool = True


class _Standing(NamedTuple):
    """A deputy who stands in today; the longest named comes first."""

    id: int
    role: str
    region_code: str
    deputy_id: int
    stands_for: int | None
    identity_id: int | None
    until_on: date


@dataclass
class Desks:
    """Who is where today, remembered for one sweep: thousands of duties lie at a few hundred desks."""

    today: date = field(default_factory=clock.today)
    _known: set[str] = field(default_factory=set)
    _holders: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    _deputies: dict[tuple[str, str], list[_Standing]] = field(default_factory=lambda: defaultdict(list))
    _present: dict[tuple[tuple[Role, ...], str], tuple[Hearer, ...]] = field(default_factory=dict)
    _heard: dict[tuple[Role, str, tuple[str, ...]], tuple[Hearer, ...]] = field(default_factory=dict)

    def learn(self, village_codes: Iterable[str]) -> None:
        """Read who stands at these places and above them, and their names: three statements for all not known yet."""
        unknown = {code[:digits] for code in village_codes for digits in _LEVELS} - self._known
        if not unknown:
            return
        for row in db.session.execute(_holders(unknown, self.today)):
            self._holders[row.role, row.region_code].add(row.staff_id)
        for each in map(_Standing._make, db.session.execute(_deputies(unknown, self.today))):
            self._deputies[each.role, each.region_code].append(each)
        have_at_hand(unknown)
        self._known |= unknown

    def hearers(self, role: Role, village_code: str, rung: Rung | None) -> Sequence[Hearer]:
        """Return who hears of a duty of `role` for a family of this village at this rung, each once.

        `rung` None: a duty that is new, changed hands or was pressed for, of which its own desk hears.
        """
        tells = rung.tells if rung else (RESPONSIBLE,)
        key = role, village_code, tells
        if key not in self._heard:
            found: dict[int, Hearer] = {}
            for name in tells:
                heard = self.responsible(role, village_code) if name == RESPONSIBLE else self._named(name, village_code)
                for each in heard:
                    found.setdefault(each.staff_id, each)
            self._heard[key] = tuple(found.values())
        return self._heard[key]

    def responsible(self, role: Role, village_code: str) -> Sequence[Hearer]:
        """Return the desk's people and their deputies; where nobody is there, the first level above that has people."""
        return self._at(SHARES_DESK.get(role, (role,)), village_code) or self._above(role, village_code)

    def _named(self, name: str, village_code: str) -> Sequence[Hearer]:
        """Return who holds a post that a rung names; a vacant one is no reason that nobody hears at that rung."""
        roles = WHO_HEARS[name]
        found = self._at(roles, village_code) or self._above(roles[0], village_code)
        return [Hearer(each.staff_id, each.why, False) for each in found]

    def _above(self, role: Role, village_code: str) -> Sequence[Hearer]:
        """Return the people of the first level above that has some, and that they hear because nobody is below."""
        for roles in ABOVE.get(role, ()):
            if instead := self._at(roles, village_code):
                empty = f"{name_of(village_code[: LEVEL_OF_ROLE[role]])}暂无{ROLE_NAMES[role]}"
                return [Hearer(each.staff_id, "；".join(filter(None, (empty, each.why)))) for each in instead]
        return ()

    def _at(self, roles: tuple[Role, ...], village_code: str) -> tuple[Hearer, ...]:
        longest = max(LEVEL_OF_ROLE[role] for role in roles)
        key = roles, village_code[:longest]
        if key not in self._present:
            self.learn([village_code])
            self._present[key] = tuple(self._who_is(roles, village_code))
        return self._present[key]

    def _who_is(self, roles: tuple[Role, ...], village_code: str) -> Iterator[Hearer]:
        """Yield whoever wears one of these hats at the place of their level: deputies in place of who is away."""
        posts = [(str(role), village_code[: LEVEL_OF_ROLE[role]]) for role in roles]
        deputies = sorted(each for post in posts for each in self._deputies.get(post, ()))
        away = {each.stands_for for each in deputies if each.stands_for is not None}
        lent = {(each.role, each.region_code, each.deputy_id) for each in deputies if each.identity_id is not None}
        held = {post: {who for who in self._holders.get(post, ()) if (*post, who) not in lent} - away for post in posts}
        present = {staff_id for staff in held.values() for staff_id in staff}
        yield from (Hearer(staff_id) for staff_id in sorted(present))
        for each in deputies:
            is_empty = not held[each.role, each.region_code]
            if each.deputy_id not in present and (each.stands_for is not None or is_empty):
                post = ROLE_NAMES[Role(each.role)]
                yield Hearer(each.deputy_id, f"代{post}（B角），到{each.until_on.month}月{each.until_on.day}日")


_LEVELS = frozenset(LEVEL_OF_ROLE.values())


def _is_away(today: date) -> ColumnElement[bool]:
    """Say of a row of `Staff` that they are away on this day."""
    absence = select(Absence.id).where(
        Absence.staff_id == Staff.id,
        Absence.from_on <= today,
        Absence.until_on >= today,
        Absence.ended_at.is_(None),
    )
    return absence.exists()


def _holders(places: Set[str], today: date) -> Select[int, Role, str]:
    return (
        select(Identity.staff_id, Identity.role, Identity.region_code)
        .join(Staff, Staff.id == Identity.staff_id)
        .where(Identity.region_code.in_(places), Identity.ended_at.is_(None), Staff.is_active, ~_is_away(today))
    )


def _deputies(places: Set[str], today: date) -> Select[int, str, str, int, int | None, int | None, date]:
    who = (Deputy.deputy_id, Deputy.stands_for, Deputy.identity_id)
    return (
        select(Deputy.id, Deputy.role, Deputy.region_code, *who, Deputy.until_on)
        .join(Staff, Staff.id == Deputy.deputy_id)
        .where(
            Deputy.region_code.in_(places),
            Deputy.from_on <= today,
            Deputy.until_on >= today,
            Deputy.ended_at.is_(None),
            Staff.is_active,
            ~_is_away(today),
        )
        .order_by(Deputy.id)
    )
