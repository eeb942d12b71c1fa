"""The second step into the console: the code of a second factor, or setting one up where the hat demands it."""

from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db, use_case
from backend.errors import Invalid, SignInFirst
from backend.models import SignIn, Staff
from backend.services import second_factors, sign_ins
from backend.services.second_factors import Offer
from backend.services.sign_ins import CONSOLE, HALFWAY, Ticket, Where


@dataclass(frozen=True)
class Step:
    """What somebody has to do who knows the password: type a code, or (`offer`) set a second factor up first."""

    name: str
    offer: Offer | None
    reset_by: str = ""


def step_of(token: str, *, address: str, is_fresh: bool = True) -> Step:
    """Return what is left to do for the holder of a halfway token; `SignInFirst` when it is over."""
    by = _halfway(token, address)
    if second_factors.has_one(by.id):
        return Step(by.name, None)
    was_reset = second_factors.was_reset(by.id)
    return Step(by.name, second_factors.offer(by.id, is_fresh=is_fresh), was_reset.reset_by_name if was_reset else "")


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
    codes = second_factors.set_up(by.id, code)
    return _begin(db.session.scalars(select(Staff).where(Staff.id == by.id)).one(), by), codes


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
