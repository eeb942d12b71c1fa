"""Who works in the county: adding somebody, one-time links and codes, leaving."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import APART, GIVES, Action, Role, may, require
from backend.db import db, new_id, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import Account, Identity, Staff
from backend.privacy.current import keys
from backend.privacy.mask import mask_phone
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.privacy.seal import Place, seal, unseal
from backend.services import hats, second_factors, sign_ins

MOBILE_DIGITS, MOST_TITLE = 11, 60
_LOGIN = re.compile(r"[A-Za-z0-9._-]{1,40}")


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
    if new.role is Role.INSPECTOR:
        raise Invalid.field("role", "检查账号有地方、有期限，请系统管理员在“检查账号”里提交。")
    staff = make_account(new)
    db.session.add(
        Identity(id=new_id(), staff_id=staff.id, role=new.role, region_code=new.region_code, title=new.title)
    )
    return staff, sign_ins.make_code(staff.id, sign_ins.PASSWORD)


def make_account(new: NewStaff) -> Staff:
    """Make somebody's account inside the caller's transaction, without a hat yet."""
    name = clean_name(new.name, field="name")
    if not _LOGIN.fullmatch(new.login):
        raise Invalid.field("login", "用户名只用英文字母、数字和 . _ -，最长40个。")
    if len(new.title) > MOST_TITLE:
        raise Invalid.field("title", f"职务最多{MOST_TITLE}个字。")
    if db.session.scalar(select(Staff.id).where(Staff.login == new.login)) is not None:
        raise Invalid.field("login", "这个用户名已经有人用了。")
    hats.refuse_odd_place(new.role, new.region_code)
    staff = Staff(id=new_id(), county_code=new.region_code[:6], login=new.login, name=name, password_hash=None)
    staff.phone_sealed = _sealed_phone(staff.id, new.phone)
    db.session.add(staff)
    db.session.flush()
    return staff


def kept(staff_id: int, *, by: Actor) -> Staff:
    """Return somebody whose account the actor keeps: whose hats are all such as the actor's role gives, in its place.

    Whose hats are kept apart is looked after by whoever guards accounts. Errors: `NotAllowed` for a role that keeps no
    accounts; `NotFound` for anybody else.
    """
    if not may(by.role, Action.GUARD_ACCOUNTS):
        require(by.role, Action.MANAGE_STAFF)
    member = _of_county(staff_id, by.county_code)
    if member is None or not keeps(by, member):
        raise NotFound
    return member


def keeps(by: Actor, member: Staff) -> bool:
    """Say whether the actor keeps this account; one that waits for its first hat is no longer its maker's."""
    hats_worn = [each for each in member.identities if each.ended_at is None]
    if may(by.role, Action.GUARD_ACCOUNTS):
        return not hats_worn or any(Role(each.role) in APART for each in hats_worn)
    gives = GIVES.get(by.role, frozenset())
    is_mine = [Role(each.role) in gives and each.region_code.startswith(by.region_code) for each in hats_worn]
    return all(is_mine) and bool(is_mine)


@use_case
def let_in(login: str) -> str:
    """Let somebody in from the server itself, where no administrator can: unlock, reset the factor, make a link.

    Whoever can type commands there reads the database anyway; its owner is told at the next sign-in.
    Errors: `NotFound`; `NotPossibleNow` for an account that is closed or frozen.
    """
    member = db.session.scalars(select(Staff).where(Staff.login == login).with_for_update()).one_or_none()
    if member is None:
        raise NotFound("没有这个用户名。")
    if not member.is_active:
        raise NotPossibleNow("这个账号已冻结或停用。")
    member.failed_sign_ins, member.locked_until = 0, None
    if second_factors.has_one(member.id):
        second_factors.forget(member.id, reset_by="服务器上的命令")
    sign_ins.end_all(staff_id=member.id)
    return sign_ins.make_code(member.id, sign_ins.PASSWORD)


@use_case
def make_bind_code(staff_id: int, *, by: Actor) -> str:
    """Make the one-time code with which a member of staff binds their WeChat: for oneself, or by an administrator."""
    if not by.is_staff:
        raise NotFound
    if by.id != staff_id:
        kept(staff_id, by=by)
    return sign_ins.make_code(staff_id, sign_ins.BIND)


@use_case
def set_phone(staff_id: int, phone: str, *, by: Actor) -> None:
    """Write down, correct or (an empty text) forget a telephone of staff: one's own, or by an administrator.

    It is sealed, shown masked, and used for text messages about their duties alone. Errors: `Invalid` for a number that
    is none; `NotFound` for somebody of another county.
    """
    if not by.is_staff:
        raise NotFound
    member = kept(staff_id, by=by) if by.id != staff_id else db.session.get_one(Staff, staff_id)
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
    staff = kept(staff_id, by=by)
    staff.is_active, staff.frozen_at = False, None
    staff.phone_sealed = None
    sign_ins.end_all(staff_id=staff.id)


@use_case
def freeze(staff_id: int, *, by: Actor) -> None:
    """Close somebody's access for now: everything about them stays, and their sessions end at once."""
    staff = kept(staff_id, by=by)
    if not staff.is_active:
        raise NotPossibleNow("这个账号已经冻结或停用了。")
    staff.is_active, staff.frozen_at = False, clock.real_now()
    sign_ins.end_all(staff_id=staff.id)


@use_case
def thaw(staff_id: int, *, by: Actor) -> None:
    """Open a frozen account again; one that was closed for good stays closed."""
    staff = kept(staff_id, by=by)
    if staff.is_active or staff.frozen_at is None:
        raise NotPossibleNow("这个账号没有冻结。")
    staff.is_active, staff.frozen_at = True, None


@use_case
def change_phone(staff_id: int, *, by: Actor) -> str:
    """Take the phones bound so far off somebody's name, and return a code that binds a new one.

    What still lay on the old phone was sealed with keys that it now never gets again (decision 48).
    """
    member = kept(staff_id, by=by) if by.id != staff_id else db.session.get_one(Staff, staff_id)
    for account in db.session.scalars(select(Account).where(Account.staff_id == member.id).with_for_update()):
        account.staff_id = account.bound_at = None
        sign_ins.end_all(account_id=account.id)
    return sign_ins.make_code(member.id, sign_ins.BIND)


def _of_county(staff_id: int, county_code: str) -> Staff | None:
    query = select(Staff).where(Staff.id == staff_id, Staff.county_code == county_code)
    query = query.options(selectinload(Staff.identities))
    return db.session.scalars(query).one_or_none()
