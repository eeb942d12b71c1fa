"""Who comes into a family and who leaves it: told by anybody, true once the village has confirmed it; none is erased.

Source: domain 2.3 (自然增减, every change a row), practice S6. Households split and merge here while no case is on its
way; in mid-case `splits` and `mergers` do it, for a case follows whoever is at risk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, OutOfDate
from backend.models import Household, MemberChange, Person, Task
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.privacy.names import clean_name
from backend.services import member_moves
from backend.services.check_people import people_of
from backend.services.corrections import OTHER
from backend.services.member_moves import COMES, MERGED, OFF_ROSTER
from backend.services.sealing import Sealer, optional
from backend.services.watches import day_done
from backend.workflow.duties import MEMBER_CHANGE
from backend.workflow.states import Kind
from backend.workflow.tasks import close_duty, open_lone_duty

PROPOSED, CONFIRMED, DROPPED = "proposed", "confirmed", "dropped"


@dataclass(frozen=True)
class ChangeForm:
    """Who came or went, how and when; `person_id` None is somebody new, `other_household_id` where they went to."""

    kind: str
    happened_on: date
    person_id: int | None = None
    name: str = field(default="", repr=False)
    relation: str = OTHER
    other_household_id: int | None = None
    words: str = ""


@use_case
def tell(household_id: int, form: ChangeForm, *, by: Actor) -> MemberChange:
    """Write down that somebody came or went; the village confirms it in its list, and only then it is so."""
    require(by.role, Action.TELL_CHANGE)
    household = _found(household_id)
    return propose(household, form, _checked(form, household), by=by)


def propose(household: Household, form: ChangeForm, person: Person | None, *, by: Actor) -> MemberChange:
    """Put a change before the village, inside the caller's transaction."""
    row_id = new_id()
    row = MemberChange(
        id=row_id,
        household_id=household.id,
        kind=form.kind,
        person_id=person.id if person else None,
        name=person.name if person else clean_name(form.name, field="name"),
        relation=form.relation,
        other_household_id=form.other_household_id,
        happened_on=day_done(form.happened_on, "happened_on"),
        words_sealed=Sealer("member_changes", row_id).keep("words_sealed", optional(form.words, "words")),
        outcome=PROPOSED,
        told_by=by.id,
        told_by_name=by.name,
        told_at=clock.now(),
        **same_place(household),
    )
    open_lone_duty(
        MEMBER_CHANGE,
        place=same_place(household),
        owner_region=household.village_code,
        name=household.head_name,
        detail={"change": str(row.id)},
        household_id=household.id,
    )
    db.session.add(row)
    return row


@use_case
def settle(change_id: int, confirmed: bool, *, by: Actor, version: int) -> MemberChange:
    """Confirm a change, which then takes effect, or drop it; `version` is that of its duty."""
    require(by.role, Action.SETTLE_CHANGE)
    row = db.session.scalars(select(MemberChange).where(MemberChange.id == change_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    if row.outcome != PROPOSED:
        raise OutOfDate(f"这一条已经由{row.settled_by_name}确认过了。")
    task = _duty(row)
    if task is None or task.version != version:
        raise OutOfDate
    household = _found(row.household_id)
    if confirmed:
        member_moves.apply(row, household, by)
    row.outcome = CONFIRMED if confirmed else DROPPED
    row.settled_by_name, row.settled_at = by.name, clock.now()
    close_duty(task, by=by, how=Action.SETTLE_CHANGE, version=task.version + 1)
    return row


def absent_from_roster(household: Household, people: Sequence[Person], *, by: Actor) -> None:
    """Ask the village about members whom a newer roster does not name; once each, and nobody is taken out by it."""
    gone = {each.id: each for each in people if each.is_member}
    query = select(MemberChange.person_id).where(
        MemberChange.person_id.in_(gone), MemberChange.kind == OFF_ROSTER, MemberChange.outcome != CONFIRMED
    )
    asked = set(db.session.scalars(query)) if gone else set()
    for person in gone.values():
        if person.id not in asked:
            form = ChangeForm(OFF_ROSTER, clock.today(), relation=person.relation)
            propose(household, form, person, by=by)


def waiting(*, by: Actor, size: int = 200) -> Sequence[tuple[MemberChange, Task]]:
    """Return what the village has still to confirm, the oldest first."""
    require(by.role, Action.READ_WATCHES)
    query = select(MemberChange).where(MemberChange.outcome == PROPOSED).order_by(MemberChange.id).limit(size)
    found = [(row, _duty(row)) for row in db.session.scalars(query)]
    return [(row, task) for row, task in found if task is not None]


def changes_of(household_id: int, *, by: Actor) -> Sequence[MemberChange]:
    """Return a household's history of members, the latest first."""
    require(by.role, Action.TELL_CHANGE)
    household = _found(household_id)
    query = select(MemberChange).where(MemberChange.household_id == household.id)
    return db.session.scalars(query.order_by(MemberChange.id.desc())).all()


def _found(household_id: int) -> Household:
    household = db.session.scalars(select(Household).where(Household.id == household_id)).one_or_none()
    if household is None:
        raise NotFound
    return household


def _checked(form: ChangeForm, household: Household) -> Person | None:
    words, complaints = current_policy(household.county_code).dictionaries, Complaints()
    people = {each.id: each for each in people_of(household.id)}
    person = people.get(form.person_id) if form.person_id is not None else None
    if form.kind not in words["member_changes"]:
        complaints.add("kind", "请选择是哪一种变动。")
    if form.person_id is not None and person is None:
        complaints.add("person_id", "这位家人不在这一户的名单里。")
    if form.person_id is None and form.kind not in COMES:
        complaints.add("person_id", "请选择是家里哪一位。")
    if form.relation not in words["relations"]:
        complaints.add("relation", "请选择和户主的关系。")
    if form.kind == MERGED:
        complaints.take(lambda: _other(form, household), None)
    complaints.take(lambda: optional(form.words, "words"), "")
    complaints.raise_if_any()
    return person


def _other(form: ChangeForm, household: Household) -> Household:
    if form.other_household_id is None or form.other_household_id == household.id:
        raise Invalid.field("other_household_id", "请选择并到哪一户。")
    try:
        return _found(form.other_household_id)
    except NotFound:
        raise Invalid.field("other_household_id", "没有找到要并到的那一户。") from None


def _duty(row: MemberChange) -> Task | None:
    query = select(Task).where(
        Task.household_id == row.household_id, Task.kind == Kind.MEMBER_CHANGE, Task.open_due.is_not(None)
    )
    return next((task for task in db.session.scalars(query) if task.detail.get("change") == str(row.id)), None)
