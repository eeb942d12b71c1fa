"""The county's departments as offices: their places, their liaisons, and the keys of their own programs."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor, staff_actor
from backend.access.permissions import Action, Role, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, SignInFirst
from backend.models import DepartmentKey, Office, Region
from backend.policy.county import current_policy
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services import audit, sign_ins
from backend.services.sealing import Sealer, needed
from backend.workflow import places

LEVEL = "department"
KEY_MARK = "dk_"
"""With it a department's key begins, so that nobody takes one for a phone's token."""
MOST_KEY_NAME = 60
MOST_OFFICES = 99


@dataclass(frozen=True)
class OfficeForm:
    """Who answers for a department: its leader, and the liaison who is called (seed 001)."""

    leader_name: str = ""
    liaison_name: str = ""
    liaison_phone: str = ""


@use_case
def ensure(county_code: str) -> int:
    """Give every department of the county's rules a place of its own, called as the rules call it now.

    Return how many are new.
    """
    departments = current_policy(county_code).departments
    rows = select(Office.department, Region).join(Region, Region.code == Office.code)
    known = {row.department: row.Region for row in db.session.execute(rows.where(Office.county_code == county_code))}
    for code in known.keys() & departments.keys():
        known[code].name = departments[code].name
    missing = [code for code in departments if code not in known]
    count = db.session.scalar(select(func.count()).select_from(Office).where(Office.county_code == county_code)) or 0
    for number, code in enumerate(missing, start=count + 1):
        place = f"{county_code}{number:02d}"
        if number > MOST_OFFICES:
            raise Invalid(f"部门最多{MOST_OFFICES}个。")
        if db.session.get(Region, place) is None:
            db.session.add(Region(code=place, name=departments[code].name, level=LEVEL, parent_code=county_code))
            db.session.flush()
        db.session.add(Office(code=place, county_code=county_code, department=code))
    places.forget()
    return len(missing)


def office_of(county_code: str, department: str) -> Office:
    """Return the office of a department; raises `NotFound` before `ensure`."""
    query = select(Office).where(Office.county_code == county_code, Office.department == department)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("没有这个部门。")
    return found


def offices(*, by: Actor) -> Sequence[Office]:
    """Return the county's departments."""
    require(by.role, Action.MANAGE_OFFICES)
    query = select(Office).where(Office.county_code == by.county_code)
    return db.session.scalars(query.order_by(Office.code)).all()


def phone_of(office: Office) -> str:
    """Return the liaison's telephone, for whoever has to ring."""
    return Sealer("offices", _row(office)).open("liaison_phone_sealed", office.liaison_phone_sealed)


@use_case
def name_liaison(code: str, form: OfficeForm, *, by: Actor) -> Office:
    """Write down who answers for a department; what is left empty is forgotten."""
    require(by.role, Action.MANAGE_OFFICES)
    office = _find(code, by)
    office.leader_name = clean_name(form.leader_name, field="leader_name") if form.leader_name.strip() else ""
    office.liaison_name = clean_name(form.liaison_name, field="liaison_name") if form.liaison_name.strip() else ""
    phone = parse_phone(form.liaison_phone, field="liaison_phone") if form.liaison_phone.strip() else ""
    office.liaison_phone_sealed = Sealer("offices", _row(office)).keep("liaison_phone_sealed", phone)
    return office


@use_case
def make_key(code: str, name: str, *, by: Actor) -> tuple[DepartmentKey, str]:
    """Make a key for a department's own program and return it once, in clear; it acts for that department alone."""
    require(by.role, Action.MANAGE_OFFICES)
    office = _find(code, by)
    token = KEY_MARK + secrets.token_urlsafe(32)
    key = DepartmentKey(
        id=new_id(),
        office_code=office.code,
        name=needed(name, "name", MOST_KEY_NAME),
        digest=sign_ins.digest(token),
        made_by=by.id,
        made_at=clock.now(),
        used_at=None,
        ended_at=None,
    )
    db.session.add(key)
    _record(by, key, "make_key")
    return key, token


@use_case
def end_key(key_id: int, *, by: Actor) -> None:
    """End a key: the next request with it is refused."""
    require(by.role, Action.MANAGE_OFFICES)
    key = db.session.scalars(select(DepartmentKey).where(DepartmentKey.id == key_id)).one_or_none()
    if key is None or not key.office_code.startswith(by.county_code):
        raise NotFound
    key.ended_at = key.ended_at or clock.now()
    _record(by, key, "end_key")


def keys_of(code: str, *, by: Actor) -> Sequence[DepartmentKey]:
    """Return a department's keys that still work."""
    require(by.role, Action.MANAGE_OFFICES)
    office = _find(code, by)
    query = select(DepartmentKey).where(DepartmentKey.office_code == office.code, DepartmentKey.ended_at.is_(None))
    return db.session.scalars(query.order_by(DepartmentKey.id)).all()


def who(token: str) -> Actor:
    """Return the department that holds this key; `SignInFirst` for one that is unknown or over."""
    query = select(DepartmentKey).where(
        DepartmentKey.digest == sign_ins.digest(token), DepartmentKey.ended_at.is_(None)
    )
    key = db.session.scalars(query).one_or_none()
    if key is None:
        raise SignInFirst("这个密钥不对，或者已经停用。")
    return staff_actor(
        staff_id=key.id,
        role=Role.DEPT,
        region_code=key.office_code,
        name=places.name_of(key.office_code),
        title=key.name,
        account_id=None,
        session_id=None,
    )


def _find(code: str, by: Actor) -> Office:
    found = db.session.get(Office, code) if code.startswith(by.county_code) else None
    if found is None:
        raise NotFound("没有这个部门。")
    return found


def _row(office: Office) -> int:
    """Return the number that an office's sealed texts are bound to: its code."""
    return int(office.code)


def _record(by: Actor, key: DepartmentKey, did: str) -> None:
    if by.session_id is not None:
        audit.record_on_session(
            by=by, action=Action.MANAGE_OFFICES, subject=f"office:{key.office_code}", detail={"did": did}
        )
