"""The register of kin (近亲属备案): asked once, seen by discipline inspection, heeded in every step (practice P32)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound
from backend.models import Case, Kinship, Staff
from backend.models.places import same_place
from backend.policy import Policy
from backend.policy.county import policy_of
from backend.privacy.names import clean_name
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.kin import has_kin_in_office
from backend.workflow.places import owner_region
from backend.workflow.states import Kind
from backend.workflow.tasks import ask_again, open_duties

MOST_LISTED = 500


@dataclass(frozen=True)
class KinForm:
    """Whose relative the family is: somebody who uses the program (`staff_id`), or an official by name."""

    post: str
    relation: str
    official_name: str = ""
    staff_id: int | None = None


@use_case
def register(case_id: int, form: KinForm, *, by: Actor) -> Kinship:
    """Register that a family is related to somebody in office: the relative recuses, outsiders do the home check.

    A home check already owed goes to the township at once.
    """
    require(by.role, Action.REGISTER_KIN)
    case = find_case(case_id)
    name = _checked(form, by, policy_of(case.county_code, case.policy_version))
    row = Kinship(
        id=new_id(),
        household_id=case.household_id,
        staff_id=form.staff_id,
        official_name=name,
        post=form.post,
        relation=form.relation,
        registered_by=by.id,
        registered_at=clock.now(),
        **same_place(case),
    )
    db.session.add(row)
    db.session.flush()
    engine.note(case, "register_kin", by=by, detail={"kinship": str(row.id)})
    give_visit_to(case)
    return row


@use_case
def end(case_id: int, kinship_id: int, *, by: Actor) -> None:
    """Take an entry back that was wrong, or is over; the visit goes back to the village if nobody else is kin."""
    require(by.role, Action.READ_KIN)
    case = find_case(case_id)
    query = select(Kinship).where(
        Kinship.id == kinship_id, Kinship.household_id == case.household_id, Kinship.ended_at.is_(None)
    )
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    row.ended_at = clock.now()
    db.session.flush()
    engine.note(case, "end_kin", by=by, detail={"kinship": str(row.id)})
    give_visit_to(case)


def registered(*, by: Actor) -> Sequence[Kinship]:
    """Return the register of the actor's place, for the township, the county and discipline inspection."""
    require(by.role, Action.READ_KIN)
    query = select(Kinship).where(Kinship.ended_at.is_(None)).order_by(Kinship.id.desc()).limit(MOST_LISTED)
    return db.session.scalars(query).all()


def give_visit_to(case: Case) -> None:
    """Let the right desk owe the case's home check: the township's where somebody in office is kin."""
    role = Role.TOWN_REVIEW if has_kin_in_office(case.household_id) else Role.VILLAGE
    for task in open_duties(case.id):
        if task.kind == Kind.VISIT and task.role != role:
            task.role, task.owner_region = role, owner_region(role, case.village_code)
            ask_again(case, task)


def _checked(form: KinForm, by: Actor, policy: Policy) -> str:
    if form.post not in policy.dictionaries["kin_posts"]:
        raise Invalid.field("post", "请选择是村干部、网格员还是别的公职。")
    if form.relation not in policy.dictionaries["kin_relations"]:
        raise Invalid.field("relation", "请选择是什么亲属关系。")
    if form.staff_id is None:
        return clean_name(form.official_name, field="official_name")
    query = select(Staff.name).where(Staff.id == form.staff_id, Staff.county_code == by.county_code)
    name = db.session.scalar(query)
    if name is None:
        raise Invalid.field("staff_id", "没有找到这位工作人员。")
    return name
