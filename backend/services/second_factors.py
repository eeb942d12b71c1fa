"""Somebody's second factor: codes by the clock (TOTP, RFC 6238) or the bound phone, and ten recovery codes."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

import pyotp
import segno
from sqlalchemy import ColumnElement, delete, func, select, update

from backend import clock
from backend.access.permissions import ADMINISTRATORS, Role
from backend.db import db, use_case
from backend.errors import Invalid, NotPossibleNow
from backend.models import Account, RecoveryCode, SecondFactor, Staff
from backend.services import county_safety
from backend.services.sealing import Sealer
from backend.services.storage import settings

ISSUER = "守望"
HALF_MINUTE = 30
DRIFT = (0, -1, 1)
"""A telephone's clock may be half a minute wrong either way."""
RECOVERY_CODES, SIGNS = 10, 16
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Nothing that is read wrong from paper: sixteen of them are 79 bits, which need no slow hash."""
WRONG = "动态码不对或已用过。请看手机上最新的6位数字，或者用一个恢复码。"
SETTLED_AFTER = timedelta(hours=24)
"""So long a phone has to be bound before it confirms anything: its owner would have noticed a stranger's by then."""


@dataclass(frozen=True)
class Offer:
    """A secret to be taken over by a telephone: as an address for its code to scan, and to be typed."""

    address: str
    secret: str

    @property
    def in_groups(self) -> str:
        """The secret as people type it over: in groups of four."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))

    @property
    def picture(self) -> str:
        """The code that a telephone scans, as a data address of a picture."""
        return str(segno.make(self.address, micro=False).svg_data_uri(scale=5, border=2))


def has_one(staff_id: int) -> bool:
    """Say whether somebody has set a second factor up: codes, or a phone, also one that is lost or unbound by now."""
    return _is_set_up(db.session.get(SecondFactor, staff_id))


def has_codes(staff_id: int) -> bool:
    """Say whether somebody reads codes off an authenticator."""
    row = db.session.get(SecondFactor, staff_id)
    return row is not None and row.set_up_at is not None


def has_phone(staff_id: int) -> bool:
    """Say whether somebody chose a phone to confirm with, whatever became of it."""
    row = db.session.get(SecondFactor, staff_id)
    return row is not None and row.account_id is not None


def phone_of(staff_id: int) -> int | None:
    """Return the account of the phone that confirms for somebody: chosen by them, still bound, and for long enough."""
    query = select(Account.id).join(SecondFactor, SecondFactor.account_id == Account.id)
    return db.session.scalar(query.where(SecondFactor.staff_id == staff_id, *_is_settled(staff_id)))


def settled_phones(staff_id: int) -> list[int]:
    """Return the accounts of the phones that somebody might choose: bound, and for long enough."""
    return list(db.session.scalars(select(Account.id).where(*_is_settled(staff_id)).order_by(Account.id)))


def bound_at(staff_id: int) -> datetime | None:
    """Return since when somebody's longest bound phone is theirs; None where none is bound."""
    return db.session.scalar(select(func.min(Account.bound_at)).where(Account.staff_id == staff_id))


def was_reset(staff_id: int) -> SecondFactor | None:
    """Return the row of somebody whose second factor was taken back and not set up again, for them to be told."""
    row = db.session.get(SecondFactor, staff_id)
    return row if row is not None and not _is_set_up(row) and row.reset_at is not None else None


def is_demanded(role: Role, county_code: str) -> bool:
    """Say whether this hat is worn with a second factor only: an administrator's, outside a demonstration."""
    said = county_safety.of(county_code).factor_of_administrators
    return role in ADMINISTRATORS and (not settings().demo if said is None else said)


@use_case
def offer(staff_id: int, *, is_fresh: bool = True) -> Offer:
    """Return the secret that somebody is about to take over.

    Each page shows a fresh one, so that whoever saw an earlier page knows nothing; after a wrong code it stays.
    Errors: `NotPossibleNow` for somebody who has a second factor.
    """
    member = db.session.scalars(select(Staff).where(Staff.id == staff_id).with_for_update()).one()
    row = db.session.get(SecondFactor, staff_id)
    if row is not None and row.set_up_at is not None:
        raise NotPossibleNow("您已经有动态码了。")
    row = row or _begun(staff_id)
    if is_fresh or row.secret_sealed is None:
        row.secret_sealed = _sealer(staff_id).must("secret_sealed", pyotp.random_base32())
    secret = _sealer(staff_id).open("secret_sealed", row.secret_sealed)
    return Offer(pyotp.TOTP(secret).provisioning_uri(name=member.login, issuer_name=ISSUER), secret)


