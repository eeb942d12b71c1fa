"""结对帮扶: every watched family has somebody who answers for it; a vacancy is a duty of the township (seed 001)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotFound
from backend.models import Identity, Pairing, Staff, Watch
from backend.models.places import same_place
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services.sealing import Sealer, needed, optional
from backend.services.watches import find_watch, locked
from backend.workflow import engine
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties

HELPER = "helper"
MOST_UNIT = 80


@dataclass(frozen=True)
class PairForm:
    """Who answers for the family from a day on; the family is given the name and the telephone."""

    name: str
    phone: str
    unit: str = ""
    staff_id: int | None = None
    from_on: date | None = None


@use_case
def pair(watch_id: int, form: PairForm, *, by: Actor, version: int | None = None) -> Pairing:
    """Name who answers for a watched family; whoever did before is let go on that day."""
    require(by.role, Action.PAIR)
    watch, case = locked(watch_id)
    complaints = Complaints()
    name = complaints.take(lambda: clean_name(form.name, field="name"), "")
    phone = complaints.take(lambda: parse_phone(form.phone), "")
    unit = complaints.take(lambda: optional(form.unit, "unit", MOST_UNIT), "")
    if form.staff_id is not None and not _is_of_the_county(form.staff_id, watch.county_code):
        complaints.add("staff_id", "没有这位工作人员，请重新选择。")
    complaints.raise_if_any()
    from_on = form.from_on or clock.today()
    for each in current(watch):
        each.until_on = from_on
    pairing_id = new_id()
    pairing = Pairing(
        id=pairing_id,
        household_id=watch.household_id,
        post=HELPER,
        name=name,
        unit=unit,
        staff_id=form.staff_id,
        phone_sealed=Sealer("pairings", pairing_id).keep("phone_sealed", phone),
        from_on=from_on,
        **same_place(watch),
    )
    db.session.add(pairing)
    told = "，".join(each for each in (name, unit, f"电话{phone}") if each)
    engine.move(
        case,
        Action.PAIR,
        by=by,
        version=version,
        reason=Reason(words=told),
        detail={"pairing": str(pairing.id)},
    )
    return pairing


@use_case
def end(watch_id: int, pairing_id: int, *, by: Actor, words: str) -> Watch:
    """Let somebody go who answered for a family; where nobody is left, that is the township's duty at once."""
    require(by.role, Action.END_PAIRING)
    said = needed(words, "words")
    watch, case = locked(watch_id)
    pairing = next((each for each in current(watch) if each.id == pairing_id), None)
    if pairing is None:
        raise NotFound
    pairing.until_on = clock.today()
    db.session.flush()
    if current(watch) or any(each.kind == Kind.PAIR for each in open_duties(case.id)):
        engine.note(case, Action.END_PAIRING, by=by, reason=Reason(words=said), detail={"pairing": str(pairing.id)})
    else:
        engine.move(case, Action.END_PAIRING, by=by, reason=Reason(words=said), detail={"pairing": str(pairing.id)})
    return watch


def pairings_of(watch_id: int, *, by: Actor) -> list[tuple[Pairing, str]]:
    """Return who answers or answered for a family, with their telephones, the latest first."""
    require(by.role, Action.READ_WATCHES)
    watch = find_watch(watch_id)
    query = select(Pairing).where(Pairing.household_id == watch.household_id).order_by(Pairing.id.desc())
    return [(each, phone_of(each)) for each in db.session.scalars(query)]


def phone_of(pairing: Pairing) -> str:
    """Return the telephone of an official, which the families they answer for are given."""
    return Sealer("pairings", pairing.id).open("phone_sealed", pairing.phone_sealed)


def current(watch: Watch) -> Sequence[Pairing]:
    """Return who answers for a family now."""
    query = select(Pairing).where(
        Pairing.household_id == watch.household_id, Pairing.post == HELPER, Pairing.until_on.is_(None)
    )
    return db.session.scalars(query.order_by(Pairing.id)).all()


def _is_of_the_county(staff_id: int, county_code: str) -> bool:
    query = select(Staff.id).join(Identity, Identity.staff_id == Staff.id)
    mine = query.where(Staff.id == staff_id, Staff.county_code == county_code, Staff.is_active)
    return db.session.scalar(mine.limit(1)) is not None
