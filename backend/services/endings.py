"""How a message goes on or ends: sent, tried again, on the next channel, waiting for one, or over for good."""

import random
from datetime import datetime, timedelta

from sqlalchemy import select

from backend import clock
from backend.db import db, new_id
from backend.models import Attempt, Message
from backend.policy.ladder import Way
from backend.services import metrics
from backend.services.channels import told_by_people
from backend.services.channels.contract import NotThisWay

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600))
JITTER = 0.4
"""Up to so much longer, so that what failed together does not come back together."""
UNHEARD = frozenset({"uncertain", "refused", "expired"})
"""Ended, and nobody knows that the person has heard it."""
FINAL = frozenset({"sent", "uncertain", "refused", "expired", "cancelled", "inbox"})

_dice = random.SystemRandom()


def end(message: Message, state: str, why: str) -> None:
    """Bring a message to its end; nothing takes it up by itself any more."""
    message.state, message.why = state, why[:200]
    message.lease_of, message.lease_until = None, None
    message.ended_at = clock.now()
    metrics.message_ended(message.kind, state)
    if state in UNHEARD and Way.CALL in ways_of(message):
        _let_somebody_tell(message)


def _let_somebody_tell(message: Message) -> None:
    """Open the duty of the last way, once, for news that must be heard and ended before its turn: an elder waits."""
    asked = select(Attempt.id).where(Attempt.message_id == message.id, Attempt.channel == Way.CALL)
    if db.session.scalar(asked.limit(1)) is not None:
        return
    try:
        told_by_people.ask(message)
    except NotThisWay:
        return  # there is nobody to go to; why it ended says so already
    note_try(message, Way.CALL, "sent")
    message.why = f"{message.why[:180]}；已请村里当面告知"


def note_try(message: Message, way: str, state: str) -> Attempt:
    """Write down a try on a channel, before it is made or as it is done."""
    message.tries += 1
    attempt = Attempt(
        id=new_id(),
        message_id=message.id,
        channel=way,
        number=message.tries,
        state=state,
        called_at=clock.real_now(),
        answered_at=clock.real_now() if state == "sent" else None,
    )
    db.session.add(attempt)
    return attempt


def owe_again(message: Message, moment: datetime) -> None:
    """Give a claimed message back: it is due at the moment (business time)."""
    message.state, message.not_before = "owed", moment
    message.lease_of, message.lease_until = None, None


def try_again(message: Message, why: str) -> None:
    """Let a try that failed be repeated, later each time; after the last one the next channel has its turn."""
    if message.failures >= len(BACKOFF):
        next_way(message, why)
        return
    pause = BACKOFF[message.failures]
    message.failures += 1
    message.why = why[:200]
    owe_again(message, clock.now() + pause * (1 + JITTER * _dice.random()))


def next_way(message: Message, why: str) -> None:
    """Go on to the next channel, once and for good; where there is none, the message was not delivered."""
    message.way_no += 1
    message.failures = 0
    message.why = why[:200]
    if message.way_no >= len(ways_of(message)):
        end(message, "refused", why)
    else:
        owe_again(message, clock.now())


def wait_for_channel(message: Message, until: datetime, why: str) -> None:
    """Wait for a stopped channel without burning a try; one that is back too late is no channel."""
    if until >= message.not_after:
        next_way(message, why)
        return
    message.why = why[:200]
    owe_again(message, until)


def ways_of(message: Message) -> list[str]:
    """Return the message's channels, in their order."""
    return message.ways.split(",") if message.ways else []


def leases_expired(count: int) -> None:
    """Count messages that were taken back from dead processes."""
    metrics.LEASE_EXPIRIES.inc(count)
