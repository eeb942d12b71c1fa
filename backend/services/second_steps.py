"""The second step into the console: a code, the bound phone's yes, or setting one up where the hat demands it."""

from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db, use_case
from backend.errors import Invalid, NotPossibleNow, SignInFirst
from backend.models import PhoneConfirmation, SignIn, Staff
from backend.services import phone_confirmations, second_factors, sign_ins
from backend.services.phone_confirmations import SET_UP, SIGN_IN
from backend.services.second_factors import Offer
from backend.services.sign_ins import CONSOLE, HALFWAY, Ticket, Where


@dataclass(frozen=True)
class Step:
    """What somebody has to do who knows the password: type a code, ask the phone, or (`offer`) set one up first.

    `no_phone` says why the phone cannot be asked, for whoever chose one; None where there is nothing to say.
    """

    name: str
    offer: Offer | None
    reset_by: str = ""
    has_codes: bool = False
    may_ask_phone: bool = False
    no_phone: str | None = None


def step_of(token: str, *, address: str, is_fresh: bool = True) -> Step:
    """Return what is left to do for the holder of a halfway token; `SignInFirst` when it is over."""
    by = _halfway(token, address)
    why = phone_confirmations.hindrance(by.id, _purpose(by))
    if second_factors.has_one(by.id):
        said = why if why and second_factors.has_phone(by.id) else None
        return Step(by.name, None, "", second_factors.has_codes(by.id), may_ask_phone=not why, no_phone=said)
    was_reset = second_factors.was_reset(by.id)
    reset_by = was_reset.reset_by_name if was_reset else ""
    return Step(by.name, second_factors.offer(by.id, is_fresh=is_fresh), reset_by, may_ask_phone=not why)


def ask_phone(token: str, *, address: str) -> PhoneConfirmation:
    """Let the console ask the phone of the holder of a halfway token; without a second factor, to begin with it.

    Errors: those of `phone_confirmations.ask`; `SignInFirst` when it is over.
    """
    by = _halfway(token, address)
    return phone_confirmations.ask(_purpose(by), by=by)


def asked_phone(token: str, *, address: str) -> PhoneConfirmation | None:
    """Return what the phone of the holder of a halfway token was asked last; `SignInFirst` when it is over."""
    return phone_confirmations.latest(by=_halfway(token, address))


@use_case
def come_in_by_phone(token: str, *, address: str) -> tuple[Ticket, list[str]]:
    """Begin the console session with the phone's yes; return recovery codes too where it was the first one.

    Errors: `NotPossibleNow` without a yes that counts; `TooMany`; `SignInFirst` when it took too long.
    """
    by = _halfway(token, address)
    member = db.session.scalars(select(Staff).where(Staff.id == by.id).with_for_update()).one()
    sign_ins.refuse_if_locked(member)
    purpose = _purpose(by)
    row = phone_confirmations.spend(purpose, by=by)
    if row is None or row.account_id is None:
        raise NotPossibleNow("手机上还没有同意，或者已经失效，请重新发起。")
    codes = second_factors.use_phone(by.id, row.account_id) if purpose == SET_UP else []
    return _begin(member, by), codes


def come_in(token: str, code: str, *, address: str) -> Ticket:
    """Begin the console session with a right code; a wrong one slows the account like a wrong password.

    Errors: `Invalid`; `TooMany`; `SignInFirst` when it took too long.
    """
    ticket = _try_code(_halfway(token, address), code)
    if ticket is None:
        raise Invalid.field("code", second_factors.WRONG)
    return ticket


@use_case
def _try_code(by: Actor, code: str) -> Ticket | None:
    member = db.session.scalars(select(Staff).where(Staff.id == by.id).with_for_update()).one()
    sign_ins.refuse_if_locked(member)
    if not second_factors.fits(by.id, code):
        sign_ins.slow_down(member)
        return None
    return _begin(member, by)


@use_case
def set_up(token: str, code: str, *, address: str) -> tuple[Ticket, list[str]]:
    """Set the second factor up with its first code, and begin the console session; return the recovery codes too."""
    by = _halfway(token, address)
    if second_factors.has_one(by.id):
        raise NotPossibleNow("您已经设了手机确认，请用手机确认或恢复码登录。")
    codes = second_factors.set_up(by.id, code)
    return _begin(db.session.scalars(select(Staff).where(Staff.id == by.id)).one(), by), codes


def _purpose(by: Actor) -> str:
    return SIGN_IN if second_factors.has_one(by.id) else SET_UP


def _halfway(token: str, address: str) -> Actor:
    if not token:
        raise SignInFirst
    return sign_ins.who(token, HALFWAY, address=address)


def _begin(member: Staff, by: Actor) -> Ticket:
    """End the halfway session and begin the real one in its place."""
    half = db.session.scalars(select(SignIn).where(SignIn.id == by.session_id)).one()
    sign_ins.sign_out(by)
    member.failed_sign_ins, member.locked_until = 0, None
    identity = sign_ins.first_identity(by.id)
    return sign_ins.begin(CONSOLE, account=None, identity=identity, where=Where(half.address, half.device))