@use_case
def set_up(staff_id: int, code: str) -> list[str]:
    """Take the offered secret into use with a first right code; return ten recovery codes, shown this once.

    Errors: `Invalid` for a wrong code; `NotPossibleNow` where nothing was offered.
    """
    row = _locked(staff_id)
    if row is None or row.secret_sealed is None or row.set_up_at is not None:
        raise NotPossibleNow("请先打开设置页，扫了码再填。")
    if not _by_clock(row, _plain(code)):
        raise Invalid.field("code", "动态码不对。请看手机上最新的6位数字，并确认手机的时间是准的。")
    row.set_up_at, row.reset_at, row.reset_by_name = clock.real_now(), None, ""
    return fresh_recovery_codes(staff_id)


def use_phone(staff_id: int, account_id: int) -> list[str]:
    """Let this phone confirm from now on, inside the caller's transaction that spent its first yes.

    Return ten recovery codes, shown this once, to whoever had no second factor before; empty to anybody else.
    """
    db.session.scalars(select(Staff).where(Staff.id == staff_id).with_for_update()).one()
    row = _locked(staff_id) or _begun(staff_id)
    is_first = not _is_set_up(row)
    row.account_id, row.reset_at, row.reset_by_name = account_id, None, ""
    return fresh_recovery_codes(staff_id) if is_first else []


def fits(staff_id: int, code: str) -> bool:
    """Say whether a code is right, and spend it, inside the caller's transaction: no code is right twice."""
    row = _locked(staff_id)
    if row is None or not _is_set_up(row):
        return False
    typed = _plain(code)
    return (row.set_up_at is not None and _by_clock(row, typed)) or _recovers(staff_id, typed)


def recovery_codes_left(staff_id: int) -> int:
    """Return how many recovery codes somebody still has."""
    left = select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(left) or 0


def forget(staff_id: int, *, reset_by: str = "") -> None:
    """Take somebody's second factor back inside the caller's transaction; `reset_by` is told to its owner.

    Errors: `NotPossibleNow` where there is none.
    """
    row = _locked(staff_id)
    if row is None or not _is_set_up(row):
        raise NotPossibleNow("没有设置动态码，也没有设确认用的手机。")
    row.secret_sealed, row.set_up_at, row.last_step, row.account_id = None, None, 0, None
    if reset_by:
        row.reset_at, row.reset_by_name = clock.real_now(), reset_by
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def _is_set_up(row: SecondFactor | None) -> bool:
    return row is not None and (row.set_up_at is not None or row.account_id is not None)


def _is_settled(staff_id: int) -> tuple[ColumnElement[bool], ...]:
    return Account.staff_id == staff_id, Account.bound_at <= clock.real_now() - SETTLED_AFTER


def _begun(staff_id: int) -> SecondFactor:
    row = SecondFactor(staff_id=staff_id, secret_sealed=None, set_up_at=None, last_step=0, reset_at=None)
    row.reset_by_name = ""
    db.session.add(row)
    return row


def _locked(staff_id: int) -> SecondFactor | None:
    query = select(SecondFactor).where(SecondFactor.staff_id == staff_id).with_for_update()
    return db.session.scalars(query).one_or_none()


def _by_clock(row: SecondFactor, code: str) -> bool:
    secret = _sealer(row.staff_id).open("secret_sealed", row.secret_sealed)
    totp, here = pyotp.TOTP(secret), int(clock.real_now().timestamp()) // HALF_MINUTE
    for step in (here + drift for drift in DRIFT):
        if step > row.last_step and compare_digest(totp.generate_otp(step), code):
            row.last_step = step
            return True
    return False


def _recovers(staff_id: int, code: str) -> bool:
    mine = update(RecoveryCode).where(
        RecoveryCode.digest == _digest(staff_id, code),
        RecoveryCode.staff_id == staff_id,
        RecoveryCode.used_at.is_(None),
    )
    return int(db.session.execute(mine.values(used_at=clock.real_now())).rowcount) == 1  # type: ignore[attr-defined]


def fresh_recovery_codes(staff_id: int) -> list[str]:
    """Make ten recovery codes inside the caller's transaction; older ones are worth nothing any more."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = ["".join(secrets.choice(LETTERS) for _ in range(SIGNS)) for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(digest=_digest(staff_id, code), staff_id=staff_id, used_at=None) for code in codes)
    return ["-".join(code[start : start + 4] for start in range(0, SIGNS, 4)) for code in codes]


def _digest(staff_id: int, code: str) -> str:
    return hashlib.sha256(f"recovery:{staff_id}:{code}".encode()).hexdigest()


def _plain(code: str) -> str:
    """Return a code as it was meant: without the spaces and strokes with which people write it down."""
    typed = "".join(sign for sign in code if sign.isalnum()).upper()
    return typed if typed.isascii() else ""


def _sealer(staff_id: int) -> Sealer:
    return Sealer("second_factors", staff_id)
