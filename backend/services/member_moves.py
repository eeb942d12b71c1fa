"""What a confirmed change does to a household: who is in it, who leads it, who of it is sent or visited no more."""

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, new_id
from backend.errors import NotFound, NotPossibleNow
from backend.models import Case, Household, MemberChange, Person, PersonDigest, Task, Watch
from backend.models.places import same_place
from backend.services import farewells
from backend.services.check_people import people_of
from backend.services.corrections import HEAD, OTHER, make_head
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.tasks import close_duty

OFF_ROSTER = "off_roster"
"""Somebody whom a newer roster does not name any more: asked, never concluded."""

COMES = frozenset({"birth", "married_in", "moved_in", "left_army", "released"})
LEAVES = frozenset({"married_out", "moved_out", OFF_ROSTER})
DEATH, SPLIT, MERGED = "death", "split", "merged"


def apply(row: MemberChange, household: Household, by: Actor) -> None:
    """Let a confirmed change be so, inside the caller's transaction."""
    person = _person(row)
    if row.kind in COMES and person is None:
        row.person_id = new_id()
        db.session.add(
            Person(
                id=row.person_id,
                household_id=household.id,
                name=row.name,
                relation=row.relation,
                no_document="not_registered" if row.kind == "birth" else "not_at_hand",
                **same_place(household),
            )
        )
    if person is None:
        return
    if row.kind == DEATH:
        person.died_on = row.happened_on
        _stop_messages(person, household)
    if row.kind in LEAVES:
        person.left_on = row.happened_on
    if row.kind == SPLIT:
        _split(person, household, row)
    if row.kind == MERGED and row.other_household_id is not None:
        other = _household(row.other_household_id)
        person.relation = row.relation if row.relation != HEAD else OTHER
        _move(person, other)
        _keep_a_head(other)
    _keep_a_head(household)
    if not people_of(household.id):
        _visit_nobody(household, by)


def _household(household_id: int) -> Household:
    found = db.session.scalars(select(Household).where(Household.id == household_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _person(row: MemberChange) -> Person | None:
    if row.person_id is None:
        return None
    return db.session.scalars(select(Person).where(Person.id == row.person_id)).one_or_none()


def _split(person: Person, household: Household, row: MemberChange) -> None:
    """Give whoever leaves a household of their own, in the same place; the old one goes on with the others."""
    if household.open_case_id is not None:
        raise NotPossibleNow("这一户有一件正在办理，分户请在那一件里登记。")
    other = Household(
        id=new_id(), head_name=person.name, is_provisional=True, made_at=clock.now(), **same_place(household)
    )
    other.household_id = other.id
    db.session.add(other)
    db.session.flush()
    row.other_household_id = other.id
    person.relation = HEAD
    _move(person, other)


def _move(person: Person, other: Household) -> None:
    """Give a person and their number to another household, with its place: that is who may read them."""
    for row in (person, *db.session.scalars(select(PersonDigest).where(PersonDigest.person_id == person.id))):
        row.household_id = other.id
        for level, code in same_place(other).items():
            setattr(row, level, code)


def _stop_messages(person: Person, household: Household) -> None:
    """Send the dead nothing more, of whatever case they asked for help in."""
    with as_system("messages to the dead stop"):
        for case in db.session.scalars(select(Case).where(Case.household_id == household.id)):
            farewells.stop_messages(case, person)


def _keep_a_head(household: Household) -> None:
    """Keep a head for the household as long as anybody is in it; an empty one is merged or gone.

    The name stands on what is owed to the household from now, and on its open case.
    """
    db.session.flush()
    people, old = people_of(household.id), household.head_name
    if not people or any(each.relation == HEAD for each in people):
        return
    people[0].relation, household.head_name = HEAD, people[0].name
    if household.open_case_id is not None:
        make_head(find_case(household.open_case_id), people[0], OTHER)
    owed = select(Task).where(Task.household_id == household.id, Task.open_due.is_not(None), Task.head_name == old)
    watches = select(Watch).where(Watch.household_id == household.id, Watch.head_name == old)
    for row in (*db.session.scalars(owed), *db.session.scalars(watches)):
        row.head_name = household.head_name


def _visit_nobody(household: Household, by: Actor) -> None:
    """Close the visit that is owed to a household whose last member has gone; the sweep makes no other one."""
    query = select(Task).where(Task.household_id == household.id, Task.open_due.is_not(None))
    for task in db.session.scalars(query.where(Task.kind == Kind.REGULAR_VISIT).with_for_update()):
        close_duty(task, by=by, how=Action.SETTLE_CHANGE, version=task.version + 1)
