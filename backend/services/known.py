"""The one way to ask whether an ID number is known: it answers ids only, never rows."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import or_, select

from backend.access.scope import as_system
from backend.db import db
from backend.models import Household, Person


class KnownPerson(NamedTuple):
    """A person that the county knows, and the household they belong to."""

    person_id: int
    household_id: int


def known_person(county_code: str, digests: Sequence[str], *, name: str) -> KnownPerson | None:
    """Find a person of the county by the blind index of their ID number, if the name fits too.

    `digests` holds the digest under the current key, then, while a rotation is under way, under the one before.
    A number that fits and a name that does not is a doubt for people to settle, never a match.
    """
    with as_system("is this ID number known?"):
        query = (
            select(Person.id, Person.household_id)
            .join(Household, Household.id == Person.household_id)
            .where(
                Person.county_code == county_code,
                or_(Person.id_digest.in_(digests), Person.id_digest_before.in_(digests)),
                or_(Person.name == name, Household.head_name == name),
            )
        )
        found = db.session.execute(query.limit(1)).first()
    return KnownPerson(*found) if found else None


def is_registered_elsewhere(county_code: str, digests: Sequence[str], *, household_id: int) -> bool:
    """Say whether an ID number is registered in another household of the county, and nothing about which."""
    with as_system("is this ID number registered in another household too?"):
        query = select(Person.id).where(
            Person.county_code == county_code,
            or_(Person.id_digest.in_(digests), Person.id_digest_before.in_(digests)),
            Person.household_id != household_id,
        )
        return db.session.scalar(query.limit(1)) is not None
