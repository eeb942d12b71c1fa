"""Stations (监测站): founding one, who works there in which posts, and who is its head, by rule or by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotAllowed, NotFound, NotPossibleNow
from backend.models import Region, Staff, Station, StationMember
from backend.policy.county import current_policy
from backend.privacy.mask import mask_phone
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services import vacancies
from backend.services.sealing import Sealer, needed
from backend.services.watches import day_done

MOST_REASON = 200


@dataclass(frozen=True)
class MemberForm:
    """Somebody of a station: who they are there, what they do, full time or beside other work."""

    name: str
    identities: tuple[str, ...]
    posts: tuple[str, ...] = ()
    is_full_time: bool = False
    phone: str = ""


@use_case
def found(codes: Sequence[str], founded_on: date, *, by: Actor) -> list[Station]:
    """Write down that these places have a station since that day; one that has one already stays as it is."""
    require(by.role, Action.CHOOSE_HEAD)
    day_done(founded_on, "founded_on")
    known = set(db.session.scalars(select(Station.code).where(Station.code.in_(codes))))
    rows = db.session.scalars(
        select(Region).where(Region.code.in_(codes), Region.level.in_(("county", "township", "village")))
    ).all()
    if not codes or len(rows) != len(set(codes)):
        raise Invalid.field("code", "请选择要建站的县、乡镇或村。")
    if any(not region.code.startswith(by.region_code) for region in rows):
        raise Invalid.field("code", "只能登记辖区里的站。")
    made = [
        Station(
            code=region.code,
            county_code=by.county_code,
            founded_on=founded_on,
            founded_by_name=by.name,
            head_member_id=None,
            head_chosen_on=None,
        )
        for region in rows
        if region.code not in known
    ]
    db.session.add_all(made)
    db.session.flush()
    vacancies.settle([each.code for each in made], by=by)
    return made


@use_case
def add_member(code: str, form: MemberForm, *, by: Actor) -> StationMember:
    """Write somebody into a station's register; where exactly one account has the name, they are the same person."""
    require(by.role, Action.KEEP_STATION)
    station = _mine(code, by)
    row = StationMember(id=new_id(), station_code=station.code, from_on=clock.today(), until_on=None)
    _fill(row, form, by)
    db.session.add(row)
    db.session.flush()
    vacancies.settle([code], by=by)
    return row


@use_case
def change_member(member_id: int, form: MemberForm, *, by: Actor) -> StationMember:
    """Correct what the register says of somebody."""
    require(by.role, Action.KEEP_STATION)
    row = _member(member_id, by)
    _fill(row, form, by)
    db.session.flush()
    vacancies.settle([row.station_code], by=by)
    return row


@use_case
def end_member(member_id: int, *, by: Actor) -> StationMember:
    """Let somebody leave a station today; who headed it by hand does no longer, and the rule says who does."""
    require(by.role, Action.KEEP_STATION)
    row = _member(member_id, by)
    row.until_on = clock.today()
    station = _mine(row.station_code, by)
    if station.head_member_id == row.id:
        _let_rule_decide(station)
    db.session.flush()
    vacancies.settle([row.station_code], by=by)
    return row


@use_case
def choose_head(code: str, member_id: int | None, reason: str, *, by: Actor) -> Station:
    """Make somebody head against the rule, with the reason; without a member the rule holds again."""
    require(by.role, Action.CHOOSE_HEAD)
    station = _mine(code, by)
    if member_id is None:
        _let_rule_decide(station)
    else:
        member = _member(member_id, by)
        if member.station_code != code:
            raise NotFound
        station.head_reason = needed(reason, "reason", MOST_REASON)
        station.head_member_id, station.head_chosen_by_name, station.head_chosen_on = member.id, by.name, clock.today()
    db.session.flush()
    vacancies.settle([code], by=by)
    return station


def head_of(station: Station, members: Sequence[StationMember]) -> StationMember | None:
    """Return who heads a station: chosen by hand, or by rule; None where nobody is there who could."""
    chosen = [each for each in members if each.id == station.head_member_id]
    by_rule = [each for identity in vacancies.BY_RULE for each in members if identity in each.identities]
    return next(iter([*chosen, *by_rule]), None)


def phone_of(member: StationMember) -> str:
    """Return a member's telephone as everybody sees it."""
    number = Sealer("station_members", member.id).open("phone_sealed", member.phone_sealed)
    return mask_phone(number) if number else ""


def _let_rule_decide(station: Station) -> None:
    station.head_member_id, station.head_chosen_on = None, None
    station.head_reason = station.head_chosen_by_name = ""


def _fill(row: StationMember, form: MemberForm, by: Actor) -> None:
    names, complaints = current_policy(by.county_code).dictionaries, Complaints()
    name = complaints.take(lambda: clean_name(form.name, field="name"), "")
    phone = complaints.take(lambda: parse_phone(form.phone, field="phone") if form.phone.strip() else "", "")
    if not form.identities or not set(form.identities) <= set(names["station_identities"]):
        complaints.add("identities", "请选择身份，可以选几个。")
    if not set(form.posts) <= set(names["station_posts"]):
        complaints.add("posts", "没有这个岗位，请重新选择。")
    complaints.raise_if_any()
    row.name, row.identities, row.posts = name, list(form.identities), list(form.posts)
    row.is_full_time = form.is_full_time
    row.phone_sealed = Sealer("station_members", row.id).keep("phone_sealed", phone)
    query = select(Staff.id).where(Staff.county_code == by.county_code, Staff.name == name, Staff.is_active).limit(2)
    known = db.session.scalars(query).all()
    row.staff_id = known[0] if len(known) == 1 else None


def _mine(code: str, by: Actor) -> Station:
    """Return a station of the actor's place, its row locked."""
    station = db.session.scalars(select(Station).where(Station.code == code).with_for_update()).one_or_none()
    if station is None or not code.startswith(by.county_code):
        raise NotFound("这里还没有监测站。")
    if not code.startswith(by.region_code):
        raise NotAllowed("只能登记辖区里的站。")
    return station


def _member(member_id: int, by: Actor) -> StationMember:
    row = db.session.scalars(select(StationMember).where(StationMember.id == member_id)).one_or_none()
    if row is None or not row.station_code.startswith(by.county_code):
        raise NotFound
    if not row.station_code.startswith(by.region_code):
        raise NotAllowed("只能登记辖区里的站。")
    if row.until_on is not None:
        raise NotPossibleNow("这位成员已经离站。")
    return row
