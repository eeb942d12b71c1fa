"""Delivers what is owed: claim, write "calling", call, write the outcome; a crash leaves a trace, not a loss."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.models import Account, Attempt, Message, Quota, Task
from backend.services import metrics
from backend.services.templates import TEMPLATES, values_for
from backend.wechat import gateway
from backend.wechat.errors import Advice, WeChatError

LEASE = timedelta(seconds=60)
BATCH = 20
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600))
CHANNEL = "subscribe"


@dataclass(frozen=True)
class _Call:
    """A call about to be made, with nothing in it that needs a transaction."""

    message_id: int
    attempt_id: int
    account_id: int
    wechat: gateway.Message


def deliver_due(wechat: gateway.WeChat) -> int:
    """Deliver every message that is due now; return how many calls were made."""
    made = 0
    while (claimed := claim()).message_ids:
        for message_id in claimed.message_ids:
            call = begin_call(message_id, lease=claimed.lease)
            if call is not None:
                finish_call(call, *_made(wechat, call))
                made += 1
    return made


def _made(wechat: gateway.WeChat, call: _Call) -> tuple[WeChatError | None]:
    try:
        wechat.send_subscribe(call.wechat)
    except WeChatError as error:
        return (error,)
    return (None,)


@dataclass(frozen=True)
class Claimed:
    """Messages leased to one process, and the token that says so."""

    lease: str
    message_ids: Sequence[int]


@use_case
def claim(batch: int = BATCH) -> Claimed:
    """Lease a batch of due messages to this process; two processes never get the same one."""
    token, now = secrets.token_hex(16), clock.real_now()
    due = select(Message.id).where(Message.state == "owed", Message.not_before <= clock.now())
    ids = db.session.scalars(due.order_by(Message.not_before, Message.id).limit(batch)).all()
    if not ids:
        return Claimed(token, ())
    mine = update(Message).where(Message.id.in_(ids), Message.state == "owed")
    db.session.execute(
        mine.values(state="claimed", lease_of=token, lease_until=now + LEASE),
        execution_options={"synchronize_session": False},
    )
    return Claimed(token, db.session.scalars(select(Message.id).where(Message.lease_of == token)).all())


@use_case
def begin_call(message_id: int, *, lease: str) -> _Call | None:
    """Write down that a claimed message is about to be sent; None when it need not or cannot be.

    A process that slept past its lease finds the message with another, or with nobody, and leaves it alone.
    """
    message = db.session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()
    if message.state != "claimed" or message.lease_of != lease:
        return None
    message.lease_until = clock.real_now() + LEASE
    now = clock.now()
    if message.not_after < now:
        _end(message, "expired", "过了时效，不再发送")
        return None
    if message.task_id is not None and _is_done(message.task_id):
        _end(message, "cancelled", "事情已经办完")
        return None
    account = _account_of(message.recipient)
    if account is None:
        _end(message, "refused", "没有绑定微信，请看站内消息")
        return None
    message.tries += 1
    template = TEMPLATES[message.template]
    attempt = Attempt(
        id=new_id(),
        message_id=message.id,
        channel=CHANNEL,
        number=message.tries,
        state="calling",
        called_at=clock.real_now(),
    )
    db.session.add(attempt)
    return _Call(
        message_id=message.id,
        attempt_id=attempt.id,
        account_id=account.id,
        wechat=gateway.Message(
            openid=account.openid,
            template_id=template.template_id,
            data=values_for(template, message.data),
            page=message.page or None,
        ),
    )


@use_case
def finish_call(call: _Call, error: WeChatError | None) -> None:
    """Write the outcome of a call: sent, uncertain, to be tried again, or refused for good."""
    message = db.session.scalars(select(Message).where(Message.id == call.message_id).with_for_update()).one()
    attempt = db.session.scalars(select(Attempt).where(Attempt.id == call.attempt_id)).one()
    attempt.answered_at = clock.real_now()
    if error is None:
        attempt.state = "sent"
        _spend(call.account_id, message.template)
        _end(message, "sent", "")
        return
    attempt.state, attempt.errcode, attempt.rid = error.advice, error.errcode, error.rid or ""
    if error.advice is Advice.UNCERTAIN:
        _end(message, "uncertain", "没有等到微信的答复，可能已送达")
    elif error.advice in {Advice.RETRY, Advice.STOP_CHANNEL} and message.tries <= len(BACKOFF):
        _try_later(message, clock.now() + BACKOFF[message.tries - 1])
    else:
        if error.advice is Advice.FALL_BACK:
            _no_quota_left(call.account_id, message.template)
        _end(message, "refused", _why(error))


@use_case
def free_expired_leases() -> int:
    """Take back what a dead process had leased: a call under way is uncertain, anything else is owed again."""
    late = select(Message).where(Message.state == "claimed", Message.lease_until < clock.real_now())
    messages = db.session.scalars(late.with_for_update().limit(200)).all()
    for message in messages:
        calling = db.session.scalars(
            select(Attempt).where(Attempt.message_id == message.id, Attempt.state == "calling")
        ).all()
        for attempt in calling:
            attempt.state = "uncertain"
        if calling:
            _end(message, "uncertain", "发送途中断电或重启，可能已送达")
        else:
            _try_later(message, clock.now())
    return len(messages)


def inbox_of(by: Actor, *, before: int | None = None, size: int = 20) -> Sequence[Message]:
    """Return the actor's messages, the newest first: everything owed is also read here, sent or not."""
    require(by.role, Action.READ_INBOX)
    mine = [f"account:{by.account_id}"] if by.account_id else []
    if by.is_staff:
        mine.append(f"staff:{by.id}")
    query = select(Message).where(Message.recipient.in_(mine), Message.not_before <= clock.now())
    if before is not None:
        query = query.where(Message.id < before)
    return db.session.scalars(query.order_by(Message.id.desc()).limit(size)).all()


