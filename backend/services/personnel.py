"""What an administrator does about the county's staff at the console; each step is in the audit."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from backend.access.actor import Actor
from backend.access.permissions import APART, GIVES, LEVEL_OF_ROLE, Action, Role, may, require
from backend.db import db, use_case
from backend.errors import Invalid, NotPossibleNow
from backend.models import Identity, Region, Staff
from backend.services import audit, hats, sign_ins, staff
from backend.services.sealing import needed
from backend.services.staff import NewStaff

MOST_WHY = 100


@dataclass(frozen=True)
class StaffPage:
    """One page of the county's staff, by sign-in name, and the name after which the next one begins."""

    items: Sequence[Staff]
    after: str | None


def page_of_staff(*, by: Actor, named: str = "", after: str = "", size: int = 50) -> StaffPage:
    """Return a page of the staff of the actor's place; `named` is how a name or sign-in name begins."""
    require(by.role, Action.MANAGE_STAFF)
    query = select(Staff).where(Staff.county_code == by.county_code, Staff.login > after)
    if by.region_code != by.county_code:
        inside = func.substr(Identity.region_code, 1, len(by.region_code)) == by.region_code
        query = query.where(Staff.identities.any(and_(inside, Identity.ended_at.is_(None))))
    if wanted := named.strip():
        begins = (column.startswith(wanted, autoescape=True) for column in (Staff.login, Staff.name))
        query = query.where(or_(*begins))
    rows = db.session.scalars(query.options(selectinload(Staff.identities)).order_by(Staff.login).limit(size + 1)).all()
    return StaffPage(rows[:size], rows[size - 1].login if len(rows) > size else None)


def one_of_staff(staff_id: int, *, by: Actor) -> Staff:
    """Return somebody whose account the actor keeps; anybody else does not exist."""
    return staff.kept(staff_id, by=by)


def places_to_work(*, by: Actor) -> Sequence[Region]:
    """Return every place that the actor can give a role for, in the order of their codes."""
    require(by.role, Action.MANAGE_STAFF)
    townships = select(Region.code).where(Region.parent_code == by.region_code)
    below = or_(Region.parent_code == by.region_code, Region.parent_code.in_(townships))
    inside = or_(Region.code == by.region_code, below)
    return db.session.scalars(select(Region).where(inside, Region.leads_to.is_(None)).order_by(Region.code)).all()


def assignable_roles(places: Sequence[Region], *, by: Actor) -> dict[Role, int]:
    """Return the roles for which there are places, each with the digits of their codes.

    Whoever asks for hats finds the administrators' among them: they count once a second person has agreed.
    """
    levels = {len(place.code) for place in places}
    gives = GIVES.get(by.role, frozenset()) | (APART if may(by.role, Action.ASK_FOR_HAT) else frozenset())
    return {role: level for role, level in LEVEL_OF_ROLE.items() if level in levels and role in gives}


@use_case
def hire(new: NewStaff, *, by: Actor) -> tuple[Staff, str]:
    """Add somebody in the actor's place; return them and the code of their one-time password link.

    For an administrator the code is empty: the account waits for the security administrator.
    Errors: those of `staff.add_staff`; `Invalid` for a place or a role that the actor does not give.
    """
    require(by.role, Action.MANAGE_STAFF)
    if not new.login.strip():
        raise Invalid.field("login", "请填写用户名。")
    if not new.region_code.startswith(by.region_code):
        is_county = by.region_code == by.county_code
        raise Invalid.field("region_code", "只能给本县加人。" if is_county else "只能给本乡镇的村加人。")
    if new.role in APART and may(by.role, Action.ASK_FOR_HAT):
        made = staff.make_account(new)
        hats.ask(made.id, [hats.Hat(new.role, new.region_code, new.title)], "新增管理员账号", by=by)
        return made, ""
    if new.role not in GIVES[by.role]:
        raise Invalid.field("role", "这个岗位的账号不归您来建。")
    made, code = staff.add_staff(new)
    _note(by, made.id, {"did": "hire", "role": new.role, "region": new.region_code})
    return made, code


@use_case
def renew_link(staff_id: int, *, by: Actor) -> str:
    """Make a fresh one-time password link for somebody who forgot theirs; return its code."""
    if staff_id == by.id:
        raise NotPossibleNow("自己的密码链接请另一位管理员来发。")
    member = staff.kept(staff_id, by=by)
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
def change_phone(staff_id: int, *, by: Actor) -> str:
    """Take somebody's old phones off their name and return the code that binds the new one."""
    code = staff.change_phone(staff_id, by=by)
    _note(by, staff_id, {"did": "change_phone"})
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


@use_case
def freeze(staff_id: int, why: str, *, by: Actor) -> None:
    """Close somebody's access for now, with a reason; never one's own."""
    if staff_id == by.id:
        raise NotPossibleNow("不能冻结自己的账号，请另一位管理员来办。")
    said = needed(why, "why", MOST_WHY)
    staff.freeze(staff_id, by=by)
    _note(by, staff_id, {"did": "freeze", "why": said})


@use_case
def thaw(staff_id: int, *, by: Actor) -> None:
    """Open a frozen account again."""
    staff.thaw(staff_id, by=by)
    _note(by, staff_id, {"did": "thaw"})


def _note(by: Actor, staff_id: int, detail: dict[str, object]) -> None:
    audit.record_on_session(by=by, action=Action.MANAGE_STAFF, subject=f"staff:{staff_id}", detail=detail)
