"""Inspectors' accounts: for named places and days, read-only and masked; asked for, agreed to, over by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, Role, require
from backend.db import db, use_case
from backend.errors import Complaints
from backend.models import HatRequest, Identity, Region, Staff
from backend.services import hats, personnel, staff
from backend.services.staff import NewStaff

MOST_SHOWN = 100


@dataclass(frozen=True)
class NewInspector:
    """Somebody from outside who looks, for named places and until a day: who, of which unit, and why."""

    login: str
    name: str
    unit: str
    places: Sequence[str]
    until_on: date | None
    why: str


@use_case
def open_account(new: NewInspector, *, by: Actor) -> Staff:
    """Make an inspector's account for named places and days; it counts once the security administrator has agreed.

    Errors: `Invalid` for no place or too many, for days that are over or too long, and those of `staff.make_account`.
    """
    require(by.role, Action.ASK_FOR_HAT)
    complaints, today = Complaints(), clock.today()
    if not 1 <= len(new.places) <= hats.MOST_PLACES:
        complaints.add("places", f"请选要检查的乡镇或村，最多{hats.MOST_PLACES}个。")
    if new.until_on is None or not today <= new.until_on <= today + hats.LONGEST_INSPECTION:
        complaints.add("until_on", "请填检查到哪一天为止，从今天起最长一年。")
    if not new.login.strip():
        complaints.add("login", "请填写用户名。")
    complaints.raise_if_any()
    wanted = [hats.Hat(Role.INSPECTOR, code, new.unit, new.until_on) for code in dict.fromkeys(new.places)]
    made = staff.make_account(NewStaff(new.login, new.name, Role.INSPECTOR, wanted[0].region_code, new.unit))
    hats.ask(made.id, wanted, new.why, by=by)
    return made


@dataclass(frozen=True)
class Inspector:
    """An inspector's account as the list shows it: `is_waiting` until somebody has agreed."""

    member: Staff
    places: Sequence[str]
    until_on: date | None
    is_waiting: bool
    is_over: bool


def accounts(*, by: Actor) -> list[Inspector]:
    """Return the county's inspectors, the newest first."""
    require(by.role, Action.ASK_FOR_HAT)
    of_role = select(HatRequest.staff_id).where(
        HatRequest.county_code == by.county_code, HatRequest.role == Role.INSPECTOR
    )
    query = select(Staff).where(Staff.id.in_(of_role)).order_by(Staff.id.desc()).limit(MOST_SHOWN)
    members = db.session.scalars(query).all()
    ids = [each.id for each in members]
    asked = hats.waiting_for(ids)
    worn: dict[int, list[Identity]] = {}
    of_them = select(Identity).where(Identity.staff_id.in_(ids), Identity.ended_at.is_(None)).order_by(Identity.id)
    for hat in db.session.scalars(of_them):
        worn.setdefault(hat.staff_id, []).append(hat)
    return [_line(each, worn.get(each.id, []), asked.get(each.id, [])) for each in members]


def places_to_inspect(*, by: Actor) -> Sequence[Region]:
    """Return the places of the county, in the order of their codes."""
    return personnel.places_to_work(by=by)


def _line(member: Staff, worn: Sequence[Identity], asked: Sequence[HatRequest]) -> Inspector:
    rows: Sequence[Identity | HatRequest] = [*worn, *asked]
    until = max((row.until_on for row in rows if row.until_on is not None), default=None)
    is_over = not asked and (until is None or until < clock.today() or not member.is_active)
    return Inspector(member, [row.region_code for row in rows], until, is_waiting=bool(asked), is_over=is_over)
