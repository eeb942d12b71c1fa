"""One measure of a plan as it is written down: its form, its checks, and its first line (一人一措施)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id
from backend.errors import Complaints, Invalid
from backend.models import Measure, MeasureLine, Offer, Person, Plan, Watch
from backend.models.places import same_place
from backend.policy import Policy
from backend.privacy.names import clean_name
from backend.services.check_people import people_of
from backend.services.sealing import needed

MOST_WHAT = 200
MOST_FEN = 100_000_000_00


@dataclass(frozen=True)
class MeasureForm:
    """One measure: what, for whom (`person_id` None: the whole family), who gives it, from when, by when, how much.

    `offer_id` is a dish of a department's menu: it is then asked of that department first (点菜). Money in 分.
    """

    category: str
    what: str
    department: str
    responsible: str
    due_on: date
    person_id: int | None = None
    nature: str = "remedial"
    starts_on: date | None = None
    planned_fen: int | None = None
    offer_id: int | None = None


def put_down(measures: Sequence[Measure], *, by: Actor) -> None:
    """Write measures with the first line of their history; the plan they belong to is there."""
    db.session.add_all(measures)
    db.session.flush()
    db.session.add_all(
        MeasureLine(
            measure_id=each.id,
            household_id=each.household_id,
            what=each.progress,
            on=clock.today(),
            by_id=by.id,
            by_name=by.name,
            noted_at=clock.now(),
            **same_place(each),
        )
        for each in measures
    )


def checked_measures(
    forms: Sequence[MeasureForm], watch: Watch, plan: Plan, policy: Policy, *, named: str = "measures.{}."
) -> list[Measure]:
    """Return the measures of a plan, not yet written; `Invalid` names each field (`measures.0.what`)."""
    people = {each.id: each for each in people_of(watch.household_id)}
    complaints, made = Complaints(), []
    for index, form in enumerate(forms):
        place = named.format(index)
        measure = complaints.take(
            lambda form=form, place=place: _measure(form, watch, plan, policy, people, place),  # type: ignore[misc]
            None,
        )
        made += [measure] if measure else []
    complaints.raise_if_any()
    return made


def _measure(
    form: MeasureForm,
    watch: Watch,
    plan: Plan,
    policy: Policy,
    people: Mapping[int, Person],
    place: str,
) -> Measure:
    complaints = Complaints()
    what = complaints.take(lambda: needed(form.what, place + "what", MOST_WHAT), "")
    responsible = complaints.take(lambda: clean_name(form.responsible, field=place + "responsible"), "")
    offer = complaints.take(lambda: _offer(form, watch, place), None)
    _check_codes(form, policy, place, complaints)
    starts_on = form.starts_on or clock.today()
    if form.due_on < starts_on:
        complaints.add(place + "due_on", "办好的日期不能早于开始的日期。")
    if form.person_id is not None and form.person_id not in people:
        complaints.add(place + "person_id", "这位家人不在这一户的名单里。")
    if form.planned_fen is not None and not 0 <= form.planned_fen <= MOST_FEN:
        complaints.add(place + "planned_fen", "金额不对，请再看看。")
    complaints.raise_if_any()
    person = people.get(form.person_id) if form.person_id is not None else None
    return Measure(
        id=new_id(),
        watch_id=watch.id,
        case_id=watch.case_id,
        plan_id=plan.id,
        household_id=watch.household_id,
        offer_id=offer.id if offer else None,
        person_id=person.id if person else None,
        person_name=person.name if person else "",
        category=form.category,
        what=what,
        department=form.department,
        responsible=responsible,
        nature=form.nature,
        starts_on=starts_on,
        due_on=form.due_on,
        planned_fen=form.planned_fen,
        progress="asked" if offer else "planned",
        funds="planned" if form.planned_fen else "none",
        version=1,
        **same_place(watch),
    )


def _check_codes(form: MeasureForm, policy: Policy, place: str, complaints: Complaints) -> None:
    if form.category not in policy.dictionaries["measures"]:
        complaints.add(place + "category", "请从十四类措施里选一类。")
    if form.department not in policy.departments:
        complaints.add(place + "department", "请选择负责的部门。")
    if form.nature not in policy.dictionaries["measure_natures"]:
        complaints.add(place + "nature", "请选择预防性还是事后帮扶。")


def _offer(form: MeasureForm, watch: Watch, place: str) -> Offer | None:
    if form.offer_id is None:
        return None
    query = select(Offer).where(Offer.id == form.offer_id, Offer.county_code == watch.county_code)
    offer = db.session.scalars(query.where(Offer.closed_at.is_(None))).one_or_none()
    if offer is None:
        raise Invalid.field(place + "offer_id", "部门已经不提供这一项，请重新选择。")
    return offer
