"""Tells applicants what is late: that the promised day has passed, or before it that a step takes longer (P22).

The first is looked for by the hour, the second comes of the sweep. While the promise stands only the second is true,
afterwards only the first: nobody hears of both on one day.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import load_only

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import County, Declaration, ReceiptLine
from backend.services.awaiting import awaited_by
from backend.services.leaders import leading
from backend.services.pace import Pace
from backend.workflow import telling
from backend.workflow.duties import IN_TOTAL
from backend.workflow.places import have_at_hand
from backend.workflow.states import Kind

DELAYED, STEP_LATE = "delayed", "step_late"
BATCH = 20
"""Receipts a transaction: about 200 ms."""

_SPOKEN_OF = (
    *(Declaration.id, Declaration.case_id, Declaration.account_id, Declaration.receipt_no, Declaration.status),
    *(Declaration.said_village, Declaration.county_code, Declaration.township_code, Declaration.village_code),
    *(Declaration.grid_code, Declaration.promised_on),
)
"""What telling needs of a declaration: without what was said in it, which is long and sealed."""


def tell_delays() -> int:
    """Write on every open receipt whose promised day has passed that it is late, once a promise; return how many."""
    told = 0
    with leading("delays") as leads:
        if leads:
            pace = Pace()
            for county in db.session.scalars(select(County.code)).all():
                while batch := _tell_batch(county):
                    told += batch
                    leads.hold_on()
                    pace.rest_at_times()
    return told


def tell_late_steps(tasks: Sequence[Any]) -> int:
    """Write to whoever declared that their case's step is late and the promise still stands; return how many were told.

    Only steps on the family's own way are spoken of: what offices owe each other beside it changes nothing for them.
    The caller sees every row.
    """
    by_case = {task.case_id: task for task in tasks if is_on_the_familys_way(task)}
    if not by_case:
        return 0
    spoken_of = still_promised(by_case, clock.today()).options(load_only(*_SPOKEN_OF))
    told = db.session.scalars(spoken_of).all()
    have_at_hand(code for each in told for code in (each.said_village, each.said_village[:9]))
    for declaration in told:
        due_on = by_case[declaration.case_id].due_on
        telling.tell(declaration, STEP_LATE, due_on=due_on, promised_on=declaration.promised_on)
    return len(told)


def is_on_the_familys_way(task: Any) -> bool:
    """Say whether a family waits for this duty, and so hears when it is late."""
    return Kind(task.kind) in IN_TOTAL and Kind(task.kind) is not Kind.JOIN


def still_promised(case_ids: Iterable[int], on: date) -> Select[Declaration]:
    """Return the query of the receipts on which a late step is written on a day: open, and the promise not yet passed.

    Past the promise `tell_delays` speaks instead, once a promise.
    """
    query = select(Declaration).where(
        Declaration.case_id.in_(list(case_ids)),
        Declaration.joined.is_(False),
        Declaration.closed_at.is_(None),
        Declaration.promised_on >= on,
    )
    return query.order_by(Declaration.id)


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