def not_delivered(*, by: Actor, size: int = 100) -> Sequence[Message]:
    """Return what is waiting, uncertain or refused in the actor's county, the newest first."""
    require(by.role, Action.READ_OUTBOX)
    query = select(Message).where(
        Message.county_code == by.county_code, Message.state.in_(("owed", "claimed", "uncertain", "refused"))
    )
    return db.session.scalars(query.order_by(Message.id.desc()).limit(size)).all()


def _end(message: Message, state: str, why: str) -> None:
    message.state, message.why = state, why
    message.lease_of, message.lease_until = None, None
    message.ended_at = clock.now()
    metrics.message_ended(message.kind, state)


def _try_later(message: Message, moment: datetime) -> None:
    message.state, message.not_before = "owed", moment
    message.lease_of, message.lease_until = None, None


def _is_done(task_id: int) -> bool:
    with as_system("is the duty that a message speaks of still open?"):
        return db.session.scalar(select(Task.id).where(Task.id == task_id, Task.open_due.is_not(None))) is None


def _account_of(recipient: str) -> Account | None:
    kind, _, row = recipient.partition(":")
    query = select(Account).where(Account.id == int(row) if kind == "account" else Account.staff_id == int(row))
    return db.session.scalars(query.order_by(Account.id.desc()).limit(1)).first()


def _spend(account_id: int, template: str) -> None:
    mine = update(Quota).where(
        Quota.account_id == account_id, Quota.template == template, or_(Quota.is_long_term, Quota.remaining > 0)
    )
    db.session.execute(mine.where(Quota.is_long_term.is_(False)).values(remaining=Quota.remaining - 1))


def _no_quota_left(account_id: int, template: str) -> None:
    """WeChat's own word is the truth about a quota that nobody can ask for."""
    mine = update(Quota).where(Quota.account_id == account_id, Quota.template == template)
    db.session.execute(mine.values(remaining=0, changed_at=clock.now()))


def _why(error: WeChatError) -> str:
    return f"微信返回 {error.errcode}：{error.errmsg}"[:200]
