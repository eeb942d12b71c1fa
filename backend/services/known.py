"""The one way to ask whether an ID number is known: it answers ids only, never rows."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, bindparam, or_, select

from backend.access.scope import as_system
from backend.db import db
from backend.models import Household, Person, PersonDigest


class KnownPerson(NamedTuple):
    """A person that the county knows, and the household they belong to."""

    person_id: int
    household_id: int
    name_fits: bool


@cache
def _known(keys: int) -> Select[int, int, bool]:
    """Return the question under so many keys: asked at every declaration, and built once."""
    fits = or_(Person.name == bindparam("name"), Household.head_name == bindparam("name"))
    return (
        select(Person.id, Person.household_id, fits.label("fits"))
        .join(PersonDigest, PersonDigest.person_id == Person.id)
        .join(Household, Household.id == Person.household_id)
        .where(
            PersonDigest.county_code == bindparam("county"),
            PersonDigest.digest.in_([bindparam(f"digest_{number}") for number in range(keys)]),
        )
        .limit(1)
    )


def known_person(county_code: str, digests: Sequence[str], *, name: str) -> KnownPerson | None:
    """Find a person of the county by the blind index of their ID number, and say whether the name fits too.

    `digests` holds the digest under every key of the ring: more than one only while keys are rotated.
    A number that fits and a name that does not is a doubt for people to settle, never a match.
    """
    with as_system("is this ID number known?"):
        under = {f"digest_{number}": digest for number, digest in enumerate(digests)}
        found = db.session.execute(_known(len(digests)), {"county": county_code, "name": name, **under}).first()
    return KnownPerson(found.id, found.household_id, bool(found.fits)) if found else None
