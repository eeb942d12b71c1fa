"""Who is known by an ID number: the one way to ask, which answers ids only, and the one way to be found."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, bindparam, or_, select, update

from backend.access.scope import as_system
from backend.db import db, new_id
from backend.models import Household, Person, PersonDigest
from backend.models.places import Place, same_place
from backend.privacy.blind_index import digests_by_key
from backend.privacy.current import keys


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


def is_registered_elsewhere(county_code: str, digests: Sequence[str], *, household_id: int) -> bool:
    """Say whether an ID number is registered in another household of the county, and nothing about which."""
    with as_system("is this ID number registered in another household too?"):
        query = select(PersonDigest.id).where(
            PersonDigest.county_code == county_code,
            PersonDigest.digest.in_(digests),
            PersonDigest.household_id != household_id,
        )
        return db.session.scalar(query.limit(1)) is not None


def index_of(number: str | None) -> dict[str, str]:
    """Return the blind index of an ID number, key id → digest: one under every key of the ring, none for no number."""
    return digests_by_key(number, keys=keys(), kind="id_number") if number else {}


def follow(before_id: int, person: Person) -> None:
    """Let the number of somebody who has left a household find them in the one where they are now.

    Whoever has not left keeps their number: one number finds one person.
    """
    has_left = select(Person.id).where(Person.id == before_id, Person.left_on.is_not(None)).exists()
    mine = update(PersonDigest).where(PersonDigest.person_id == before_id, has_left)
    db.session.execute(
        mine.values(person_id=person.id, household_id=person.household_id, **same_place(person)),
        execution_options={"synchronize_session": False},
    )


def rows_of_index(person_id: int, household_id: int, index: Mapping[str, str], place: Place) -> list[dict[str, object]]:
    """Return what `put_into_index` writes, as rows for a statement that inserts many."""
    whose = {"person_id": person_id, "household_id": household_id, **place}
    return [{"id": new_id(), "key_id": key_id, "digest": digest, **whose} for key_id, digest in index.items()]


def put_into_index(person: Person, index: Mapping[str, str]) -> None:
    """Let a person be found under every key; the database refuses whoever comes second with the same number."""
    db.session.add_all(
        PersonDigest(
            id=new_id(),
            person_id=person.id,
            household_id=person.household_id,
            key_id=key_id,
            digest=digest,
            **same_place(person),
        )
        for key_id, digest in index.items()
    )


def index_anew(person: Person, index: Mapping[str, str]) -> None:
    """Let a person be found by this index and no other: by none while two families claim one number."""
    missing = dict(index)
    for row in db.session.scalars(select(PersonDigest).where(PersonDigest.person_id == person.id)):
        if missing.get(row.key_id) == row.digest:
            del missing[row.key_id]
        else:
            db.session.delete(row)
    db.session.flush()
    put_into_index(person, missing)
