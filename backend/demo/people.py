"""Invented households for demonstrations: valid in form, and impossible to belong to anybody.

* **ID numbers** have 18 digits, a real birth date and a right check digit (GB 11643). Their region code does not exist:
  its third and fourth digits are 71-89 or 91-99. By the rule of GB/T 2260 those two are 01-20 and 51-70 for cities,
  21-50 for prefectures and 90 for counties directly under a province, so that no county is, was or can be coded so
  (looked up: none of the 2,978 counties of the NBS list of 2023 is). Nobody can have been given such a number.
* **Telephones** begin with 154, the one block of 15x that no operator was given; 11 digits, as every form asks.
* **Names** are put together at random from common signs, with a few rare ones and a few long ones with a dot. Such a
  name may well be somebody's, as 王伟 is; nothing else here can be.

The same seed makes the same people, on every machine.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from backend.demo.words import (
    COMPOUND_SURNAMES,
    FEMALE_SIGNS,
    HARDSHIPS,
    MALE_SIGNS,
    NAMES_WITH_A_DOT,
    RARE_SIGNS,
    SURNAMES,
    YOUNG_SIGNS,
)

AS_OF = date(2026, 1, 1)
"""Ages are as of this day, unless the caller names another."""

MALE, FEMALE = "male", "female"
PROVINCES = (13, 34, 36, 46, 62)
UNASSIGNED_CITIES = (*range(71, 90), *range(91, 100))
COUNTIES = 99
PHONE_PREFIX = "154"

_SEQUENCES = 499
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_PHONES = 10**8
_PHONE_STEP = 61_803_399
_ADULT, _WORKING_UNTIL, _OLD, _SCHOOL = 18, 60, 70, 6
_YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """A member of a household; `relation`, `health` and `labour` are codes of the policy's dictionaries."""

    name: str
    sex: str
    born_on: date
    id_number: str
    relation: str
    health: str
    labour: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class InventedHousehold:
    """A household in a village, the risk that it runs and its trouble in its own words."""

    village_code: str
    members: tuple[InventedPerson, ...]
    risk: str
    hardship: str

    @property
    def head(self) -> InventedPerson:
        """Return the head of the household, who always has a telephone."""
        return self.members[0]


class _Role(NamedTuple):
    """Who is in a family: relation to the head, sex, and how many years younger than the head (negative: older)."""

    relation: str
    sex: str
    younger: tuple[int, int]


_WIFE = _Role("spouse", FEMALE, (-2, 5))
_SON, _DAUGHTER = _Role("son", MALE, (22, 32)), _Role("daughter", FEMALE, (22, 32))
_FATHER, _MOTHER = _Role("father", MALE, (-30, -23)), _Role("mother", FEMALE, (-28, -21))
_GRANDSON = _Role("grandson", MALE, (46, 54))
_DAUGHTER_IN_LAW = _Role("daughter_in_law", FEMALE, (22, 30))

_FAMILIES: tuple[tuple[int, str, tuple[int, int], tuple[_Role, ...]], ...] = (
    (14, MALE, (62, 84), ()),
    (8, FEMALE, (64, 88), ()),
    (18, MALE, (60, 82), (_WIFE,)),
    (20, MALE, (32, 50), (_WIFE, _SON, _DAUGHTER)),
    (10, MALE, (32, 50), (_WIFE, _SON)),
    (8, MALE, (34, 52), (_WIFE, _DAUGHTER, _MOTHER)),
    (6, MALE, (34, 52), (_WIFE, _SON, _FATHER, _MOTHER)),
    (6, FEMALE, (34, 52), (_SON, _DAUGHTER)),
    (6, MALE, (56, 72), (_WIFE, _SON, _DAUGHTER_IN_LAW, _GRANDSON)),
    (4, FEMALE, (62, 76), (_GRANDSON,)),
)
"""How many in a hundred families are so; the head's sex and age; the others."""

_RISKS_OF_ALL = ("disaster", "accident", "housing", "water", "other", "business_failure", "job_loss")
_RISK_OF: tuple[tuple[str, Callable[[InventedPerson, int], bool]], ...] = (
    ("illness", lambda person, age: person.health in {"chronic", "serious_illness"}),
    ("disability", lambda person, age: person.health == "disabled"),
    ("schooling", lambda person, age: _SCHOOL <= age <= _ADULT),
)


def households(
    seed: int, count: int, villages: Sequence[str], *, as_of: date = AS_OF, first: int = 0
) -> Iterator[InventedHousehold]:
    """Yield `count` households spread over these villages; no ID number and no telephone comes twice.

    `first` is the serial number of the first person, for a second crowd beside another.

    Raise ValueError without villages, or when more people are asked for than there are such numbers (6.9 million).
    """
    if not villages:
        raise ValueError("a household needs a village")
    random, serial = Random(seed), first  # noqa: S311 - invented people are no secret
    for number in range(count):
        members = _family(random, serial, as_of)
        serial += len(members)
        risk = random.choice(_risks(members, as_of))
        yield InventedHousehold(villages[number % len(villages)], members, risk, random.choice(HARDSHIPS[risk]))


