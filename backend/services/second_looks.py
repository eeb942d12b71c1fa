"""A second look at who sits there: the password once more, and where there is a second factor, a code or the phone."""

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db, use_case
from backend.errors import Invalid, SignInFirst
from backend.models import Staff
from backend.services import county_safety, phone_confirmations, second_factors, sign_ins
from backend.services.phone_confirmations import CHANGE, FILE

SET_UP_FIRST = "本县规定下载文件要用动态码或手机确认，请先到“我的账号”里设置。"
WRONG_PASSWORD = "密码不对。"  # noqa: S105 - what somebody reads


def confirm(by: Actor, password: str, code: str = "") -> None:
    """Look again before a file leaves; call it before the transaction that makes the file, so that a miss is counted.

    The second factor is asked of whoever set one up, and of everybody where the county says so.
    Errors: `Invalid` naming password or code; `TooMany` for somebody who keeps guessing.
    """
    if county_safety.of(by.county_code).factor_of_exports and not second_factors.has_one(by.id):
        raise Invalid.field("code", SET_UP_FIRST)
    look_again(by, password, code, purpose=FILE)


def look_again(by: Actor, password: str, code: str = "", *, purpose: str = CHANGE) -> None:
    """Check password and, where one is set up, the second factor; a miss slows the account like one at the door.

    Without a code, a yes of the bound phone for this purpose is spent. Errors: `Invalid`; `TooMany`.
    """
    if (wrong := _look(by, password, code, purpose)) is not None:
        raise wrong


def asks_for_code(by: Actor) -> bool:
    """Say whether the form has to ask for a code."""
    return second_factors.has_one(by.id) or county_safety.of(by.county_code).factor_of_exports


def reads_codes(by: Actor) -> bool:
    """Say whether the form asks for codes off an authenticator, rather than for recovery codes alone."""
    return second_factors.has_codes(by.id) or not second_factors.has_one(by.id)


def by_phone(by: Actor) -> str:
    """Say how the phone may stand in at a form for a file: "yes" it has agreed, "may" be asked, or "" neither."""
    if phone_confirmations.is_confirmed(FILE, by=by):
        return "yes"
    return "may" if second_factors.has_phone(by.id) else ""


@use_case
def _look(by: Actor, password: str, code: str, purpose: str) -> Invalid | None:
    """Count a failure in the same transaction that found it, and so return instead of raising."""
    member = db.session.scalars(select(Staff).where(Staff.id == by.id).with_for_update()).one_or_none()
    if member is None or not member.is_active or not member.password_hash:
        raise SignInFirst
    sign_ins.refuse_if_locked(member)
    if not sign_ins.password_fits(member.password_hash, password):
        sign_ins.slow_down(member)
        return Invalid.field("password", WRONG_PASSWORD)
    if second_factors.has_one(by.id) and not _knows(by, code, purpose):
        sign_ins.slow_down(member)
        return Invalid.field("code", second_factors.WRONG)
    member.failed_sign_ins, member.locked_until = 0, None
    return None


def _knows(by: Actor, code: str, purpose: str) -> bool:
    if code.strip():
        return second_factors.fits(by.id, code)
    return phone_confirmations.spend(purpose, by=by) is not None
