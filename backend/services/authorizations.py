"""承诺授权书: who of a family may be compared; a member who was not reached is not, and the case goes on (P13)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow
from backend.models import Authorization, Case, Identity, Person, Staff
from backend.models.places import same_place
from backend.policy import Policy
from backend.policy.county import policy_of
from backend.privacy.names import clean_name
from backend.services.sealing import MOST_SHORT, Sealer, needed
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.guards import is_ongoing

SIGNED, NOT_REACHED = "signed", "not_reached"
PAPER, OWN_PHONE, VIDEO, GUARDIAN = "paper", "own_phone", "video", "guardian"
MARKS = ("thumbprint", "mark")
WITNESSES_OF_A_MARK = 2


@dataclass(frozen=True)
class Witness:
    """Somebody who saw it; of the two who see a mark made, one is no cadre."""

    name: str
    is_cadre: bool = False


@dataclass(frozen=True)
class AuthorizationForm:
    """How one member gave their word; a `mark` stands for the signature of somebody unable to write."""

    person_id: int
    way: str = PAPER
    signed_on: date | None = None
    until_on: date | None = None
    filled_in_by: str = ""
    mark: str | None = None
    witnesses: tuple[Witness, ...] = ()
    was_read_aloud: bool = False
    guardian: str = ""


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
    people = db.session.scalars(
        select(Person).where(Person.household_id == case.household_id, Person.died_on.is_(None)).order_by(Person.id)
    ).all()
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
    checked = _check(form, by, case, policy)
    row = _row(case, person, by)
    row.status, row.way, row.mark, row.guardian = SIGNED, form.way, form.mark, checked.guardian
    row.signed_on, row.until_on = checked.signed_on, checked.until_on
    row.filled_in_by, row.was_read_aloud = checked.filled_in_by, form.was_read_aloud
    row.witnesses = [asdict(each) for each in checked.witnesses]
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


@dataclass(frozen=True)
class _Checked:
    signed_on: date
    until_on: date
    filled_in_by: str
    guardian: str
    witnesses: tuple[Witness, ...]


def _check(form: AuthorizationForm, by: Actor, case: Case, policy: Policy) -> _Checked:
    complaints = Complaints()
    signed_on = form.signed_on or clock.today()
    until_on = form.until_on or signed_on + timedelta(days=policy.numbers["authorization_days"])
    nobody: tuple[Witness, ...] = ()
    witnesses = complaints.take(lambda: _check_witnesses(form.witnesses), nobody)
    guardian = complaints.take(lambda: _check_guardian(form), "")
    filled_in = form.filled_in_by or by.name
    filled_in_by = complaints.take(lambda: clean_name(filled_in, field="filled_in_by") if filled_in else "", "")
    complaints.take(lambda: _check_way(form.way, by, policy), None)
    if signed_on > clock.today():
        complaints.add("signed_on", "签字日期不能晚于今天。")
    if until_on < signed_on:
        complaints.add("until_on", "到期日期不能早于签字日期。")
    if form.way == VIDEO and not witnesses:
        complaints.add("witnesses", "视频授权要写明见证人。")
    if form.mark is not None:
        _check_mark(form, witnesses, case, complaints)
    complaints.raise_if_any()
    return _Checked(signed_on, until_on, filled_in_by, guardian, witnesses)


def _check_way(way: str, by: Actor, policy: Policy) -> None:
    if way not in policy.dictionaries["authorization_ways"]:
        raise Invalid.field("way", "请选择授权的办法。")
    if (by.role is Role.FARMER) != (way == OWN_PHONE):
        raise Invalid.field("way", "本人手机上的授权由本人办，其他办法请村里登记。")


def _check_guardian(form: AuthorizationForm) -> str:
    if form.way != GUARDIAN:
        return ""
    if not form.guardian.strip():
        raise Invalid.field("guardian", "请写明监护人是谁。")
    return clean_name(form.guardian, field="guardian")


def _check_witnesses(witnesses: Sequence[Witness]) -> tuple[Witness, ...]:
    return tuple(Witness(clean_name(each.name, field="witnesses"), each.is_cadre) for each in witnesses)


def _check_mark(form: AuthorizationForm, witnesses: Sequence[Witness], case: Case, complaints: Complaints) -> None:
    """Whoever cannot write makes a mark before two witnesses, one of them no cadre, after it was read aloud (P13)."""
    if form.mark not in MARKS:
        complaints.add("mark", "请选择按手印或画押。")
    if len({each.name for each in witnesses}) < WITNESSES_OF_A_MARK:
        complaints.add("witnesses", "不会写字的，要有两位见证人。")
    else:
        cadres = _cadres_of(case)
        if all(each.is_cadre or each.name in cadres for each in witnesses):
            complaints.add("witnesses", "两位见证人里要有一位不是干部。")
    if not form.was_read_aloud:
        complaints.add("was_read_aloud", "请先把授权书念给本人听，再登记。")


def _cadres_of(case: Case) -> set[str]:
    """Return the names of those who work for the village or its township: none of them is a witness from outside."""
    query = (
        select(Staff.name)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Identity.region_code.in_([case.village_code, case.township_code]), Identity.ended_at.is_(None))
    )
    return set(db.session.scalars(query))
