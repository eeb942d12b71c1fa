"""Who works in the county: adding somebody, one-time links and codes, leaving."""

from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import LEVEL_OF_ROLE, Action, Role, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound
from backend.models import Identity, Region, Staff
from backend.privacy.current import keys
from backend.privacy.mask import mask_phone
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.privacy.seal import Place, seal, unseal
from backend.services import sign_ins

MOBILE_DIGITS = 11


@dataclass(frozen=True)
class NewStaff:
    """Somebody new: how they sign in, their name, their first hat, and the telephone for text messages, if any."""

    login: str
    name: str
    role: Role
    region_code: str
    title: str = ""
    phone: str = ""


@use_case
def add_staff(new: NewStaff) -> tuple[Staff, str]:
    """Add a member of staff and return them with the one-time code of their password link.

    Errors: `Invalid` when the name to sign in with is taken, or the place does not fit the role.
    """
    name = clean_name(new.name, field="name")
    if db.session.scalar(select(Staff.id).where(Staff.login == new.login)) is not None:
        raise Invalid.field("login", "这个用户名已经有人用了。")
    _refuse_odd_place(new.role, new.region_code)
    staff = Staff(id=new_id(), county_code=new.region_code[:6], login=new.login, name=name, password_hash=None)
    staff.phone_sealed = _sealed_phone(staff.id, new.phone)
    db.session.add(staff)
    db.session.flush()
    db.session.add(
        Identity(id=new_id(), staff_id=staff.id, role=new.role, region_code=new.region_code, title=new.title)
    )
    return staff, sign_ins.make_code(staff.id, sign_ins.PASSWORD)


@use_case
def make_bind_code(staff_id: int, *, by: Actor) -> str:
    """Make the one-time code with which a member of staff binds their WeChat: for oneself, or by an administrator."""
    if by.id != staff_id:
        require(by.role, Action.MANAGE_STAFF)
    if not by.is_staff or _of_county(staff_id, by.county_code) is None:
        raise NotFound
    return sign_ins.make_code(staff_id, sign_ins.BIND)


@use_case
def set_phone(staff_id: int, phone: str, *, by: Actor) -> None:
    """Write down, correct or (an empty text) forget a telephone of staff: one's own, or by an administrator.

    It is sealed, shown masked, and used for text messages about their duties alone. Errors: `Invalid` for a number that
    is none; `NotFound` for somebody of another county.
    """
    if by.id != staff_id:
        require(by.role, Action.MANAGE_STAFF)
    member = _of_county(staff_id, by.county_code) if by.is_staff else None
    if member is None:
        raise NotFound
    member.phone_sealed = _sealed_phone(staff_id, phone)


def masked_phone(member: Staff) -> str:
    """Return a member's telephone as everybody sees it: 138****5678; empty where there is none."""
    if member.phone_sealed is None:
        return ""
    return mask_phone(unseal(member.phone_sealed, keys=keys(), place=Place("staff", "phone_sealed", member.id)))


def phone_of_staff(member: Staff) -> str:
    """Return a member's telephone, for a family that they answer for; empty where there is none."""
    if member.phone_sealed is None:
        return ""
    return unseal(member.phone_sealed, keys=keys(), place=Place("staff", "phone_sealed", member.id))


def _sealed_phone(staff_id: int, phone: str) -> str | None:
    if not phone.strip():
        return None
    number = parse_phone(phone)
    if len(number) != MOBILE_DIGITS or not number.startswith("1"):
        raise Invalid.field("phone", "座机收不了短信，请填11位手机号。")
    return seal(number, keys=keys(), place=Place("staff", "phone_sealed", staff_id))


@use_case
def deactivate(staff_id: int, *, by: Actor) -> None:
    """Close somebody's access at once: their sessions end with the same commit."""
    require(by.role, Action.MANAGE_STAFF)
    staff = _of_county(staff_id, by.county_code)
    if staff is None:
        raise NotFound
    staff.is_active = False
    staff.phone_sealed = None
    sign_ins.end_all(staff_id=staff.id)


def staff_of(by: Actor) -> list[Staff]:
    """Return the staff of the administrator's county."""
    require(by.role, Action.MANAGE_STAFF)
    return list(db.session.scalars(select(Staff).where(Staff.county_code == by.county_code).order_by(Staff.login)))


def _of_county(staff_id: int, county_code: str) -> Staff | None:
    query = select(Staff).where(Staff.id == staff_id, Staff.county_code == county_code)
    return db.session.scalars(query).one_or_none()


def _refuse_odd_place(role: Role, region_code: str) -> None:
    if role not in LEVEL_OF_ROLE or len(region_code) != LEVEL_OF_ROLE[role]:
        raise Invalid.field("region_code", f"这个岗位的区划代码应为{LEVEL_OF_ROLE.get(role, 6)}位。")
    if role is Role.GRID:
        return
    if db.session.scalar(select(Region.code).where(Region.code == region_code)) is None:
        raise Invalid.field("region_code", "没有这个区划。")
