"""「用已绑定的手机确认」: the console asks, the bound phone answers, one session uses it once (practice P48).

The console shows a number and the phone's owner types it, so that nobody agrees to what they did not ask for.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from unicodedata import normalize

import structlog
from sqlalchemy import func, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import DomainError, Invalid, NotFound, NotPossibleNow, TooMany
from backend.models import PhoneConfirmation, SignIn, Staff
from backend.services import audit, second_factors, sign_ins
from backend.workflow.places import name_of

SIGN_IN, FILE, CHANGE, SET_UP = "sign_in", "file", "change", "set_up"
PURPOSE_NAMES = {
    SIGN_IN: "登录电脑上的守望",
    FILE: "在电脑上下载文件（台账、名单）",
    CHANGE: "在电脑上改动态码、恢复码或确认用的手机",
    SET_UP: "以后用这部手机确认登录和下载",
}
YES, NO, WRONG, REPLACED = "yes", "no", "wrong", "replaced"
WAITING, OVER = "waiting", "over"
LIFE, USABLE = timedelta(minutes=3), timedelta(minutes=5)
"""So long a phone may answer, and so long its yes may be used."""
AN_HOUR, MOST_AN_HOUR = timedelta(hours=1), 6
MOST_WRONG = 3
LEAST_NUMBER, NUMBERS = 10, 90

log = structlog.get_logger()


def hindrance(staff_id: int, purpose: str) -> str:
    """Say in plain words why no phone can answer; empty where one can."""
    if purpose != SET_UP and second_factors.phone_of(staff_id) is not None:
        return ""
    if purpose == SET_UP and second_factors.settled_phones(staff_id):
        return ""
    if purpose != SET_UP and not second_factors.has_phone(staff_id):
        return "您还没有设确认用的手机，请先到“我的账号”里设。"
    since = second_factors.bound_at(staff_id)
    if since is None:
        return "您的账号没有绑定手机。请先在“我的账号”里要绑定码，在手机小程序里绑定。"
    if since + second_factors.SETTLED_AFTER > clock.real_now():
        ready = clock.local(since + second_factors.SETTLED_AFTER)
        return f"手机绑定满24小时才能用来确认，到{ready.month}月{ready.day}日 {ready:%H:%M}就可以用。"
    return "现在绑定的不是您设的那部确认手机。请用恢复码，到“我的账号”里改用现在这部。"


@use_case
def ask(purpose: str, *, by: Actor) -> PhoneConfirmation:
    """Let the console ask the phone of whoever sits in this session, halfway in or inside.

    An earlier asking of the same session is over. Errors: `NotPossibleNow` where no phone can answer; `TooMany`.
    """
    # Held until the commit, so that many at once are counted one after the other.
    member = db.session.scalars(select(Staff).where(Staff.id == by.id).with_for_update()).one()
    sign_ins.refuse_if_locked(member)
    if why := hindrance(by.id, purpose):
        raise NotPossibleNow(why)
    now = clock.real_now()
    _refuse_too_many(by.id, now)
    session = db.session.scalars(select(SignIn).where(SignIn.id == by.session_id)).one()
    earlier = update(PhoneConfirmation).where(
        *(PhoneConfirmation.session_id == session.id, PhoneConfirmation.used_at.is_(None)),
        PhoneConfirmation.answer.in_(("", YES)),
    )
    db.session.execute(earlier.values(answer=REPLACED), execution_options={"synchronize_session": False})
    row = PhoneConfirmation(
        id=new_id(),
        county_code=by.county_code,
        staff_id=by.id,
        session_id=session.id,
        purpose=purpose,
        number=LEAST_NUMBER + secrets.randbelow(NUMBERS),
        address=session.address,
        device=session.device,
        asked_at=now,
        expires_at=now + LIFE,
        answer="",
        wrong=0,
    )
    db.session.add(row)
    _record(row, "ask_phone", by)
    return row


def latest(*, by: Actor) -> PhoneConfirmation | None:
    """Return what this session of the console asked last."""
    query = select(PhoneConfirmation).where(PhoneConfirmation.session_id == by.session_id)
    return db.session.scalars(query.order_by(PhoneConfirmation.id.desc()).limit(1)).first()


def standing_of(row: PhoneConfirmation | None) -> str:
    """Say where an asking stands: waiting, yes (and not used yet), no, wrong, or over."""
    now = clock.real_now()
    if row is None or row.used_at is not None or row.answer == REPLACED:
        return OVER
    if row.answer == YES:
        return YES if row.answered_at is not None and row.answered_at + USABLE > now else OVER
    return row.answer or (WAITING if row.expires_at > now else OVER)


def is_confirmed(purpose: str, *, by: Actor) -> bool:
    """Say whether this session holds a yes for this that it has not used."""
    row = latest(by=by)
    return row is not None and row.purpose == purpose and standing_of(row) == YES


def spend(purpose: str, *, by: Actor) -> PhoneConfirmation | None:
    """Use this session's yes inside the caller's transaction; None where there is none, or its phone counts no more."""
    query = select(PhoneConfirmation).where(PhoneConfirmation.session_id == by.session_id)
    row = db.session.scalars(query.order_by(PhoneConfirmation.id.desc()).limit(1).with_for_update()).first()
    if row is None or row.staff_id != by.id or row.purpose != purpose or standing_of(row) != YES:
        return None
    if row.account_id not in _phones_for(row):
        return None
    row.used_at = clock.real_now()
    return row


def waiting_for(*, by: Actor) -> Sequence[PhoneConfirmation]:
    """Return what waits for an answer of the actor's phone, the newest first; another phone of theirs sees nothing."""
    require(by.role, Action.CONFIRM_CONSOLE)
    query = select(PhoneConfirmation).where(
        *(PhoneConfirmation.staff_id == by.id, PhoneConfirmation.answer == ""),
        PhoneConfirmation.asked_at > clock.real_now() - AN_HOUR,
        PhoneConfirmation.expires_at > clock.real_now(),
    )
    rows = db.session.scalars(query.order_by(PhoneConfirmation.asked_at.desc())).all()
    return [row for row in rows if by.account_id in _phones_for(row)]


