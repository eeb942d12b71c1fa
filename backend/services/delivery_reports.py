"""What WeChat reports of a message that it took first: a failure is written on the send, and the next way is tried."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from backend import clock
from backend.db import db, ring
from backend.models import Attempt, Message, PushedEvent
from backend.policy.ladder import Way
from backend.services import endings
from backend.services.channels.words import why_reported

CHANNEL_OF: Mapping[str, Way] = {"subscribe_sent": Way.SUBSCRIBE, "template_sent": Way.SERVICE}
"""The kinds of event that say how a message ended, and the channel on which it was sent."""

WENT_WELL = "success"
FAILED_LATER = "reported"
"""The state of a try that WeChat took and then reported as failed."""

WAITS_FOR_ITS_SEND = timedelta(minutes=10)
"""A report may come before our own commit of the answer; so long it is looked at again, then it is nobody's."""

LONGEST_ANSWER = 80

log = structlog.get_logger()


def take_up(event: PushedEvent) -> bool:
    """Write an event's failures on their sends; False when one is not written down yet and the event has to wait."""
    way = CHANNEL_OF[event.kind]
    failed = [item for item in event.items if item["status"] != WENT_WELL]
    known = [_note(way, item) for item in failed]
    if not all(known) and clock.now() - event.received_at < WAITS_FOR_ITS_SEND:
        return False
    for _ in (each for each in known if not each):
        log.warning("report_of_unknown_send", channel=str(way))
    return True


def _note(way: Way, item: Mapping[str, Any]) -> bool:
    """Write one failure down, once; say whether its send is known."""
    sent = select(Attempt).where(Attempt.msgid == item.get("msgid"), Attempt.channel == str(way))
    attempt = db.session.scalars(sent).first() if item.get("msgid") else None
    if attempt is None:
        return False
    # The message first, as everybody does who writes on its sends; then the send as it is under that lock.
    locked = select(Message).where(Message.id == attempt.message_id).with_for_update()
    message = db.session.scalars(locked).one()
    db.session.refresh(attempt)
    if attempt.state == "sent":
        attempt.state, attempt.errcode = FAILED_LATER, item.get("errcode")
        attempt.answer = str(item["status"])[:LONGEST_ANSWER]
        if message.state == "sent" and endings.ways_of(message)[message.way_no : message.way_no + 1] == [way]:
            endings.next_way(message, why_reported(attempt.answer))
            ring("outbox")
    return True
