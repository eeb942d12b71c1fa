"""Tells applicants that the promised day has passed, and what is waited for: nobody need count days (P22)."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import County, Declaration, ReceiptLine
from backend.services.awaiting import awaited_by
from backend.services.leaders import leading
from backend.workflow import telling

DELAYED = "delayed"
BATCH = 20
"""Receipts a transaction: about 200 ms."""


def tell_delays() -> int:
    """Write on every open receipt whose promised day has passed that it is late, once a promise; return how many."""
    told = 0
    with leading("delays") as leads:
        if leads:
            for county in db.session.scalars(select(County.code)).all():
                while batch := _tell_batch(county):
                    told += batch
    return told


@use_case
def _tell_batch(county: str) -> int:
    by = system_actor(county, "a promise has passed")
    with as_system("a promise has passed"):
        late = _late(county)
        awaited = awaited_by(late)
        for declaration in late:
            words = "\n".join(each.sentence for each in awaited[declaration.id])
            _tell(declaration, words, by)
    return len(late)


def _late(county: str) -> Sequence[Declaration]:
    """Return open receipts past their promise that were not yet told so; a new promise after a recheck counts anew."""
    known = exists().where(
        ReceiptLine.declaration_id == Declaration.id,
        ReceiptLine.kind == DELAYED,
        ReceiptLine.due_on == Declaration.promised_on,
    )
    query = select(Declaration).where(
        Declaration.county_code == county,
        Declaration.closed_at.is_(None),
        Declaration.promised_on < clock.today(),
        ~known,
    )
    return db.session.scalars(
        query.order_by(Declaration.promised_on, Declaration.id).limit(BATCH).with_for_update()
    ).all()


def _tell(declaration: Declaration, words: str, by: Actor) -> None:
    promised = declaration.promised_on
    telling.tell(declaration, DELAYED, due_on=promised, promised_on=promised, detail=words, by=by)
