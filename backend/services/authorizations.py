"""承诺授权书: who of a family may be compared; a member who was not reached is not, and the case goes on (P13)."""

from dataclasses import asdict, dataclass

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import Authorization, Case, Person
from backend.models.places import same_place
from backend.policy.county import current_policy, policy_of
from backend.services.authorization_forms import AuthorizationForm, check_form
from backend.services.check_people import people_of
from backend.services.sealing import MOST_SHORT, Sealer, needed
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.guards import is_ongoing

SIGNED, NOT_REACHED = "signed", "not_reached"


@dataclass(frozen=True)
class Member:
    """One member of the household and what counts of their word, if anything."""

    person: Person
    authorization: Authorization | None

    @property
    def is_valid(self) -> bool:
        """Whether this member may be compared today."""
        row, today = self.authorization, clock.today()
        if row is None or row.status != SIGNED or row.withdrawn_on is not None:
            return False
        return row.signed_on is not None and row.until_on is not None and row.signed_on <= today <= row.until_on

    @property
    def why_not(self) -> str:
        """The code of the policy's dictionary that says why this member is not compared."""
        row = self.authorization
        if row is not None and row.withdrawn_on is not None:
            return "withdrawn"
        return NOT_REACHED if row is not None and row.status == NOT_REACHED else "no_authorization"


def members_of(case: Case) -> list[Member]:
    """Return every living member of the case's household with the newest word each has given."""
    people = people_of(case.household_id)
    newest = (
        select(func.max(Authorization.id))
        .where(Authorization.person_id.in_([each.id for each in people]))
        .group_by(Authorization.person_id)
    )
    rows = db.session.scalars(select(Authorization).where(Authorization.id.in_(newest))).all()
    words = {row.person_id: row for row in rows}
    return [Member(each, words.get(each.id)) for each in people]


def read_members(case_id: int, *, by: Actor) -> tuple[Case, list[Member]]:
    """Return a case's members and their words, for whoever may ask for an authorization."""
    require(by.role, Action.AUTHORIZE)
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    return case, members_of(case)


@use_case
def authorize(case_id: int, form: AuthorizationForm, *, by: Actor) -> Authorization:
    """Record that a member allows the comparison: on paper, by video, by a guardian, or on their own phone.

    Errors: `Invalid` names each field; `NotFound` for a case or member outside the actor's reach.
    """
    require(by.role, Action.AUTHORIZE)
    case = _ongoing(case_id)
    person = _person(case, form.person_id)
    policy = policy_of(case.county_code, case.policy_version)
    checked = check_form(form, by, case, policy)
    row = _row(case, person, by)
    row.status, row.way, row.mark, row.guardian = SIGNED, form.way, form.mark, checked.guardian
    row.signed_on, row.until_on = checked.signed_on, checked.until_on
    row.filled_in_by, row.was_read_aloud = checked.filled_in_by, form.was_read_aloud
    row.witnesses = [asdict(each) for each in checked.witnesses]
    row.paper_sha256 = form.paper_sha256
    db.session.add(row)
    engine.note(case, "authorize", by=by, detail={"authorization": str(row.id)})
    return row


@use_case
def note_not_reached(case_id: int, person_id: int, *, by: Actor, why: str) -> Authorization:
    """Record that a member could not be reached: not compared, and nobody waits for a signature."""
    require(by.role, Action.AUTHORIZE)
    if not by.is_staff:
        raise Invalid.field("person_id", "请把联系不上的家人告诉村里，由村里登记。")
    case = _ongoing(case_id)
    person = _person(case, person_id)
    row = _row(case, person, by)
    row.status = NOT_REACHED
    row.why_sealed = Sealer("authorizations", row.id).keep("why_sealed", needed(why, "why", MOST_SHORT))
    db.session.add(row)
    engine.note(case, "not_reached", by=by, detail={"authorization": str(row.id)})
    return row


@use_case
def withdraw(authorization_id: int, *, by: Actor, consequence_told: bool) -> Authorization:
    """Take an authorization back: nothing is compared from now on, and the case goes on without it.

    Errors: `Invalid` when nobody has been told what follows (`consequence_of`); `NotPossibleNow` when it ended.
    """
    require(by.role, Action.AUTHORIZE)
    found = db.session.scalars(select(Authorization).where(Authorization.id == authorization_id)).one_or_none()
    if found is None:
        raise NotFound
    if not consequence_told:
        raise Invalid.field("consequence_told", "请先把收回以后会怎样讲清楚，再确认收回。")
    case = find_case(found.case_id)
    if found.status != SIGNED or found.withdrawn_on is not None:
        raise NotPossibleNow("这份授权已经不在了。")
    found.withdrawn_on, found.consequence_told = clock.today(), True
    engine.note(case, "withdraw_authorization", by=by, detail={"authorization": str(found.id)})
    return found


def text_of(case: Case) -> str:
    """Return the words that are signed, by the rules of the case."""
    return policy_of(case.county_code, case.policy_version).texts["authorization"]


def consequence_of(case: Case) -> str:
    """Return what to tell somebody who takes their word back."""
    return policy_of(case.county_code, case.policy_version).texts["authorization_withdrawn"]


def consequence_for(county_code: str) -> str:
    """Return the same for whoever reads their own consents, by the county's rules of today."""
    return current_policy(county_code).texts["authorization_withdrawn"]


def _ongoing(case_id: int) -> Case:
    case = find_case(case_id)
    if not is_ongoing(case):
        raise NotPossibleNow("这一户已经办结，不用再签授权书。")
    return case


def _person(case: Case, person_id: int) -> Person:
    query = select(Person).where(Person.id == person_id, Person.household_id == case.household_id)
    person = db.session.scalars(query).one_or_none()
    if person is None:
        raise NotFound("这一户没有登记这位家人，请先在家庭成员里登记。")
    return person


def _row(case: Case, person: Person, by: Actor) -> Authorization:
    return Authorization(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        person_id=person.id,
        policy_version=case.policy_version,
        recorded_by=by.id,
        recorded_role=by.role,
        recorded_at=clock.now(),
        **same_place(case),
    )
