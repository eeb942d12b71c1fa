"""Takes back what dead processes had leased, and knows how long a message may be sent again under its own key."""

from datetime import timedelta

from sqlalchemy import select

from backend import clock
from backend.db import db, use_case
from backend.models import Attempt, Message
from backend.services import endings
from backend.services.channels.contract import Channel, Channels
from backend.wechat.errors import Advice

KEY_HOLDS = timedelta(minutes=8)
"""So long after its first try a message with a key is sent again: WeChat remembers a key for ten minutes."""
AT_ONCE = 200


@use_case
def free_expired(channels: Channels | None = None) -> int:
    """Take back what a dead process had leased: a call under way is uncertain, anything else is owed again.

    A call on a channel that knows our key is repeated under the same key.
    """
    late = select(Message).where(Message.state == "claimed", Message.lease_until < clock.real_now())
    messages = db.session.scalars(late.order_by(Message.id).with_for_update(skip_locked=True).limit(AT_ONCE)).all()
    for message in messages:
        _free(message, channels or {})
    endings.leases_expired(len(messages))
    return len(messages)


def may_repeat(message: Message, channel: Channel | None) -> bool:
    """Say whether the message may be called out once more on this channel without being received twice."""
    return channel is not None and channel.repeats and _key_still_holds(message, channel)


def _key_still_holds(message: Message, channel: Channel) -> bool:
    first = select(Attempt.called_at).where(Attempt.message_id == message.id, Attempt.channel == channel.name)
    called_at = db.session.scalar(first.order_by(Attempt.number).limit(1))
    return called_at is not None and clock.real_now() - called_at < KEY_HOLDS


def is_in_doubt(message: Message, channel: Channel) -> bool:
    """Say whether an earlier try of these may have arrived on this channel and it is too late to repeat it.

    A try that waited long (for its next turn, the end of quiet hours, a stopped channel) is one message more to WeChat,
    which has forgotten the key. What a person owes again begins without failures: they have weighed that.
    """
    return has_doubt(message, channel) and not may_repeat(message, channel)


def has_doubt(message: Message, channel: Channel) -> bool:
    """Say whether an earlier try of these may have arrived on this channel, which may repeat it for a while."""
    if message.failures == 0 or not channel.repeats:
        return False  # where nothing is repeated by itself, only a person lets it go out again
    doubtful = Attempt.channel == channel.name, Attempt.state == str(Advice.UNCERTAIN)
    return db.session.scalar(select(Attempt.id).where(Attempt.message_id == message.id, *doubtful).limit(1)) is not None


def _free(message: Message, channels: Channels) -> None:
    calling = db.session.scalars(
        select(Attempt).where(Attempt.message_id == message.id, Attempt.state == "calling")
    ).all()
    for attempt in calling:
        attempt.state = "uncertain"
    if not calling:
        endings.owe_again(message, clock.now())
    elif all(may_repeat(message, channels.get(attempt.channel)) for attempt in calling):
        endings.try_again(message, "发送途中断电或重启，用同一编号再发")
    else:
        endings.end(message, "uncertain", "发送途中断电或重启，可能已送达")
