"""A family parts in mid-case (拆户、离婚): the case follows who is at risk, the others get a household of their own.

Source: practice P25. Nobody's paper is torn up: what a person signed stays with the person, a receipt with its holder.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import Scoped, as_system
from backend.db import Base, db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound
from backend.models import AccountHousehold, Case, Declaration, Household, Kinship, Person
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.privacy.current import keys
from backend.privacy.seal import Place, unseal
from backend.privacy.texts import clean_text
from backend.services import money
from backend.services.check_people import people_of
from backend.services.corrections import HEAD, MOST_WORDS, OTHER, make_head
from backend.services.intake import Origin, Spoken, take_in
from backend.services.phone_index import hand_phone_on
from backend.workflow import engine, telling
from backend.workflow.duties import CHECK_ANEW, CHECK_ANEW_FROM_OUTSIDE, Opening
from backend.workflow.engine import find_case
from backend.workflow.kin import has_kin_in_office
from backend.workflow.procedure import row_for
from backend.workflow.refusals import refuse_ended
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties
from backend.workflow.ties import refuse_kin

SPLIT, DIVORCE = "split_family", "divorce"
KINDS = {SPLIT: "分家立户", DIVORCE: "离婚"}
"""Why a family parts; each is the event's own name in the history."""
SELF = "self"


@dataclass(frozen=True)
class SplitForm:
    """Who is at risk (`follows`: the case goes on with them), why the family parts, and the head of each part.

    A head needs naming only where the old one is in the other part and more than one person is left. `visit_others`:
    the village looks at the new household too, as it does at any clue.
    """

    follows: tuple[int, ...]
    kind: str = SPLIT
    head_id: int | None = None
    other_head_id: int | None = None
    visit_others: bool = True


@dataclass(frozen=True)
class _Part:
    people: Sequence[Person]
    head: Person

    @property
    def names(self) -> set[str]:
        return {each.name for each in self.people}


@use_case
def split(case_id: int, form: SplitForm, *, by: Actor, words: str) -> tuple[Case, Household]:
    """Part a family in mid-case; return the case, which goes on, and the provisional household of the others.

    Dates, duties and receipts stay as they are; whoever judges the file has to look again, after a home check of the
    family as it is now. What is on its way to it is flagged. The new household is a clue of its own. A phone follows
    the member who holds it; one that nobody can tell whose it is reads neither file until it is confirmed anew.
    Errors: `Invalid` names each field; `NotPossibleNow` once the case has ended; `NotFound` for somebody else's member.
    """
    require(by.role, Action.CORRECT_FAMILY)
    said = clean_text(words, most=MOST_WORDS, field="words")
    case = find_case(case_id)
    refuse_kin(case, by)
    refuse_ended(case)
    staying, leaving = _parts(case, form)
    other = _household_of(leaving, case)
    _move_people(leaving, other)
    unclear = _share_phones(case, staying, leaving, other)
    _copy_kinship(case, other)
    make_head(case, staying.head, OTHER)
    case.content_version += 1
    detail = {"household": str(other.id), "left": len(leaving.people), "phones_to_confirm": unclear}
    engine.note(case, form.kind, by=by, reason=Reason(words=said), detail=detail)
    _ask_anew(case, by)
    money.flag(case, form.kind, by=by)
    telling.tell_applicants(case, SPLIT, by=by, reason=Reason(), due_on=None)
    if form.visit_others:
        _look_at(case, other, by)
    return case, other


def _ask_anew(case: Case, by: Actor) -> None:
    """Have the family that the case follows looked at again, where a home check of the old one lies on file."""
    row = row_for(Action.CHECK_ANEW, State(case.state), case.procedure)
    if row is None or any(Kind(task.kind) is Kind.CHECK_ANEW for task in open_duties(case.id)):
        return
    duty = CHECK_ANEW_FROM_OUTSIDE if has_kin_in_office(case.household_id) else CHECK_ANEW
    engine.owe(case, "check_anew_asked", Opening(duty), by=by)


def _look_at(case: Case, other: Household, by: Actor) -> None:
    """Make the new household a clue: nobody has looked at how it stands alone."""
    with as_system("a new household is a clue"):
        what = f"分户后另立一户，原来的受理编号是{case.number}。"
        spoken = Spoken(other.village_code, other.head_name, case.risk, what=what, household_id=other.id)
        take_in(spoken, Origin("visit_find", clock.today()), by=by, policy=current_policy(case.county_code))


