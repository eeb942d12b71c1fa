"""What an administrator does about the county's staff at the console; each step is in the audit."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from backend.access.actor import Actor
from backend.access.permissions import LEVEL_OF_ROLE, Action, Role, require
from backend.db import db, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import Region, Staff
from backend.services import audit, sign_ins, staff
from backend.services.staff import NewStaff


@dataclass(frozen=True)
class StaffPage:
    """One page of the county's staff, by sign-in name, and the name after which the next one begins."""

    items: Sequence[Staff]
    after: str | None


def page_of_staff(*, by: Actor, named: str = "", after: str = "", size: int = 50) -> StaffPage:
    """Return a page of the administrator's county's staff; `named` is how a name or sign-in name begins."""
    require(by.role, Action.MANAGE_STAFF)
    query = select(Staff).where(Staff.county_code == by.county_code, Staff.login > after)
    if wanted := named.strip():
        begins = (column.startswith(wanted, autoescape=True) for column in (Staff.login, Staff.name))
        query = query.where(or_(*begins))
    rows = db.session.scalars(query.options(selectinload(Staff.identities)).order_by(Staff.login).limit(size + 1)).all()
    return StaffPage(rows[:size], rows[size - 1].login if len(rows) > size else None)


def one_of_staff(staff_id: int, *, by: Actor) -> Staff:
    """Return a member of the administrator's county's staff; one of another county does not exist."""
    require(by.role, Action.MANAGE_STAFF)
    query = select(Staff).where(Staff.id == staff_id, Staff.county_code == by.county_code)
    found = db.session.scalars(query.options(selectinload(Staff.identities))).one_or_none()
    if found is None:
        raise NotFound
    return found


def places_to_work(*, by: Actor) -> Sequence[Region]:
    """Return every place of the administrator's county that a role can be given for, in the order of their codes."""
    require(by.role, Action.MANAGE_STAFF)
    townships = select(Region.code).where(Region.parent_code == by.county_code)
    inside = or_(Region.code == by.county_code, Region.parent_code == by.county_code, Region.parent_code.in_(townships))
    return db.session.scalars(select(Region).where(inside).order_by(Region.code)).all()


@use_case
def hire(new: NewStaff, *, by: Actor) -> tuple[Staff, str]:
    """Add somebody to the administrator's county; return them and the code of their one-time password link.

    Errors: those of `staff.add_staff`; `Invalid` for a place of another county.
    """
    require(by.role, Action.MANAGE_STAFF)
    if not new.login.strip():
        raise Invalid.field("login", "请填写用户名。")
    if not new.region_code.startswith(by.county_code):
        raise Invalid.field("region_code", "只能给本县加人。")
    made, code = staff.add_staff(new)
    _note(by, made.id, {"did": "hire", "role": new.role, "region": new.region_code})
    return made, code


@use_case
def renew_link(staff_id: int, *, by: Actor) -> str:
    """Make a fresh one-time password link for somebody who forgot theirs; return its code."""
    member = one_of_staff(staff_id, by=by)
    if not member.is_active:
        raise NotPossibleNow("这个账号已停用。")
    _note(by, staff_id, {"did": "renew_link"})
    return sign_ins.make_code(staff_id, sign_ins.PASSWORD)


@use_case
def bind_code_for(staff_id: int, *, by: Actor) -> str:
    """Make the one-time code with which somebody binds their WeChat: for oneself, or by an administrator."""
    code = staff.make_bind_code(staff_id, by=by)
    _note(by, staff_id, {"did": "bind_code"})
    return code


@use_case
def set_phone(staff_id: int, phone: str, *, by: Actor) -> None:
    """Write down or forget somebody's telephone; the audit says that it was done, never the number."""
    staff.set_phone(staff_id, phone, by=by)
    _note(by, staff_id, {"did": "set_phone" if phone.strip() else "forget_phone"})


@use_case
def let_go(staff_id: int, *, by: Actor) -> None:
    """Close somebody's access at once. Nobody closes their own: a county without an administrator is locked out."""
    if staff_id == by.id:
        raise NotPossibleNow("不能停用自己的账号，请另一位管理员来办。")
    staff.deactivate(staff_id, by=by)
    _note(by, staff_id, {"did": "let_go"})


def assignable_roles(places: Sequence[Region]) -> dict[Role, int]:
    """Return the roles for which the county has places, each with the digits of their codes."""
    levels = {len(place.code) for place in places}
    return {role: level for role, level in LEVEL_OF_ROLE.items() if level in levels}


def _note(by: Actor, staff_id: int, detail: dict[str, object]) -> None:
    audit.record_on_session(by=by, action=Action.MANAGE_STAFF, subject=f"staff:{staff_id}", detail=detail)
