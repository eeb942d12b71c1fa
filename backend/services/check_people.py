"""The people of a family, as a home check finds them: read for it, and written down after it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from backend import clock
from backend.db import db, new_id
from backend.errors import Complaints, Invalid
from backend.models import Case, Person
from backend.models.places import same_place
from backend.policy.assessment import HomeCheckForm, Member
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number, plain_id_number
from backend.privacy.names import clean_name
from backend.privacy.seal import Place, unseal
from backend.privacy.seal import seal as sealed_text
from backend.services.known import index_anew, index_of, is_registered_elsewhere


def people_of(household_id: int) -> Sequence[Person]:
    """Return the living people of a household, the longest known first."""
    query = select(Person).where(Person.household_id == household_id, Person.is_member)
    return db.session.scalars(query.order_by(Person.id)).all()


def id_number_of(person: Person) -> str:
    """Return a person's ID number in clear, or nothing; the caller answers for it."""
    if person.id_sealed is None:
        return ""
    return unseal(person.id_sealed, keys=keys(), place=Place("people", "id_sealed", person.id))


def completed(form: HomeCheckForm, case: Case) -> HomeCheckForm:
    """Return the form with names cleaned and with what is known filled in: ID numbers, and what they say.

    Errors: `Invalid` for a name that is none, or for a person who is not of this household.
    """
    known, complaints = {person.id: person for person in people_of(case.household_id)}, Complaints()
    members = tuple(
        complaints.take(lambda each=each, index=index: _completed(each, index, known), each)  # type: ignore[misc]
        for index, each in enumerate(form.members)
    )
    complaints.raise_if_any()
    return replace(form, members=members)


def elsewhere(form: HomeCheckForm, case: Case) -> frozenset[int]:
    """Return which members' ID numbers are registered in another household of the county too."""
    return frozenset(
        index
        for index, each in enumerate(form.members)
        if each.id_number
        and is_registered_elsewhere(
            case.county_code, tuple(index_of(each.id_number).values()), household_id=case.household_id
        )
    )


def write_down(form: HomeCheckForm, case: Case, doubles: frozenset[int]) -> list[int]:
    """Bring the household's people up to date with what was found; return the ids of those registered twice.

    Children with a household of their own are written in the check, never as people of this household.
    """
    people, twice = list(people_of(case.household_id)), []
    for index, member in enumerate(form.members):
        if member.split_off:
            continue
        person = next((each for each in people if _is(each, member)), None)
        if person is None:
            person = Person(id=new_id(), household_id=case.household_id, name=member.name, **same_place(case))
            people.append(person)
            db.session.add(person)
        person.name, person.relation = member.name, member.relation
        person.no_document = member.no_document or None
        if member.id_number:
            set_id_number(person, member.id_number, is_unique=index not in doubles)
        if index in doubles:
            twice.append(person.id)
    return twice


def set_id_number(person: Person, number: str, *, is_unique: bool) -> None:
    """Seal a person's ID number; one that another household has too is not indexed until people have settled it."""
    if id_number_of(person) != number:
        person.id_sealed = sealed_text(number, keys=keys(), place=Place("people", "id_sealed", person.id))
    index_anew(person, index_of(number) if is_unique else {})


def _is(person: Person, member: Member) -> bool:
    if member.person_id is not None:
        return person.id == member.person_id
    if member.id_number and person.id_sealed:
        return id_number_of(person) == member.id_number
    return person.name == member.name


def _completed(member: Member, index: int, known: dict[int, Person]) -> Member:
    place = f"members.{index}."
    name = clean_name(member.name, field=place + "name")
    number = plain_id_number(member.id_number) if member.id_number else ""
    if member.person_id is not None:
        if member.person_id not in known:
            raise Invalid.field(place + "name", "这位家人不在这一户的名单里，请重新打开表格。")
        number = number or id_number_of(known[member.person_id])
    return _with_what_the_number_says(replace(member, name=name, id_number=number))


def _with_what_the_number_says(member: Member) -> Member:
    try:
        read = parse_id_number(member.id_number[:18], today=clock.today())
    except Invalid:
        return member  # a wrong number is for the rules to say
    return replace(member, birth_on=read.birth, sex=read.sex)
