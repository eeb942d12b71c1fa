"""Whose phone holds a receipt: taken over with its number and four digits, given up by its holder or at the door.

Village practice: a number is recycled, a phone is lost, a paper declaration has no phone at all.
"""

import hmac

from sqlalchemy import select, update

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import Invalid, NotFound
from backend.models import Declaration, Person, ReceiptLine
from backend.privacy.current import keys
from backend.privacy.receipts import clean_receipt_no
from backend.privacy.seal import Place, unseal
from backend.services import throttles
from backend.workflow import engine
from backend.workflow.engine import find_case

FREE_TRIES = 5
LAST_FOUR = 4


def claim(receipt_no: str, last_four: str, *, by: Actor) -> Declaration:
    """Take over a receipt that no phone holds, with its number and the last four signs of the ID number.

    Errors: one and the same `Invalid` whether the number, the digits or the holder is the trouble; `TooMany`.
    """
    require(by.role, Action.CLAIM_RECEIPT)
    number = clean_receipt_no(receipt_no, field="receipt_no")
    declaration = _try_claim(number, last_four.strip().upper(), by)
    if declaration is None:
        raise Invalid.field(
            "receipt_no", "编号和身份证后四位对不上，或者这张回执在别的手机上。请再看一遍，或者请村里上门时帮您改绑。"
        )
    return declaration


@use_case
def _try_claim(number: str, last_four: str, by: Actor) -> Declaration | None:
    """Count a failure in the same transaction that found it, and so return instead of raising."""
    key = f"claim:{by.account_id}"
    throttles.refuse_if_waiting(key)
    with as_system("a phone takes over a receipt"):
        query = select(Declaration).where(Declaration.receipt_no == number, Declaration.county_code == by.county_code)
        declaration = db.session.scalars(query.with_for_update()).one_or_none()
        if declaration is not None and fits_last_four(declaration, last_four):
            if declaration.account_id is None:
                _hand_over(declaration, by.account_id)
                engine.note(find_case(declaration.case_id), "claim_receipt", by=by, detail=_detail(declaration))
            if declaration.account_id == by.account_id:
                return declaration
    throttles.count_failure(key, free=FREE_TRIES)
    return None


@use_case
def leave(declaration_id: int, *, by: Actor) -> None:
    """Let go of a receipt that this phone holds; the case goes on, and no message about it comes here any more."""
    require(by.role, Action.CLAIM_RECEIPT)
    query = select(Declaration).where(Declaration.id == declaration_id, Declaration.account_id == by.account_id)
    declaration = db.session.scalars(query).one_or_none() if by.account_id is not None else None
    if declaration is None:
        raise NotFound
    with as_system("a phone lets go of a receipt"):
        _hand_over(declaration, None)
        engine.note(find_case(declaration.case_id), "leave_receipt", by=by, detail=_detail(declaration))


@use_case
def release(case_id: int, declaration_id: int, *, by: Actor) -> None:
    """Take a receipt off a phone at the family's word: it is lost or sold, or a helper shall not see on."""
    require(by.role, Action.RELEASE_RECEIPT)
    case = find_case(case_id)
    query = select(Declaration).where(Declaration.id == declaration_id, Declaration.case_id == case.id)
    declaration = db.session.scalars(query).one_or_none()
    if declaration is None:
        raise NotFound
    _hand_over(declaration, None)
    engine.note(case, "release_receipt", by=by, detail=_detail(declaration))


def _detail(declaration: Declaration) -> dict[str, str]:
    return {"declaration": str(declaration.id)}


def _hand_over(declaration: Declaration, account_id: int | None) -> None:
    lines = update(ReceiptLine).where(ReceiptLine.declaration_id == declaration.id)
    db.session.execute(lines.values(account_id=account_id), execution_options={"synchronize_session": False})
    declaration.account_id = account_id


def fits_last_four(declaration: Declaration, last_four: str) -> bool:
    """Say whether these are the last four signs of the declared ID number, or of the head's if it came later."""
    number = _id_number(declaration)
    return number is not None and hmac.compare_digest(number[-LAST_FOUR:].encode(), last_four.encode())


def _id_number(declaration: Declaration) -> str | None:
    """Return the ID number that was declared, or that of the head if it only came with the visit."""
    if declaration.id_sealed:
        return unseal(declaration.id_sealed, keys=keys(), place=Place("declarations", "id_sealed", declaration.id))
    case = find_case(declaration.case_id)
    query = select(Person).where(Person.household_id == case.household_id, Person.id_sealed.is_not(None))
    person = db.session.scalars(query.order_by(Person.id).limit(1)).first()
    if person is None or person.id_sealed is None:
        return None
    return unseal(person.id_sealed, keys=keys(), place=Place("people", "id_sealed", person.id))
