"""Which households a disaster event has named, so that a list and a declaration of one family make one case (P42)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id
from backend.models import Case, DisasterEvent, DisasterHousehold
from backend.models.places import same_place
from backend.privacy.blind_index import digests
from backend.privacy.current import keys
from backend.workflow import engine
from backend.workflow.disasters import holds, open_event_at

__all__ = ["URGENT", "Named", "holds", "household_named", "name_household", "open_event_at"]

URGENT = "urgent"
"""How everything from the area of an open event presses, unless somebody said that it presses more."""


@dataclass(frozen=True)
class Named:
    """Whom a list or a declaration names: found again by the ID number, or by village, name and phone."""

    village_code: str
    head_name: str
    phone: str = ""
    id_number: str | None = None

    @property
    def id_keys(self) -> Sequence[str]:
        """Return the blind index of the ID number, under the current key first."""
        return digests(self.id_number, keys=keys(), kind="id_number") if self.id_number else ()

    @property
    def name_keys(self) -> Sequence[str]:
        """Return the same for village, name and phone together; a name without a phone finds nobody."""
        if not self.phone:
            return ()
        phones = digests(self.phone, keys=keys(), kind="phone")
        whole = [f"{self.village_code[:12]}\0{self.head_name}\0{phone}" for phone in phones]
        return [hashlib.sha256(each.encode()).hexdigest() for each in whole]


def household_named(event: DisasterEvent, named: Named) -> DisasterHousehold | None:
    """Return the household that the event has named before under one of these keys; the caller sees every row."""
    ids, names = named.id_keys, named.name_keys
    if not ids and not names:
        return None
    query = select(DisasterHousehold).where(
        DisasterHousehold.event_id == event.id,
        or_(DisasterHousehold.id_key.in_(ids), DisasterHousehold.name_key.in_(names)),
    )
    return db.session.scalars(query.order_by(DisasterHousehold.id).limit(1)).first()


def name_household(
    event: DisasterEvent, case: Case, named: Named, *, before: DisasterHousehold | None, source: str, by: Actor
) -> None:
    """Note on a locked case that the event has named its household, once.

    `before` is what `household_named` answered when the transaction began. If that was nothing, a row is inserted
    whatever others have written meanwhile: a unique key then refuses it, and the whole use case is done again.
    """
    is_same = before is not None and before.household_id == case.household_id
    row = before if is_same else _of_household(event, case)
    if row is None:
        row = DisasterHousehold(
            id=new_id(),
            event_id=event.id,
            case_id=case.id,
            household_id=case.household_id,
            # Whoever else had these keys when we looked keeps them; nobody had them: then the unique keys decide.
            id_key=None if before else next(iter(named.id_keys), None),
            name_key=None if before else next(iter(named.name_keys), None),
            source=source,
            named_at=clock.now(),
            **same_place(case),
        )
        db.session.add(row)
    else:
        row.case_id = case.id
        row.id_key = row.id_key or _unused(DisasterHousehold.id_key, named.id_keys, event)
        row.name_key = row.name_key or _unused(DisasterHousehold.name_key, named.name_keys, event)
    if case.marks.get("disaster") != str(event.id):
        case.marks = {**case.marks, "disaster": str(event.id)}
        engine.note(case, "name_in_disaster", by=by, detail={"event": str(event.id)})
    db.session.flush()


def _of_household(event: DisasterEvent, case: Case) -> DisasterHousehold | None:
    query = select(DisasterHousehold).where(
        DisasterHousehold.event_id == event.id, DisasterHousehold.household_id == case.household_id
    )
    return db.session.scalars(query.limit(1)).first()


def _unused(column: InstrumentedAttribute[str | None], found: Sequence[str], event: DisasterEvent) -> str | None:
    """Return the key to remember a household by from now on, unless another household of the event has it."""
    taken = select(DisasterHousehold.id).where(DisasterHousehold.event_id == event.id, column.in_(found))
    return next(iter(found), None) if found and db.session.scalar(taken.limit(1)) is None else None
