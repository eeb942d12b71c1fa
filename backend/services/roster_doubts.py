"""Doubts between a file and what the county knew: both sides shown, and what somebody decides about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import Household, Person, PersonDigest, RosterDoubt, Task
from backend.privacy.mask import mask_id
from backend.services.imports.household_content import HouseholdRow
from backend.services.imports.household_matching import WHY_DOUBT, Match
from backend.services.imports.household_writing import add_households, change_households
from backend.services.known import index_of
from backend.services.sealing import Sealer
from backend.workflow.states import Kind
from backend.workflow.tasks import close_duty

SAME, OTHER, DROPPED = "same", "other", "dropped"
HOW_NAMES = {SAME: "是同一户，按花名册补齐", OTHER: "不是同一户，另立一户", DROPPED: "花名册写错了，不导入"}


@dataclass(frozen=True)
class Someone:
    """A member as either side has them: name, relation and a masked number."""

    name: str
    relation: str
    number: str


@dataclass(frozen=True)
class Side:
    """A household as one side has it."""

    head_name: str
    village_code: str
    people: Sequence[Someone]


@dataclass(frozen=True)
class BothSides:
    """A doubt with what the county knows and what the file says."""

    doubt: RosterDoubt
    why: str
    known: Side
    theirs: Side
    case_id: int | None


def open_doubts(*, by: Actor, size: int = 100) -> Sequence[RosterDoubt]:
    """Return the doubts of the actor's place that nobody has settled, the oldest first."""
    require(by.role, Action.SETTLE_ROSTER)
    query = select(RosterDoubt).where(RosterDoubt.settled_at.is_(None)).order_by(RosterDoubt.id)
    return db.session.scalars(query.limit(size)).all()


def both_sides(doubt_id: int, *, by: Actor) -> BothSides:
    """Return a doubt with both its sides; numbers are masked on both."""
    require(by.role, Action.SETTLE_ROSTER)
    doubt = _find(doubt_id)
    household = db.session.scalars(select(Household).where(Household.id == doubt.household_id)).one()
    people = db.session.scalars(select(Person).where(Person.household_id == household.id).order_by(Person.id))
    known = [
        Someone(each.name, each.relation, _masked(Sealer("people", each.id).open("id_sealed", each.id_sealed)))
        for each in people
    ]
    theirs = _theirs(doubt)
    said = [Someone(each.name, each.relation, _masked(each.id_number or "")) for each in theirs.members]
    return BothSides(
        doubt=doubt,
        why=WHY_DOUBT[doubt.why],
        known=Side(household.head_name, household.village_code, known),
        theirs=Side(theirs.head_name, theirs.village_code, said),
        case_id=household.open_case_id,
    )


@use_case
def settle(doubt_id: int, how: str, *, by: Actor) -> RosterDoubt:
    """Settle a doubt: the same household, another one, or a mistake of the roster; it is asked once.

    Whoever's number is registered in another household keeps it there: one number finds one person.
    """
    require(by.role, Action.SETTLE_ROSTER)
    if how not in HOW_NAMES:
        raise Invalid.field("how", "请选一项。")
    doubt = _find(doubt_id, locked=True)
    if doubt.settled_at is not None:
        raise NotPossibleNow(f"{doubt.settled_by_name}已经核对过：{HOW_NAMES[doubt.settled_how or DROPPED]}。")
    if how != DROPPED:
        with as_system("a doubt about the roster is settled"):
            _write(doubt, how, by)
    doubt.settled_how, doubt.settled_at = how, clock.now()
    doubt.settled_by, doubt.settled_by_name = by.id, by.name
    task = db.session.scalars(select(Task).where(Task.id == doubt.task_id, Task.kind == Kind.ROSTER_DOUBT)).one()
    close_duty(task, by=by, how=how, version=task.version + 1)
    return doubt


def _write(doubt: RosterDoubt, how: str, by: Actor) -> None:
    content = _theirs(doubt)
    index = {each.id_number: index_of(each.id_number) for each in content.members if each.id_number}
    digests = {digest: number for number, under in index.items() for digest in under.values()}
    query = select(PersonDigest.digest, PersonDigest.person_id).where(
        PersonDigest.county_code == doubt.county_code, PersonDigest.digest.in_(list(digests))
    )
    known = {digests[row.digest]: row.person_id for row in db.session.execute(query)}
    match = Match("changed", index, doubt.household_id, known=known)
    if how == OTHER:
        add_households([(content, match)])
    else:
        change_households([(content, match)], by=by)


def _find(doubt_id: int, *, locked: bool = False) -> RosterDoubt:
    query = select(RosterDoubt).where(RosterDoubt.id == doubt_id)
    doubt = db.session.scalars(query.with_for_update() if locked else query).one_or_none()
    if doubt is None:
        raise NotFound
    return doubt


def _theirs(doubt: RosterDoubt) -> HouseholdRow:
    words = Sealer("roster_doubts", doubt.id).open("theirs_sealed", doubt.theirs_sealed)
    return HouseholdRow.from_words(words)


def _masked(number: str) -> str:
    return mask_id(number) if number else "没有登记"