def shown_to(*, by: Actor) -> list[dict[str, object]]:
    """Return the same as the phone shows it: who, what for, where and when, and never the number."""
    names = ("id", "purpose", "address", "device", "asked_at", "expires_at")
    rows = waiting_for(by=by)
    county = name_of(by.county_code) if rows else ""
    return [
        {name: getattr(row, name) for name in names}
        | {"purpose_name": PURPOSE_NAMES[row.purpose], "name": by.name, "county_name": county}
        for row in rows
    ]


def agree(confirmation_id: int, number: str, *, by: Actor) -> None:
    """Say yes on the phone, with the number that the console shows; the same yes again changes nothing.

    Errors: `Invalid` for another number, the third of which ends it; `NotPossibleNow` once it is over; `NotFound`.
    """
    require(by.role, Action.CONFIRM_CONSOLE)
    if (wrong := _try_agree(confirmation_id, normalize("NFKC", number).strip(), by)) is not None:
        raise wrong


@use_case
def _try_agree(confirmation_id: int, number: str, by: Actor) -> DomainError | None:
    """Count a wrong number in the same transaction that found it, and so return instead of raising."""
    row = _asked(confirmation_id, by)
    if row.answer == YES and row.account_id == by.account_id:
        return None
    _refuse_over(row)
    if number == str(row.number):
        _answer(row, YES, by)
        return None
    row.wrong += 1
    if row.wrong >= MOST_WRONG:
        _answer(row, WRONG, by)
        return NotPossibleNow("数字错了三次，这一次已经作废。请看清电脑上的数字，在电脑上重新发起。")
    return Invalid.field("number", "和电脑上显示的数字不一样，请看着电脑再填一次。不是您本人在操作，请点“不是我”。")


@use_case
def refuse(confirmation_id: int, *, by: Actor) -> None:
    """Say on the phone that it is somebody else: their session ends at once, and the security administrator is told.

    Whoever sits there knows the password. Errors: `NotPossibleNow` once it was answered; `NotFound`.
    """
    require(by.role, Action.CONFIRM_CONSOLE)
    row = _asked(confirmation_id, by)
    if row.answer == NO and row.account_id == by.account_id:
        return
    if row.answer:
        _refuse_over(row)
    _answer(row, NO, by)
    session = update(SignIn).where(SignIn.id == row.session_id, SignIn.ended_at.is_(None))
    db.session.execute(session.values(ended_at=clock.real_now()))
    log.error("console_was_somebody_else", staff=row.staff_id, confirmation=row.id, purpose=row.purpose)


def _refuse_too_many(staff_id: int, now: datetime) -> None:
    mine = select(func.count(), func.min(PhoneConfirmation.asked_at)).where(
        PhoneConfirmation.staff_id == staff_id, PhoneConfirmation.asked_at > now - AN_HOUR
    )
    count, first = db.session.execute(mine).one()
    if count >= MOST_AN_HOUR:
        raise TooMany(retry_after=max(1, int((first + AN_HOUR - now).total_seconds())))


def _phones_for(row: PhoneConfirmation) -> list[int]:
    if row.purpose == SET_UP:
        return second_factors.settled_phones(row.staff_id)
    chosen = second_factors.phone_of(row.staff_id)
    return [] if chosen is None else [chosen]


def _asked(confirmation_id: int, by: Actor) -> PhoneConfirmation:
    mine = (PhoneConfirmation.id == confirmation_id, PhoneConfirmation.staff_id == by.id)
    query = select(PhoneConfirmation).where(*mine)
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None or by.account_id not in _phones_for(row):
        raise NotFound
    return row


def _refuse_over(row: PhoneConfirmation) -> None:
    session = db.session.scalars(select(SignIn).where(SignIn.id == row.session_id)).one()
    if standing_of(row) != WAITING or session.ended_at is not None:
        raise NotPossibleNow("这一次已经办过或者失效了。要用的话，请在电脑上重新发起。")


def _answer(row: PhoneConfirmation, answer: str, by: Actor) -> None:
    row.answer, row.answered_at, row.account_id = answer, clock.real_now(), by.account_id
    _record(row, f"phone_{answer}", by)


def _record(row: PhoneConfirmation, did: str, by: Actor) -> None:
    detail: dict[str, object] = {"did": did, "confirmed": row.purpose}
    audit.record_on_session(by=by, action=Action.CONFIRM_CONSOLE, subject=f"staff:{row.staff_id}", detail=detail)
