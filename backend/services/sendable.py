"""Whether a claimed message may go out now, and on which channel: stale, done, quiet hours, cap, stopped channels."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import func, select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import Circuit, Message, Task
from backend.policy.county import current_policy
from backend.services import circuits, digests, endings
from backend.services.channels.contract import Channel, Channels, NotThisWay, Ready
from backend.wechat.fields import Unfit
from backend.workflow.deadlines import on_the_day, spoken_at
from backend.workflow.outbox import URGENT

Send = Callable[[], None]
Known = Mapping[str, Circuit]

CANNOT = (Unfit, LookupError, ValueError)
"""What a message that can never be sent raises: it is parked, and holds nobody up."""

_DAYS_BACK = 3
"""A message is sent at most so many days after the one on which it was owed."""


def circuit_names(messages: Iterable[Message]) -> set[str]:
    """Return every circuit that these messages' channels might have."""
    pairs = {(way, each.template) for each in messages for way in endings.ways_of(each)}
    return {name for way, template in pairs for name in (way, circuits.template_on(way, template))}


def look(message: Message, channels: Channels, known: Known) -> tuple[Channel, Ready] | None:
    """Return the channel on which to send now, made ready; None when the message has ended or waits."""
    if _is_over(message):
        return None
    ways = endings.ways_of(message)
    while message.way_no < len(ways):
        way = ways[message.way_no]
        if (moment := _later(message, way)) is not None:
            endings.owe_again(message, moment)
            return None
        if (stopped := circuits.open_until(known, way, message.template)) is not None:
            endings.wait_for_channel(message, stopped, f"渠道暂停：{way}")
            return None
        channel, why = channels.get(way), "这个渠道没有开通"
        if channel is not None:
            try:
                return channel, channel.prepare(message)
            except NotThisWay as because:
                why = str(because)
        message.way_no, message.failures = message.way_no + 1, 0
        message.why = why[:200] if channel is not None or not message.why else message.why
    endings.end(message, "refused", message.why or "没有可用的渠道，请看站内消息")
    return None


def _is_over(message: Message) -> bool:
    if message.not_after < clock.now():
        endings.end(message, "expired", "过了时效，不再发送")
    elif message.task_id is not None and _is_done(message.task_id):
        endings.end(message, "cancelled", "事情已经办完")
    elif message.kind == digests.KIND and not digests.fill(message):
        endings.end(message, "cancelled", "里面的事情都已经办完")
    elif _is_over_cap(message):
        endings.end(message, "inbox", "今天已经发满，请看站内消息")
    return message.state != "claimed"


def _is_done(task_id: int) -> bool:
    with as_system("is the duty that a message speaks of still open?"):
        return db.session.scalar(select(Task.id).where(Task.id == task_id, Task.open_due.is_not(None))) is None


def _is_over_cap(message: Message) -> bool:
    """Say whether this person has been sent enough today; what cannot wait is not counted."""
    if message.priority == URGENT:
        return False
    today = clock.today()
    days = [today - timedelta(days=back) for back in range(_DAYS_BACK)]
    begins = on_the_day(today, time())
    query = select(func.count()).where(
        Message.recipient == message.recipient,
        Message.day.in_(days),
        Message.state.in_(("sent", "uncertain")),
        Message.ended_at >= begins,
    )
    return (db.session.scalar(query) or 0) >= current_policy(message.county_code).numbers["messages_a_day"]


def _later(message: Message, way: str) -> datetime | None:
    """Return when the quiet hours of this county and channel are over; None when they do not hold it up."""
    if message.priority == URGENT:
        return None
    moment = spoken_at(clock.now(), current_policy(message.county_code).ladder, way)
    return moment if moment > clock.now() else None
