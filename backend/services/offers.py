"""The departments' menu (端菜): policies and fund projects that villages ask for dish by dish (点菜, seed 001)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotFound
from backend.models import Measure, Offer
from backend.policy.county import current_policy
from backend.services.measures import ASKED
from backend.services.sealing import needed, optional

MOST_NAME, MOST_WHO, MOST_AMOUNT = 60, 300, 100
YEARS_AHEAD = 5


@dataclass(frozen=True)
class OfferForm:
    """One dish: who qualifies, how much in words, in which year, for which risks (none: for any)."""

    department: str
    category: str
    name: str
    who: str
    year: int
    amount: str = ""
    risks: tuple[str, ...] = ()


@use_case
def put_on(form: OfferForm, *, by: Actor) -> Offer:
    """Put a dish on the menu for a department; `Invalid` names each field."""
    require(by.role, Action.MANAGE_OFFERS)
    policy, complaints = current_policy(by.county_code), Complaints()
    name = complaints.take(lambda: needed(form.name, "name", MOST_NAME), "")
    who = complaints.take(lambda: needed(form.who, "who", MOST_WHO), "")
    amount = complaints.take(lambda: optional(form.amount, "amount", MOST_AMOUNT), "")
    if form.department not in policy.departments:
        complaints.add("department", "请选择部门。")
    if form.category not in policy.dictionaries["measures"]:
        complaints.add("category", "请从十四类措施里选一类。")
    if any(risk not in policy.dictionaries["risks"] for risk in form.risks):
        complaints.add("risks", "请从列出的风险里选。")
    if not clock.today().year - 1 <= form.year <= clock.today().year + YEARS_AHEAD:
        complaints.add("year", "请写对年份。")
    complaints.raise_if_any()
    offer = Offer(
        id=new_id(),
        county_code=by.county_code,
        department=form.department,
        category=form.category,
        name=name,
        who=who,
        amount=amount,
        year=form.year,
        risks=list(form.risks),
        made_by=by.id,
        made_by_name=by.name,
        made_at=clock.now(),
    )
    db.session.add(offer)
    return offer


@use_case
def take_off(offer_id: int, *, by: Actor) -> Offer:
    """Take a dish off the menu; what was asked for before stays."""
    require(by.role, Action.MANAGE_OFFERS)
    query = select(Offer).where(Offer.id == offer_id, Offer.county_code == by.county_code)
    offer = db.session.scalars(query.with_for_update()).one_or_none()
    if offer is None:
        raise NotFound
    offer.closed_at = offer.closed_at or clock.now()
    return offer


def menu(*, by: Actor, risks: Sequence[str] = ()) -> Sequence[Offer]:
    """Return what departments offer now; with risks given, what fits them first."""
    require(by.role, Action.READ_WATCHES)
    query = select(Offer).where(Offer.county_code == by.county_code, Offer.closed_at.is_(None))
    found = db.session.scalars(query.order_by(Offer.department, Offer.id)).all()
    return sorted(found, key=lambda each: not _fits(each, risks)) if risks else found


def asked_for(*, by: Actor, department: str = "", size: int = 200) -> Sequence[Measure]:
    """Return what villages asked for and nobody has answered yet (点菜), the oldest first."""
    require(by.role, Action.READ_WATCHES)
    query = select(Measure).where(Measure.progress == ASKED)
    if department:
        query = query.where(Measure.department == department)
    return db.session.scalars(query.order_by(Measure.id).limit(size)).all()


def _fits(offer: Offer, risks: Sequence[str]) -> bool:
    return not offer.risks or bool(set(offer.risks) & set(risks))