def check_digit(digits: str) -> str:
    """Return the 18th sign of an ID number whose first 17 digits are these (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % len(_CHECK_DIGITS)]


def id_number(serial: int, born_on: date, sex: str) -> str:
    """Return the ID number of the n-th invented person: another `serial` always gives another number."""
    rest, sequence = divmod(serial, _SEQUENCES)
    rest, county = divmod(rest, COUNTIES)
    province, city = divmod(rest, len(UNASSIGNED_CITIES))
    if province >= len(PROVINCES):
        raise ValueError("no impossible ID number is left")
    region = f"{PROVINCES[province]}{UNASSIGNED_CITIES[city]}{county + 1:02}"
    digits = f"{region}{born_on:%Y%m%d}{2 * sequence + (1 if sex == MALE else 2):03}"
    return digits + check_digit(digits)


def phone(serial: int) -> str:
    """Return a telephone number that nobody has; another `serial` gives another one, up to a hundred million."""
    return f"{PHONE_PREFIX}{serial * _PHONE_STEP % _PHONES:08}"


def _family(random: Random, serial: int, as_of: date) -> tuple[InventedPerson, ...]:
    weights = [share for share, *_ in _FAMILIES]
    _, sex, ages, others = random.choices(_FAMILIES, weights)[0]
    age = random.randint(*ages)
    surname = _surname(random)
    head = replace(_person(random, serial, _Role("head", sex, (0, 0)), age, surname, as_of), phone=phone(serial))
    members = [head]
    for role in others:
        years = max(age - random.randint(*role.younger), 0)
        own = surname if role.relation in {"son", "daughter", "grandson", "father"} else _surname(random)
        members.append(_person(random, serial + len(members), role, years, own, as_of))
    return tuple(members)


def _person(random: Random, serial: int, role: _Role, age: int, surname: str, as_of: date) -> InventedPerson:
    born_on = as_of - timedelta(days=int(age * _YEAR_DAYS) + random.randint(1, 364))
    health = _health(random, age)
    has_phone = _ADULT <= age < _OLD and random.random() < 0.8
    return InventedPerson(
        name=_name(random, role.sex, age, surname),
        sex=role.sex,
        born_on=born_on,
        id_number=id_number(serial, born_on, role.sex),
        relation=role.relation,
        health=health,
        labour=_labour(random, age, health),
        phone=phone(serial) if has_phone else None,
    )


def _surname(random: Random) -> str:
    return random.choice(COMPOUND_SURNAMES) if random.random() < 0.01 else random.choice(SURNAMES)


def _name(random: Random, sex: str, age: int, surname: str) -> str:
    """Make a name: two signs or three, now and then a rare sign, one sign alone, or a long name with a dot."""
    chance = random.random()
    if chance < 0.006:
        return random.choice([name for name, whose in NAMES_WITH_A_DOT if whose == sex])
    if chance < 0.008:
        return surname[0]
    signs = YOUNG_SIGNS if age < _ADULT else MALE_SIGNS if sex == MALE else FEMALE_SIGNS
    given = "".join(random.choices(signs, k=1 if chance > 0.75 else 2))
    return surname + (given[:-1] + random.choice(RARE_SIGNS) if chance < 0.02 else given)


def _health(random: Random, age: int) -> str:
    if age >= _WORKING_UNTIL:
        weights = (50, 32, 10, 8)
    elif age >= _ADULT:
        weights = (82, 7, 5, 6)
    else:
        weights = (95, 2, 1, 2)
    return random.choices(("healthy", "chronic", "serious_illness", "disabled"), weights)[0]


def _labour(random: Random, age: int, health: str) -> str:
    if age < _ADULT or age >= _OLD:
        return "none"
    if health in {"serious_illness", "disabled"}:
        return random.choice(("lost", "weak"))
    if age >= _WORKING_UNTIL or health == "chronic":
        return "weak"
    return "skilled" if random.random() < 0.15 else "ordinary"


def _risks(members: tuple[InventedPerson, ...], as_of: date) -> list[str]:
    """Return the risks that fit this family, its own ones weighing as much as those that befall anybody."""
    ages = {person: int((as_of - person.born_on).days / _YEAR_DAYS) for person in members}
    own = [risk for risk, fits in _RISK_OF if any(fits(person, age) for person, age in ages.items())]
    if all(person.labour in {"none", "lost", "weak"} for person in members):
        own.append("no_labour")
        return own * 3 + ["disaster", "accident", "housing", "water", "other"]
    return own * 3 + list(_RISKS_OF_ALL)
