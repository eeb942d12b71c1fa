"""Leases due messages to one process, the most pressing first, so that two processes never send the same one."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from backend import clock
from backend.db import db, use_case
from backend.models import Message
from backend.workflow.outbox import ORDINARY, PRESSING, URGENT

LEASE = timedelta(seconds=60)
BATCH = 20


@dataclass(frozen=True)
class Claimed:
    """Messages leased to one process, each with its recipient, and the token that says so."""

    lease: str
    messages: Sequence[tuple[int, str]]


@use_case
def claim(batch: int = BATCH) -> Claimed:
    """Lease a batch of due messages to this process, the most pressing first; two processes never get the same one."""
    token, found = secrets.token_hex(16), list[tuple[int, str]]()
    for priority in (URGENT, PRESSING, ORDINARY):
        due = select(Message.id, Message.recipient).where(
            Message.state == "owed", Message.priority == priority, Message.not_before <= clock.now()
        )
        if len(found) < batch:
            ordered = due.order_by(Message.not_before, Message.id).limit(batch - len(found))
            found += [(row.id, row.recipient) for row in db.session.execute(ordered.with_for_update(skip_locked=True))]
    if not found:
        return Claimed(token, ())
    # What the lock did not keep from another process (a database that knows no SKIP LOCKED) the state does.
    mine = update(Message).where(Message.id.in_([row for row, _ in found]), Message.state == "owed")
    db.session.execute(
        mine.values(state="claimed", lease_of=token, lease_until=clock.real_now() + LEASE),
        execution_options={"synchronize_session": False},
    )
    kept = select(Message.id).where(Message.id.in_([row for row, _ in found]), Message.lease_of == token)
    ours = set(db.session.scalars(kept))
    return Claimed(token, [each for each in found if each[0] in ours])
