"""Delivers what is owed: claim, write "calling", call, write the outcome; a crash leaves a trace, not a loss."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy import select

from backend import clock
from backend.db import db, new_id, ring, use_case
from backend.models import Attempt, Message
from backend.services import circuits, claims, endings, sendable
from backend.services.channels.contract import Channel, Channels, Failure
from backend.wechat.errors import Advice

LONGEST_SECONDS = 40.0
"""Then the job rings for the rest: a job that is ended in the middle of a call leaves an uncertain message behind."""
KEY_HOLDS = timedelta(minutes=8)
"""So long after its first try a message with a key is sent again: WeChat remembers a key for ten minutes."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Call:
    """A call about to be made, with nothing in it that needs a transaction."""

    message_id: int
    attempt_id: int
    channel: Channel
    send: "sendable.Send"


def deliver_due(channels: Channels, *, hands: int = 1) -> int:
    """Deliver what is due now, `hands` calls at a time; return how many calls were made.

    It stops well before a job's time is over and rings for the rest.
    """
    made, began = 0, clock.monotonic()
    with ThreadPoolExecutor(hands) as pool:
        while (claimed := claims.claim(max(claims.BATCH, 3 * hands))).messages:
            for group in claims.groups(claimed.messages, hands):
                calls = begin_calls(group, channels, lease=claimed.lease)
                finish_calls(_made(calls, pool if hands > 1 else None))
                made += len(calls)
            if clock.monotonic() - began > LONGEST_SECONDS:
                _ring_for_the_rest()
                break
    return made


def _made(calls: Sequence[Call], pool: ThreadPoolExecutor | None) -> list[tuple[Call, Failure | None]]:
    if pool is None or len(calls) == 1:
        return [(call, _called(call)) for call in calls]
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way to hand it on

    def run(call: Call) -> Failure | None:
        with app.app_context():  # a session of its own, which holds no transaction
            return _called(call)

    return list(zip(calls, pool.map(run, calls), strict=True))


def _called(call: Call) -> Failure | None:
    try:
        call.send()
    except Exception as error:
        failure = call.channel.failure(error)
        if failure is None:
            raise
        return failure
    return None


@use_case
def _ring_for_the_rest() -> None:
    ring("outbox")


@use_case
def begin_calls(message_ids: Sequence[int], channels: Channels, *, lease: str) -> list[Call]:
    """Write down that these claimed messages are about to be sent; leave out what need not or cannot be.

    A process that slept past its lease finds a message with another, or with nobody, and leaves it alone.
    """
    query = select(Message).where(Message.id.in_(message_ids)).order_by(Message.id).with_for_update()
    messages = db.session.scalars(query.execution_options(populate_existing=True)).all()
    known = circuits.standing(sendable.circuit_names(messages))
    calls = []
    for message in messages:
        if message.state == "claimed" and message.lease_of == lease:
            message.lease_until = clock.real_now() + claims.LEASE
            call = _begin(message, channels, known)
            calls += [call] if call is not None else []
    return calls


def _begin(message: Message, channels: Channels, known: sendable.Known) -> Call | None:
    try:
        found = sendable.look(message, channels, known)
    except sendable.CANNOT as error:
        log.exception("message_parked", kind=message.kind, template=message.template)
        endings.end(message, "refused", f"内容不合适：{error}")
        return None
    if found is None:
        return None
    channel, ready = found
    if ready.send is None:
        _note(message, channel, "sent")
        endings.end(message, "sent", "")
        return None
    attempt = _note(message, channel, "calling")
    return Call(message.id, attempt.id, channel, ready.send)


def _note(message: Message, channel: Channel, state: str) -> Attempt:
    message.tries += 1
    attempt = Attempt(
        id=new_id(),
        message_id=message.id,
        channel=channel.name,
        number=message.tries,
        state=state,
        called_at=clock.real_now(),
        answered_at=clock.real_now() if state == "sent" else None,
    )
    db.session.add(attempt)
    return attempt


