"""What keeps accounts safe: sessions seen and ended, a locked door opened, a second factor given up or reset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db, use_case
from backend.errors import NotFound, NotPossibleNow
from backend.models import PhoneConfirmation, SecondFactor, SignIn, Staff
from backend.services import audit, county_safety, phone_confirmations, second_factors, sign_ins
from backend.services.phone_confirmations import NO, WRONG
from backend.services.sign_ins import HALFWAY

MOST_SESSIONS = 50
SHOWN_FOR, MOST_SHOWN = timedelta(days=30), 20


@dataclass(frozen=True)
class Guarded:
    """Somebody as the security administrator sees them: whether their door is locked, and how well it is kept."""

    member: Staff
    is_locked: bool
    has_factor: bool


@dataclass(frozen=True)
class Seat:
    """One session that is open: where it began, when, on what, when it was last used; and whether it is this one."""

    id: int
    edge: str
    row: SignIn
    is_this: bool


def sessions_of(staff_id: int, *, by: Actor) -> list[Seat]:
    """Return the open sessions of oneself, or of anybody in the county for whoever guards accounts."""
    _known(staff_id, by)
    now = clock.real_now()
    query = select(SignIn).where(SignIn.staff_id == staff_id, SignIn.ended_at.is_(None), SignIn.expires_at > now)
    rows = db.session.scalars(query.where(SignIn.edge != HALFWAY).order_by(SignIn.id.desc()).limit(MOST_SESSIONS))
    return [
        Seat(row.id, row.edge, row, row.id == by.session_id)
        for row in rows
        if row.seen_at + sign_ins.idle(row.edge, by.county_code) > now
    ]


@use_case
def end_session(session_id: int, *, by: Actor) -> None:
    """End one session at once; `NotFound` for one that is not open, or somebody's whom one does not guard."""
    row = db.session.scalars(select(SignIn).where(SignIn.id == session_id).with_for_update()).one_or_none()
    if row is None or row.staff_id is None or row.ended_at is not None:
        raise NotFound
    _known(row.staff_id, by)
    row.ended_at = clock.real_now()
    _record(by, row.staff_id, "end_session")


@use_case
def end_sessions(staff_id: int, *, by: Actor) -> None:
    """End every session of somebody, on phones too; of one's own all but the one in which one asks."""
    _known(staff_id, by)
    sign_ins.end_all(staff_id=staff_id, but=by.session_id)
    _record(by, staff_id, "end_sessions")


def page_of_people(*, by: Actor, named: str = "", after: str = "", size: int = 50) -> tuple[list[Guarded], str | None]:
    """Return a page of the county's staff by sign-in name, and the name after which the next one begins."""
    require(by.role, Action.GUARD_ACCOUNTS)
    query = select(Staff).where(Staff.county_code == by.county_code, Staff.login > after)
    if wanted := named.strip():
        begins = (column.startswith(wanted, autoescape=True) for column in (Staff.login, Staff.name))
        query = query.where(or_(*begins))
    rows = db.session.scalars(query.options(selectinload(Staff.identities)).order_by(Staff.login).limit(size + 1)).all()
    return _guarded(rows[:size]), rows[size - 1].login if len(rows) > size else None


def one(staff_id: int, *, by: Actor) -> Guarded:
    """Return somebody of the county; one of another county does not exist."""
    require(by.role, Action.GUARD_ACCOUNTS)
    return _guarded([_known(staff_id, by)])[0]


def refused_lately(*, by: Actor) -> list[tuple[PhoneConfirmation, str]]:
    """Return who in the county said on the phone that it was not them, or typed wrong numbers, with their names."""
    require(by.role, Action.GUARD_ACCOUNTS)
    query = (
        select(PhoneConfirmation, Staff.name)
        .join(Staff, Staff.id == PhoneConfirmation.staff_id)
        .where(PhoneConfirmation.county_code == by.county_code, PhoneConfirmation.answer.in_((NO, WRONG)))
        .where(PhoneConfirmation.answered_at > clock.real_now() - SHOWN_FOR)
    )
    rows = db.session.execute(query.order_by(PhoneConfirmation.answered_at.desc()).limit(MOST_SHOWN)).all()
    return [(row, name) for row, name in rows]


