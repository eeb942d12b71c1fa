"""A name or a telephone on file put right at the township's desk, as a family may ask (个人信息保护法 46)."""

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Invalid
from backend.models import Case, Declaration, Household, Person
from backend.privacy.mask import mask_phone
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.privacy.texts import clean_text
from backend.services import phone_index
from backend.services.corrections import HEAD, MOST_WORDS, OTHER, make_head, member_of
from backend.services.declarations import SELF
from backend.services.sealing import Sealer
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.steps import Reason
from backend.workflow.ties import refuse_kin


@use_case
def correct_name(case_id: int, person_id: int, name: str, *, by: Actor, words: str) -> Person:
    """Correct how a member's name is written; a head's also where the family is listed by it.

    What was declared stays as it was said. Errors: `Invalid` for no name, or for one that another member has.
    """
    require(by.role, Action.CORRECT_ID)
    said = clean_text(words, most=MOST_WORDS, field="words")
    case = _case(case_id, by)
    person, right = member_of(case, person_id), clean_name(name)
    if right == person.name:
        raise Invalid.field("name", "和登记的一样，不用改。")
    wrong, person.name = person.name, right
    if person.relation == HEAD:
        make_head(case, person, OTHER)
    spoken = Reason(words=f"{wrong} 改为 {right}。{said}")
    engine.note(case, "correct_name", by=by, reason=spoken, detail={"person": str(person.id)})
    return person


@use_case
def correct_phone(case_id: int, phone: str, *, by: Actor, words: str) -> str:
    """Correct the telephone on a family's file and on what it declared itself; return it masked.

    Somebody of the staff answers for it from now, so that codes may be sent to it.
    """
    require(by.role, Action.CORRECT_ID)
    said = clean_text(words, most=MOST_WORDS, field="words")
    case, number = _case(case_id, by), parse_phone(phone, field="phone")
    household = db.session.scalars(select(Household).where(Household.id == case.household_id).with_for_update()).one()
    phone_index.put_on_file(household, number)
    household.phone_confirmed_at = clock.now()
    own = select(Declaration).where(
        Declaration.case_id == case.id, Declaration.relation == SELF, Declaration.joined.is_(False)
    )
    for declaration in db.session.scalars(own):
        declaration.phone_sealed = Sealer("declarations", declaration.id).must("phone_sealed", number)
    shown = mask_phone(number)
    engine.note(case, "correct_phone", by=by, reason=Reason(words=f"改为 {shown}。{said}"))
    return shown


def _case(case_id: int, by: Actor) -> Case:
    case = find_case(case_id)
    refuse_kin(case, by)
    return case