@use_case
def finish_calls(outcomes: Sequence[tuple[Call, Failure | None]]) -> None:
    """Write the outcome of each call: sent, uncertain, to be tried again, on to the next channel, or refused."""
    ids = [call.message_id for call, _ in outcomes]
    if not ids:
        return
    query = select(Message).where(Message.id.in_(ids)).order_by(Message.id).with_for_update()
    messages = {row.id: row for row in db.session.scalars(query.execution_options(populate_existing=True))}
    attempts = {
        row.id: row
        for row in db.session.scalars(select(Attempt).where(Attempt.id.in_([call.attempt_id for call, _ in outcomes])))
    }
    for call, failure in outcomes:
        _finish(messages[call.message_id], attempts[call.attempt_id], call.channel, failure)


def _finish(message: Message, attempt: Attempt, channel: Channel, failure: Failure | None) -> None:
    attempt.answered_at = clock.real_now()
    if failure is None:
        attempt.state = "sent"
        channel.sent(message)
        circuits.went_well(channel.name, message.template)
        endings.end(message, "sent", "")
        return
    attempt.state, attempt.errcode = failure.advice, failure.errcode
    attempt.answer, attempt.rid = failure.answer, failure.rid
    if message.state in endings.FINAL:
        return  # whoever found the lease over has written "uncertain" already, and it is no less true now
    _after_failure(message, channel, failure)


def _after_failure(message: Message, channel: Channel, failure: Failure) -> None:
    if failure.advice is Advice.UNCERTAIN and not (channel.repeats and _key_still_holds(message, channel)):
        endings.end(message, "uncertain", f"没有等到答复，可能已送达（{failure.why}）")
    elif failure.advice in {Advice.RETRY, Advice.UNCERTAIN}:
        endings.try_again(message, failure.why)
    elif failure.advice is Advice.STOP_CHANNEL:
        endings.wait_for_channel(message, circuits.stop(channel.name, failure.errcode, failure.why), failure.why)
    elif failure.advice is Advice.FALL_BACK:
        channel.refused(message, failure)
        endings.next_way(message, failure.why)
    else:
        if failure.advice is Advice.BUG:
            circuits.count_bug(channel.name, message.template, failure.why)
        endings.end(message, "refused", failure.why)


def _key_still_holds(message: Message, channel: Channel) -> bool:
    first = select(Attempt.called_at).where(Attempt.message_id == message.id, Attempt.channel == channel.name)
    called_at = db.session.scalar(first.order_by(Attempt.number).limit(1))
    return called_at is not None and clock.real_now() - called_at < KEY_HOLDS


@use_case
def free_expired_leases(channels: Channels | None = None) -> int:
    """Take back what a dead process had leased: a call under way is uncertain, anything else is owed again.

    A call on a channel that knows our key is repeated under the same key.
    """
    late = select(Message).where(Message.state == "claimed", Message.lease_until < clock.real_now())
    messages = db.session.scalars(late.order_by(Message.id).with_for_update(skip_locked=True).limit(200)).all()
    for message in messages:
        _free(message, channels or {})
    endings.leases_expired(len(messages))
    return len(messages)


def _free(message: Message, channels: Channels) -> None:
    calling = db.session.scalars(
        select(Attempt).where(Attempt.message_id == message.id, Attempt.state == "calling")
    ).all()
    for attempt in calling:
        attempt.state = "uncertain"
    if not calling:
        endings.owe_again(message, clock.now())
    elif all(_may_repeat(message, channels.get(attempt.channel)) for attempt in calling):
        endings.try_again(message, "发送途中断电或重启，用同一编号再发")
    else:
        endings.end(message, "uncertain", "发送途中断电或重启，可能已送达")


def _may_repeat(message: Message, channel: Channel | None) -> bool:
    return channel is not None and channel.repeats and _key_still_holds(message, channel)
