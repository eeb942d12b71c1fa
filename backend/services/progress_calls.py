"""Somebody telephones: with the receipt number and the last four signs of the ID number staff say where it stands."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Invalid
from backend.models import Declaration
from backend.privacy.receipts import clean_receipt_no
from backend.services import throttles
from backend.services.declarations import timeline_of
from backend.services.receipts import fits_last_four
from backend.workflow.engine import find_case
from backend.workflow.trail import record_on_case

FREE_TRIES = 10


@dataclass(frozen=True)
class Standing:
    """What may be said over the telephone: what the receipt itself shows, and nothing of the case beside it."""

    receipt_no: str
    status: str
    sentence: str
    due_on: date | None
    promised_on: date
    is_closed: bool


def look_up(receipt_no: str, last_four: str, *, by: Actor) -> Standing:
    """Return where a declaration stands, in the words of its own receipt; each look is in the audit of its case.

    Errors: one and the same `Invalid` whether the number or the digits are wrong, or it lies elsewhere; `TooMany`.
    """
    require(by.role, Action.LOOK_UP_STATUS)
    number = clean_receipt_no(receipt_no, field="receipt_no")
    standing = _look_up(number, last_four.strip().upper(), by)
    if standing is None:
        raise Invalid.field("receipt_no", "编号和身份证后四位对不上，请请来电的人再念一遍。")
    return standing


@use_case
def _look_up(number: str, last_four: str, by: Actor) -> Standing | None:
    """Count a failure in the same transaction that found it, and so return instead of raising."""
    key = f"look_up:{by.id}"
    throttles.refuse_if_waiting(key)
    declaration = db.session.scalars(select(Declaration).where(Declaration.receipt_no == number)).one_or_none()
    if declaration is None or not fits_last_four(declaration, last_four):
        throttles.count_failure(key, free=FREE_TRIES)
        return None
    case = find_case(declaration.case_id)
    record_on_case(case, by=by, action=Action.LOOK_UP_STATUS, detail={"declaration": str(declaration.id)})
    last = timeline_of(declaration, by=by)[-1]
    return Standing(
        receipt_no=declaration.receipt_no,
        status=declaration.status,
        sentence=last.sentence,
        due_on=last.due_on,
        promised_on=declaration.promised_on,
        is_closed=declaration.closed_at is not None,
    )
