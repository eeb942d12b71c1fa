"""A person's word about single sends: again, all of them again, or not any more; each is in the audit."""

from collections.abc import Mapping

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, ring, use_case
from backend.errors import Invalid, NotFound, NotPossibleNow
from backend.models import Message
from backend.services import audit, endings

BATCH = 200
MOST_AT_ONCE = 5000

WHY_NOT: Mapping[str, str] = {
    "told": "已打电话或当面告诉本人",
    "wrong": "内容有误，不再发",
    "unneeded": "本人不需要了",
}
"""Why a message is not to be sent any more: codes, for free text might say who and why."""

AGAIN = frozenset({"refused", "uncertain"})
STOPPABLE = frozenset({"owed", "refused", "uncertain"})
NOT_NOW: Mapping[str, str] = {
    "claimed": "这条消息正在发送，请过一会儿再看。",
    "sent": "这条消息已经发出了。",
    "owed": "这条消息本来就在等待发送。",
    "expired": "这条消息过了时效，内容已经不准，不能再发；要紧的请打电话。",
    "cancelled": "这条消息已经不用再发了。",
    "inbox": "这条消息只在站内，不往外发。",
}


@use_case
def retry(message_id: int, *, by: Actor) -> Message:
    """Owe a message again that was not delivered or is uncertain; quiet hours and the day's cap hold as ever.

    One that was not delivered goes its ways from the first again; an uncertain one begins where it was, and may be
    heard twice: that is for a person to decide, never for the program. Errors: `NotFound`; `NotPossibleNow` when it is
    in another state, or too old to be true.
    """
    require(by.role, Action.MANAGE_OUTBOX)
    message = _locked(message_id, by)
    if message.state not in AGAIN:
        raise NotPossibleNow(NOT_NOW[message.state])
    if message.not_after < clock.now():
        raise NotPossibleNow(NOT_NOW["expired"])
    _owe_again(message)
    _note(by, f"message:{message.id}", {"did": "retry"})
    ring("outbox")
    return message


def retry_all(*, by: Actor) -> int:
    """Owe everything of the county again that was not delivered and is not too old; return how many, 5,000 at most.

    In transactions of 200, and never inside another one: broken off, it is simply asked for again. What is uncertain is
    not in it: whether somebody hears twice is decided one by one.
    """
    require(by.role, Action.MANAGE_OUTBOX)
    done, below = 0, None
    while done < MOST_AT_ONCE and (found := _retry_batch(below, by)) is not None:
        below = found[0]
        done += found[1]
    return done


@use_case
def cancel(message_id: int, why: str, *, by: Actor) -> Message:
    """Let a message not be sent any more, with one of the reasons of `WHY_NOT`; the inbox keeps it all the same.

    Errors: `Invalid` without a reason; `NotFound`; `NotPossibleNow` while it is being sent, or once it was.
    """
    require(by.role, Action.MANAGE_OUTBOX)
    if why not in WHY_NOT:
        raise Invalid.field("why", "请选为什么不用再发。")
    message = _locked(message_id, by)
    if message.state not in STOPPABLE:
        raise NotPossibleNow(NOT_NOW[message.state])
    endings.end(message, "cancelled", f"{WHY_NOT[why]}（{by.name}）")
    _note(by, f"message:{message.id}", {"did": "cancel", "reason": why})
    return message


def _locked(message_id: int, by: Actor) -> Message:
    query = select(Message).where(Message.id == message_id, Message.county_code == by.county_code)
    message = db.session.scalars(query.with_for_update()).one_or_none()
    if message is None:
        raise NotFound
    return message


def _owe_again(message: Message) -> None:
    if message.state == "refused":
        message.way_no = 0
    message.failures, message.why = 0, ""
    endings.owe_again(message, clock.now())


@use_case
def _retry_batch(below: int | None, by: Actor) -> tuple[int, int] | None:
    query = select(Message).where(Message.state == "refused", Message.county_code == by.county_code)
    query = query.where(Message.not_after >= clock.now())
    query = query.where(Message.id < below) if below is not None else query
    rows = db.session.scalars(query.order_by(Message.id.desc()).limit(BATCH).with_for_update()).all()
    if not rows:
        return None
    for message in rows:
        _owe_again(message)
    _note(by, "messages", {"did": "retry_all", "count": len(rows)})
    ring("outbox")
    return rows[-1].id, len(rows)


def _note(by: Actor, subject: str, detail: dict[str, object]) -> None:
    audit.record_on_session(by=by, action=Action.MANAGE_OUTBOX, subject=subject, detail=detail)
