"""Showing one sealed field to somebody who says why; each showing is in the audit before it is on the screen."""

from collections.abc import Callable
from enum import StrEnum

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import NotFound
from backend.models import Case, Declaration, Household, Person
from backend.privacy.current import keys
from backend.privacy.mask import mask_id, mask_phone
from backend.privacy.redaction import scrub
from backend.privacy.seal import Place, unseal
from backend.privacy.texts import clean_text
from backend.services.living import where_they_live
from backend.workflow.engine import find_case
from backend.workflow.trail import record_on_case

MOST_REASON = 200


class Field(StrEnum):
    """What can be revealed, one at a time."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    DECLARED_PHONE = "declared_phone"


FIELD_NAMES = {Field.PHONE: "联系电话", Field.ID_NUMBER: "身份证号", Field.DECLARED_PHONE: "申报时留的电话"}


@use_case
@where_they_live
def reveal(case_id: int, field: Field, *, by: Actor, reason: str) -> str:
    """Return one field in clear and write who saw it and why into the case's audit chain.

    Errors: `Invalid` without a reason; `NotFound` outside the actor's place or where nothing is kept.
    """
    require(by.role, Action.REVEAL)
    why = clean_text(reason, most=MOST_REASON, field="reason")
    case = find_case(case_id)
    value = _OPENERS[field](case)
    if value is None:
        raise NotFound("这一项没有登记。")
    record_on_case(case, by=by, action=Action.REVEAL, detail={"field": field, "why": scrub(why)})
    return value


def masked(case: Case) -> dict[Field, str]:
    """Return every field of a case as everybody sees it: masked."""
    number, phone, declared = _id_number(case), _phone(case), _declared_phone(case)
    shown = {
        Field.ID_NUMBER: mask_id(number) if number else "未登记",
        Field.PHONE: mask_phone(phone) if phone else "未登记",
    }
    if declared and declared != phone:
        shown[Field.DECLARED_PHONE] = mask_phone(declared)
    return shown


def _phone(case: Case) -> str | None:
    household = db.session.scalars(select(Household).where(Household.id == case.household_id)).one()
    if household.phone_sealed is None:
        return None
    return unseal(household.phone_sealed, keys=keys(), place=Place("households", "phone_sealed", household.id))


def _id_number(case: Case) -> str | None:
    query = select(Person).where(Person.household_id == case.household_id, Person.id_sealed.is_not(None))
    person = db.session.scalars(query.order_by(Person.id).limit(1)).first()
    if person is None or person.id_sealed is None:
        return None
    return unseal(person.id_sealed, keys=keys(), place=Place("people", "id_sealed", person.id))


def _declared_phone(case: Case) -> str | None:
    query = select(Declaration).where(Declaration.case_id == case.id).order_by(Declaration.id).limit(1)
    declaration = db.session.scalars(query).first()
    if declaration is None:
        return None
    return unseal(declaration.phone_sealed, keys=keys(), place=Place("declarations", "phone_sealed", declaration.id))


_OPENERS: dict[Field, Callable[[Case], str | None]] = {
    Field.PHONE: _phone,
    Field.ID_NUMBER: _id_number,
    Field.DECLARED_PHONE: _declared_phone,
}
