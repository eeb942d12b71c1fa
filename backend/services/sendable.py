"""Whether a claimed message may go out now, and on which channel: stale, done, quiet hours, cap, stopped channels."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import bindparam, func, select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import Circuit, Message, Task
from backend.policy.county import current_policy
from backend.policy.ladder import WAY_NAMES, Way
from backend.privacy.seal import SealBroken
from backend.services import circuits, digests, endings, leases, phone_codes
from backend.services.channels.contract import Channel, Channels, NotThisWay, Ready, Taken
from backend.wechat.fields import Unfit
from backend.workflow.deadlines import on_the_day, spoken_at
from backend.workflow.outbox import URGENT
from backend.workflow.places import is_practice

log = structlog.get_logger()

Send = Callable[[], Taken]

CANNOT = (Unfit, LookupError, ValueError, SealBroken)
"""What a message that can never be sent raises: it is parked, and holds nobody up."""

_NO_CAP = frozenset({digests.KIND, "nudge", "supervision"})
"""What speaks for others, and what a person of rank has said: left in the inbox by a count it would not be heard."""
_DAYS_BACK = 4
"""The cap looks so far back for what was owed before and sent today: over a weekend."""

_STILL_OPEN = select(Task.id).where(Task.id.in_(bindparam("ids", expanding=True)), Task.open_due.is_not(None))
_SENT_TODAY = (
    select(Message.recipient, func.count().label("sent"))
    .where(
        Message.recipient.in_(bindparam("recipients", expanding=True)),
        Message.day.in_(bindparam("days", expanding=True)),
        Message.state.in_(("sent", "uncertain")),
        Message.ended_at >= bindparam("midnight"),
    )
    .group_by(Message.recipient)
)


@dataclass(frozen=True)
class Survey:
    """What must be known of a group of messages before any of them goes out: read for all of them at once."""

    circuits: Mapping[str, Circuit]
    open_duties: Set[int]
    sent_today: Mapping[str, int]


def survey(messages: Sequence[Message]) -> Survey:
    """Read which channels are stopped, which duties are still open, and how much each person was sent today."""
    pairs = {(way, each.template) for each in messages for way in endings.ways_of(each)}
    names = {name for way, template in pairs for name in (way, circuits.template_on(way, template))}
    duties = [each.task_id for each in messages if each.task_id is not None]
    people = {each.recipient for each in messages if each.priority != URGENT}
    return Survey(circuits.standing(names), _still_open(duties), _sent_today(people))


def look(message: Message, channels: Channels, known: Survey) -> tuple[Channel, Ready] | None:
    """Return the channel on which to send now, made ready; None when the message has ended or waits."""
    if _is_over(message, known):
        return None
    ways = endings.ways_of(message)
    while message.way_no < len(ways):
        way = ways[message.way_no]
        channel, why = channels.get(way), "这个渠道没有开通"
        if channel is not None:  # what is not open has no hours to wait for
            why = _held_up(message, channel, channels, known)
            if message.state != "claimed":
                return None
            try:
                if not why:
                    return channel, channel.prepare(message)
            except NotThisWay as because:
                why = str(because)
            except SealBroken:
                log.exception("number_does_not_open", message=message.id, way=way)
                why = "登记的号码打不开，请重新登记"
        message.way_no, message.failures = message.way_no + 1, 0
        message.why = why[:200] if channel is not None or not message.why else message.why
    endings.end(message, "refused", message.why or "没有可用的渠道，请看站内消息")
    return None


def _held_up(message: Message, channel: Channel, channels: Channels, known: Survey) -> str:
    """Let a message end or wait where it cannot go now; say why where waiting is no use, nothing where it can go."""
    goes_round = _goes_round(message, channels, known)
    if leases.is_in_doubt(message, channel) or (goes_round and leases.has_doubt(message, channel)):
        endings.end(message, "uncertain", f"可能已送达，现在再发会收到两次（{message.why}）")
        return ""
    if (moment := _later(message, channel.name)) is not None:
        if moment < message.not_after:
            endings.owe_again(message, moment)
        return "等到能发的时候已过时效"
    if (stopped := circuits.open_until(known.circuits, channel.name, message.template)) is None:
        return ""
    if not goes_round:
        endings.wait_for_channel(message, stopped, f"渠道暂停：{WAY_NAMES[channel.name]}")
    return f"渠道一直停着：{WAY_NAMES[channel.name]}"


def _goes_round(message: Message, channels: Channels, known: Survey) -> bool:
    """Say whether a message need not wait for its stopped channel: that one is out, and another is open behind it."""
    way, *others = endings.ways_of(message)[message.way_no :]
    return circuits.is_out(known.circuits, way) and any(each in channels for each in others)


def _is_over(message: Message, known: Survey) -> bool:
    if is_practice(message.county_code):
        endings.end(message, "inbox", "练习县的消息不往外发")
    elif message.not_after < clock.now():
        endings.end(message, "expired", "过了时效，不再发送")
    elif message.task_id is not None and message.task_id not in known.open_duties:
        endings.end(message, "cancelled", "事情已经办完")
    elif message.kind == digests.KIND and not digests.fill(message):
        endings.end(message, "cancelled", "里面的事情都已经办完")
    elif message.kind == phone_codes.KIND and not phone_codes.finds_somebody(message):
        endings.end(message, "cancelled", "没有可以发的登记手机")
    elif _is_over_cap(message, known):
        endings.end(message, "inbox", "今天已经发满，请看站内消息")
    return message.state != "claimed"


def _still_open(task_ids: Sequence[int]) -> set[int]:
    if not task_ids:
        return set()
    with as_system("is the duty that a message speaks of still open?"):
        return set(db.session.scalars(_STILL_OPEN, {"ids": task_ids}))


def _sent_today(recipients: Set[str]) -> dict[str, int]:
    """Count what these people were sent since midnight, of whatever day it was."""
    if not recipients:
        return {}
    today = clock.today()
    asked = {
        "recipients": list(recipients),
        "days": [today - timedelta(days=back) for back in range(_DAYS_BACK)],
        "midnight": on_the_day(today, time()),
    }
    return {row.recipient: row.sent for row in db.session.execute(_SENT_TODAY, asked)}


def _is_over_cap(message: Message, known: Survey) -> bool:
    """Say whether this person has been sent enough today; what cannot wait or must be heard goes out all the same."""
    if message.priority == URGENT or message.kind in _NO_CAP or Way.CALL in endings.ways_of(message):
        return False
    most: int = current_policy(message.county_code).numbers["messages_a_day"]
    return known.sent_today.get(message.recipient, 0) >= most


def _later(message: Message, way: str) -> datetime | None:
    """Return when the quiet hours of this county and channel are over; None when they do not hold it up."""
    if message.priority == URGENT:
        return None
    moment = spoken_at(clock.now(), current_policy(message.county_code).ladder, way)
    return moment if moment > clock.now() else None
