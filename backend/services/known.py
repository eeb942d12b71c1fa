"""The one way to ask whether an ID number is known: it answers ids only, never rows."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import or_, select

from backend.access.scope import as_system
from backend.db import db
from backend.models import Household, Person, PersonDigest


class KnownPerson(NamedTuple):
    """A person that the county knows, and the household they belong to."""

    person_id: int
    household_id: int
    name_fits: bool


def known_person(county_code: str, digests: Sequence[str], *, name: str) -> KnownPerson | None:
    """Find a person of the county by the blind index of their ID number, and say whether the name fits too.

    `digests` holds the digest under every key of the ring: more than one only while keys are rotated.
    A number that fits and a name that does not is a doubt for people to settle, never a match.
    """
    with as_system("is this ID number known?"):
        query = (
            select(Person.id, Person.household_id, or_(Person.name == name, Household.head_name == name).label("fits"))
            .join(PersonDigest, PersonDigest.person_id == Person.id)
            .join(Household, Household.id == Person.household_id)
            .where(PersonDigest.county_code == county_code, PersonDigest.digest.in_(digests))
        )
        found = db.session.execute(query.limit(1)).first()
    return KnownPerson(found.id, found.household_id, bool(found.fits)) if found else None