def _parts(case: Case, form: SplitForm) -> tuple[_Part, _Part]:
    people = people_of(case.household_id)
    chosen = set(form.follows)
    if chosen - {each.id for each in people}:
        raise NotFound
    staying = [each for each in people if each.id in chosen]
    leaving = [each for each in people if each.id not in chosen]
    complaints = Complaints()
    if form.kind not in KINDS:
        complaints.add("kind", "请选择是分家立户还是离婚。")
    if not staying or not leaving:
        complaints.add("follows", "请勾选有困难、这一件接着为他们办的家人；至少一位，也不能是全家。")
    complaints.raise_if_any()
    heads = [
        complaints.take(lambda: _head(staying, form.head_id, "head_id"), None),
        complaints.take(lambda: _head(leaving, form.other_head_id, "other_head_id"), None),
    ]
    complaints.raise_if_any()
    first, second = (each for each in heads if each is not None)
    return _Part(staying, first), _Part(leaving, second)


def _head(people: Sequence[Person], head_id: int | None, field: str) -> Person:
    """Return who leads one part: who was named, the old head, or the only one there is."""
    if head_id is not None:
        named = next((each for each in people if each.id == head_id), None)
        if named is None:
            raise Invalid.field(field, "户主要从这一边的家人里选。")
        return named
    found = next((each for each in people if each.relation == HEAD), people[0] if len(people) == 1 else None)
    if found is None:
        raise Invalid.field(field, "原户主不在这一边，请选一位户主。")
    return found


def _household_of(leaving: _Part, case: Case) -> Household:
    household_id = new_id()
    other = Household(
        id=household_id,
        household_id=household_id,
        head_name=leaving.head.name,
        is_provisional=True,
        made_at=clock.now(),
        **same_place(case),
    )
    db.session.add(other)
    db.session.flush()
    return other


def _move_people(leaving: _Part, other: Household) -> None:
    """Give whoever leaves, and every row that speaks of one of them alone, the new household."""
    for person in leaving.people:
        person.household_id = other.id
        if person.relation == HEAD:
            person.relation = OTHER
    leaving.head.relation = HEAD
    for row in _rows_about([each.id for each in leaving.people]):
        row.household_id = other.id
    db.session.flush()


def _rows_about(people: Sequence[int]) -> Iterator[Any]:
    """Yield every row about one of these people, whatever table comes to be: index, authorizations, comparisons."""
    for mapper in Base.registry.mappers:
        table: Any = mapper.class_
        if issubclass(table, Scoped) and hasattr(table, "person_id"):
            yield from db.session.scalars(select(table).where(table.person_id.in_(people)))


def _share_phones(case: Case, staying: _Part, leaving: _Part, other: Household) -> int:
    """Let each confirmed phone follow the member who holds it; return how many are nobody's until confirmed anew."""
    cases = select(Case.id).where(Case.household_id == case.household_id)
    declared = db.session.scalars(select(Declaration).where(Declaration.case_id.in_(cases))).all()
    _move_number(case, leaving, declared, other)
    links = select(AccountHousehold).where(
        AccountHousehold.household_id == case.household_id, AccountHousehold.withdrawn_at.is_(None)
    )
    unclear = 0
    for link in db.session.scalars(links):
        holders = {_holder(each) for each in declared if each.account_id == link.account_id}
        if _are_all(holders, leaving, staying):
            link.household_id = other.id
        elif not _are_all(holders, staying, leaving):
            link.withdrawn_at = clock.now()
            unclear += 1
    return unclear


def _holder(declaration: Declaration) -> str | None:
    return declaration.head_name if declaration.relation == SELF else declaration.declarer_name


def _are_all(holders: Iterable[str | None], part: _Part, others: _Part) -> bool:
    """Say whether holders of a phone are known and all of one part, and of no namesake's in the other."""
    found = set(holders)
    return bool(found) and found <= part.names - others.names


def _move_number(case: Case, leaving: _Part, declared: Iterable[Declaration], other: Household) -> None:
    """Let the telephone number on file go with whoever declared from it themself and leaves."""
    household = db.session.scalars(select(Household).where(Household.id == case.household_id)).one()
    if household.phone_sealed is None:
        return
    number = _number("households", household.id, household.phone_sealed)
    own = [each for each in declared if each.relation == SELF and each.head_name in leaving.names]
    if any(_number("declarations", each.id, each.phone_sealed) == number for each in own):
        other.phone_confirmed_at, household.phone_confirmed_at = household.phone_confirmed_at, None
        hand_phone_on(number, household, other)


def _number(table: str, row: int, sealed: str) -> str:
    return unseal(sealed, keys=keys(), place=Place(table, "phone_sealed", row))


def _copy_kinship(case: Case, other: Household) -> None:
    """Let whoever has to recuse for the old family recuse for both parts: nobody can tell whose kin they are."""
    query = select(Kinship).where(Kinship.household_id == case.household_id, Kinship.ended_at.is_(None))
    for row in db.session.scalars(query).all():
        db.session.add(
            Kinship(
                id=new_id(),
                household_id=other.id,
                staff_id=row.staff_id,
                official_name=row.official_name,
                post=row.post,
                relation=row.relation,
                registered_by=row.registered_by,
                registered_at=row.registered_at,
                **same_place(other),
            )
        )