@use_case
def unlock(staff_id: int, *, by: Actor) -> None:
    """Let somebody try again at once who missed their password too often."""
    require(by.role, Action.GUARD_ACCOUNTS)
    member = _known(staff_id, by)
    if not member.failed_sign_ins:
        raise NotPossibleNow("这个账号没有被锁。")
    member.failed_sign_ins, member.locked_until = 0, None
    _record(by, staff_id, "unlock")


@use_case
def reset_factor(staff_id: int, *, by: Actor) -> None:
    """Take back somebody's lost second factor: their sessions end, and they hear who did it at the next sign-in.

    Errors: `NotFound` for somebody elsewhere; `NotPossibleNow` for oneself, or where there is none.
    """
    require(by.role, Action.GUARD_ACCOUNTS)
    _known(staff_id, by)
    if staff_id == by.id:
        raise NotPossibleNow("不能重置自己的动态码，请另一位安全管理员来办。")
    second_factors.forget(staff_id, reset_by=by.name)
    sign_ins.end_all(staff_id=staff_id)
    _record(by, staff_id, "reset_factor")


@use_case
def give_up_factor(*, by: Actor) -> None:
    """Take one's own second factor back, e.g. for a new telephone; whoever needs one sets it up at the next sign-in.

    Every session of theirs ends: one that was stolen does not outlive it.
    """
    second_factors.forget(by.id)
    _record(by, by.id, "give_up_factor")
    sign_ins.end_all(staff_id=by.id)


@use_case
def set_up_factor(code: str, *, by: Actor) -> list[str]:
    """Take one's own second factor into use; return the recovery codes, shown this once."""
    codes = second_factors.set_up(by.id, code)
    _record(by, by.id, "set_up_factor")
    return codes


@use_case
def use_phone(*, by: Actor) -> list[str]:
    """Let the phone that just agreed confirm from now on; return recovery codes, shown once, to whoever had none.

    Errors: `NotPossibleNow` without a yes of this session.
    """
    row = phone_confirmations.spend(phone_confirmations.SET_UP, by=by)
    if row is None or row.account_id is None:
        raise NotPossibleNow("手机上还没有同意，或者已经失效，请重新发起。")
    _record(by, by.id, "use_phone")
    return second_factors.use_phone(by.id, row.account_id)


@use_case
def renew_recovery_codes(*, by: Actor) -> list[str]:
    """Make ten new recovery codes of one's own; the old ones are worth nothing any more."""
    if not second_factors.has_one(by.id):
        raise NotPossibleNow("请先设置动态码或手机确认。")
    _record(by, by.id, "recovery_codes")
    return second_factors.fresh_recovery_codes(by.id)


@use_case
def demand_factors(*, of_administrators: bool, of_exports: bool, by: Actor) -> None:
    """Say whose sign-in, and whether each file that leaves, needs a second factor in this county."""
    require(by.role, Action.SET_SAFETY)
    row = county_safety.locked(by.county_code)
    row.factor_of_administrators, row.factor_of_exports = of_administrators, of_exports
    said = [name for name, is_so in (("administrators", of_administrators), ("exports", of_exports)) if is_so]
    audit.record_on_session(
        by=by, action=Action.SET_SAFETY, subject=f"safety:{by.county_code}", detail={"demands": said}
    )


def _known(staff_id: int, by: Actor) -> Staff:
    """Return oneself, or anybody of the county for whoever guards accounts."""
    member = db.session.get(Staff, staff_id) if by.is_staff else None
    is_mine = staff_id == by.id or may(by.role, Action.GUARD_ACCOUNTS)
    if member is None or member.county_code != by.county_code or not is_mine:
        raise NotFound
    return member


def _guarded(members: Sequence[Staff]) -> list[Guarded]:
    query = select(SecondFactor.staff_id).where(
        SecondFactor.staff_id.in_([each.id for each in members]),
        or_(SecondFactor.set_up_at.is_not(None), SecondFactor.account_id.is_not(None)),
    )
    kept, now = set(db.session.scalars(query)), clock.real_now()
    return [
        Guarded(each, is_locked=each.locked_until is not None and each.locked_until > now, has_factor=each.id in kept)
        for each in members
    ]


def _record(by: Actor, staff_id: int, did: str) -> None:
    audit.record_on_session(by=by, action=Action.GUARD_ACCOUNTS, subject=f"staff:{staff_id}", detail={"did": did})
