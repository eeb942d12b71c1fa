"""Units that no national code names (开发区、农场、安置社区), other names for places, and what became of each (P49).

The national list gives townships 001–599 (streets, towns, townships, what is like them) and villages 001–599 under
each; ours begin at 900, so that no later edition of the list can give the same code to another place. The code is a
path like any other: scope, import, queue and poster need no second rule.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotPossibleNow
from backend.models import Region, RegionChange
from backend.privacy.phones import parse_phone
from backend.services import audit
from backend.services.sealing import needed
from backend.workflow import places

OWN, RENAME, MERGE = "own", "rename", "merge"
KIND_NAMES = {OWN: "自设", RENAME: "改名", MERGE: "并入"}
GOING, DONE = "going", "done"
FIRST_OWN, LAST_OWN = 900, 999
COUNTY_DIGITS, TOWNSHIP_DIGITS = 6, 9
LEVEL_BELOW = {COUNTY_DIGITS: "township", TOWNSHIP_DIGITS: "village"}
MOST_NAME, MOST_REASON = 80, 200
MOST_SHOWN = 200


def is_own(code: str) -> bool:
    """Say whether a township's or village's code is one of ours, outside the national list."""
    return len(code) in {9, 12} and int(code[-3:]) >= FIRST_OWN


@use_case
def make(parent_code: str, name: str, *, by: Actor, reason: str, phone: str = "") -> Region:
    """Make a unit of our own below the county (as a township) or below a township (as a village).

    Errors: `Invalid` names each field; `NotPossibleNow` once a hundred of them lie below one place.
    """
    require(by.role, Action.IMPORT_PLACES)
    complaints = Complaints()
    called = complaints.take(lambda: needed(name, "name", MOST_NAME), "")
    why = complaints.take(lambda: needed(reason, "reason", MOST_REASON), "")
    number = complaints.take(lambda: parse_phone(phone, field="phone") if phone.strip() else "", "")
    parent = db.session.scalars(select(Region).where(Region.code == parent_code).with_for_update()).one_or_none()
    if parent is None or len(parent_code) not in LEVEL_BELOW or not parent_code.startswith(by.county_code):
        complaints.add("parent_code", "请选择设在县里（相当于乡镇）还是哪个乡镇（相当于村）。")
    elif parent.leads_to is not None:
        complaints.add("parent_code", "这个乡镇已经并掉了。")
    elif _is_taken(parent_code, called):
        complaints.add("name", "这里已经有叫这个名字的单位。")
    complaints.raise_if_any()
    code = _next_code(parent_code)
    level = LEVEL_BELOW[len(parent_code)]
    region = Region(code=code, name=called, level=level, parent_code=parent_code, phone=number, leads_to=None)
    db.session.add(region)
    db.session.flush()
    note(OWN, code, code, called, why, by=by)
    places.forget()
    return region


@use_case
def rename(code: str, name: str, *, by: Actor, reason: str) -> Region:
    """Give a township or village another name; papers that are out keep what they said, and the history has both."""
    require(by.role, Action.IMPORT_PLACES)
    complaints = Complaints()
    called = complaints.take(lambda: needed(name, "name", MOST_NAME), "")
    why = complaints.take(lambda: needed(reason, "reason", MOST_REASON), "")
    region = db.session.scalars(select(Region).where(Region.code == code).with_for_update()).one_or_none()
    if region is None or region.level not in LEVEL_BELOW.values() or not code.startswith(by.county_code):
        complaints.add("code", "请选择要改名的乡镇或村。")
    elif region.name == called:
        complaints.add("name", "名字没有变。")
    elif _is_taken(region.parent_code, called):
        complaints.add("name", "这里已经有叫这个名字的单位。")
    complaints.raise_if_any()
    if region is None:
        raise Invalid.field("code", "请选择要改名的乡镇或村。")
    note(RENAME, code, code, f"{region.name}改名{called}", why, by=by)
    region.name = called
    places.forget()
    return region


def changes_of(*, by: Actor, size: int = MOST_SHOWN) -> Sequence[RegionChange]:
    """Return what became of the county's places, the latest first."""
    require(by.role, Action.IMPORT_PLACES)
    query = select(RegionChange).where(RegionChange.county_code == by.county_code)
    return db.session.scalars(query.order_by(RegionChange.id.desc()).limit(size)).all()


def places_of(*, by: Actor) -> Sequence[Region]:
    """Return the county with its townships and villages of today, in the order of their codes."""
    require(by.role, Action.IMPORT_PLACES)
    townships = select(Region.code).where(Region.parent_code == by.county_code)
    inside = or_(Region.code == by.county_code, Region.parent_code == by.county_code, Region.parent_code.in_(townships))
    levels = ("county", *LEVEL_BELOW.values())
    return db.session.scalars(select(Region).where(inside, Region.level.in_(levels)).order_by(Region.code)).all()


def note(
    kind: str, from_code: str, to_code: str, said: str, reason: str, *, by: Actor, standing: str = DONE
) -> RegionChange:
    """Write down what became of a place, inside the caller's transaction; it is in the audit too."""
    row = RegionChange(
        id=new_id(),
        county_code=by.county_code,
        kind=kind,
        from_code=from_code,
        to_code=to_code,
        said=said[:200],
        reason=reason,
        standing=standing,
        households=0,
        happened_on=clock.today(),
        by_name=by.name,
        done_at=clock.now() if standing == DONE else None,
    )
    db.session.add(row)
    if by.session_id is not None:
        detail: dict[str, object] = {"did": kind, "region": to_code}
        audit.record_on_session(by=by, action=Action.IMPORT_PLACES, subject=f"place:{from_code}", detail=detail)
    return row


def _is_taken(parent_code: str, name: str) -> bool:
    query = select(Region.code).where(
        Region.parent_code == parent_code, Region.name == name, Region.level.in_(LEVEL_BELOW.values())
    )
    return db.session.scalar(query.limit(1)) is not None


def _next_code(parent_code: str) -> str:
    """Return the next code of ours below a place; one that was given once is never given again."""
    first, last = f"{parent_code}{FIRST_OWN:03d}", f"{parent_code}{LAST_OWN:03d}"
    used = db.session.scalar(select(func.max(Region.code)).where(Region.code.between(first, last), _as_long_as(first)))
    number = int(used[-3:]) + 1 if used else FIRST_OWN
    if number > LAST_OWN:
        raise NotPossibleNow("这里自设的单位已经满一百个，不能再加了。")
    return f"{parent_code}{number:03d}"


def _as_long_as(code: str) -> ColumnElement[bool]:
    return func.length(Region.code) == len(code)
