"""结对帮扶: every watched family has somebody who answers for it; a vacancy is a duty of the township (seed 001).

That a helper's account was closed is looked up, never copied: their families are vacant at once, and the duty follows.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.permissions import APART, ROLE_NAMES, Action, Role, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotFound
from backend.models import Identity, Pairing, Staff, Task, Watch
from backend.models.places import same_place
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services.sealing import Sealer, needed, optional
from backend.services.staff import phone_of_staff
from backend.services.watches import find_watch, locked
from backend.workflow import engine
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.tasks import open_duties
from backend.workflow.watching import WATCHED

HELPER = "helper"
MOST_UNIT = 80
MOST_OFFERED = 300
MOST_LISTED = 300
GONE = "原来结对的干部账号已停用"


@dataclass(frozen=True)
class Candidate:
    """Somebody with an account who may answer for a family: of its village, its township or the county."""

    staff_id: int
    name: str
    post: str


@dataclass(frozen=True)
class PairForm:
    """Who answers for the family from a day on; the family is given the name and the telephone.

    Of somebody with an account, name and telephone may be left out: those of the account are taken.
    """

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
    chosen = _chosen(form.staff_id, watch)
    if form.staff_id is not None and chosen is None:
        complaints.add("staff_id", "请从列出的人里选一位。")
    name = complaints.take(lambda: clean_name(form.name or (chosen.name if chosen else ""), field="name"), "")
    phone = complaints.take(lambda: parse_phone(form.phone or (phone_of_staff(chosen) if chosen else "")), "")
    unit = complaints.take(lambda: optional(form.unit, "unit", MOST_UNIT), "")
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


def candidates(watch_id: int, *, by: Actor) -> list[Candidate]:
    """Return who has an account and may answer for a family: whoever works in its village first."""
    require(by.role, Action.PAIR)
    return _offered(find_watch(watch_id))


def names_of(household_ids: Collection[int]) -> dict[int, str]:
    """Return the name of whoever answers for each household now; a vacant one is not among them."""
    query = select(Pairing.household_id, Pairing.name).where(Pairing.household_id.in_(household_ids), *_ANSWERS)
    return dict(db.session.execute(query.outerjoin(Staff, Staff.id == Pairing.staff_id)).all())


def own_families(*, by: Actor) -> Sequence[Watch]:
    """Return the watched families within the actor's place for whom the actor answers, by village."""
    require(by.role, Action.READ_WATCHES)
    mine = select(Pairing.household_id).where(
        Pairing.staff_id == by.id, Pairing.post == HELPER, Pairing.until_on.is_(None)
    )
    query = select(Watch).where(Watch.standing.in_(WATCHED), Watch.household_id.in_(mine))
    return db.session.scalars(query.order_by(Watch.village_code, Watch.id).limit(MOST_LISTED)).all()


def vacant(*, by: Actor) -> Sequence[Watch]:
    """Return the watched families of the actor's place for whom nobody answers, the longest watched first."""
    require(by.role, Action.READ_LEDGER)
    return db.session.scalars(_vacant().order_by(Watch.id).limit(MOST_LISTED)).all()


def vacancies(township: str) -> Counter[str]:
    """Count a township's watched families for whom nobody answers, by village; for the job that keeps figures."""
    villages = _vacant().where(Watch.township_code == township).with_only_columns(Watch.village_code)
    return Counter(db.session.scalars(villages))


def ask_for_others() -> int:
    """Let townships owe a helper for each family whose helper's account was closed; return for how many."""
    with as_system("whose helper has left?"):
        owed = select(Task.case_id).where(Task.kind == Kind.PAIR, Task.open_due.is_not(None), Task.case_id.is_not(None))
        query = _vacant().where(Watch.case_id.not_in(owed)).order_by(Watch.id).limit(MOST_LISTED)
        ids = [watch.id for watch in db.session.scalars(query)]
    db.session.rollback()
    return sum(_ask_for_another(watch_id) for watch_id in ids)


@use_case
def _ask_for_another(watch_id: int) -> int:
    with as_system("whose helper has left?"):
        watch, case = locked(watch_id)
        gone = current(watch)
        for each in gone:
            each.until_on = clock.today()
        if any(each.kind == Kind.PAIR for each in open_duties(case.id)):
            return 0
        by = system_actor(watch.county_code, "a helper's account was closed")
        detail = {"pairing": str(gone[0].id)} if gone else {}
        engine.move(case, Action.END_PAIRING, by=by, reason=Reason(words=GONE), detail=detail)
    return 1


_ANSWERS = (Pairing.post == HELPER, Pairing.until_on.is_(None), or_(Pairing.staff_id.is_(None), Staff.is_active))


def _vacant() -> Select[Watch]:
    answered = select(Pairing.household_id).outerjoin(Staff, Staff.id == Pairing.staff_id).where(*_ANSWERS)
    return select(Watch).where(Watch.standing.in_(WATCHED), Watch.household_id.not_in(answered))


def _chosen(staff_id: int | None, watch: Watch) -> Staff | None:
    if staff_id is None or staff_id not in {each.staff_id for each in _offered(watch)}:
        return None
    return db.session.get(Staff, staff_id)


def _offered(watch: Watch) -> list[Candidate]:
    places = (watch.village_code, watch.township_code, watch.county_code)
    query = (
        select(Staff.id, Staff.name, Identity.role, Identity.title, Identity.region_code)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Identity.region_code.in_(places), Identity.ended_at.is_(None), Staff.is_active)
        .where(Identity.role.not_in(APART))
        .limit(MOST_OFFERED)
    )
    rows = sorted(db.session.execute(query), key=lambda row: (-len(row.region_code), row.name))
    found: dict[int, Candidate] = {}
    for row in rows:
        found.setdefault(row.id, Candidate(row.id, row.name, row.title or ROLE_NAMES[Role(row.role)]))
    return list(found.values())
