"""The inbox and the console's bell: everything owed is read here, whether or not it ever left the program."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, bindparam, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.models import Message

DIGEST = "digest"
"""Not shown: what it speaks of is."""

MOST_COUNTED = 100
"""An honest count: a hundred means "100 or more"."""

_NEWEST = (
    select(Message.read_at)
    .where(
        Message.recipient.in_(bindparam("mine", expanding=True)),
        Message.county_code == bindparam("county_code"),
        Message.kind != DIGEST,
        Message.owed_at <= bindparam("now"),
    )
    .order_by(Message.id.desc())
    .limit(MOST_COUNTED)
)


def inbox_of(by: Actor, *, before: int | None = None, size: int = 20) -> Sequence[Message]:
    """Return the actor's messages, the newest first: everything owed by now is also read here, sent or not."""
    require(by.role, Action.READ_INBOX)
    query = select(Message).where(_mine(by), Message.kind != DIGEST, Message.owed_at <= clock.now())
    if before is not None:
        query = query.where(Message.id < before)
    return db.session.scalars(query.order_by(Message.id.desc()).limit(size)).all()


def unread(by: Actor) -> int:
    """Return what the bell shows: unread messages among the newest, counted to a hundred."""
    require(by.role, Action.READ_INBOX)
    mine = {"mine": _recipients(by), "county_code": by.county_code, "now": clock.now()}
    return sum(read_at is None for read_at in db.session.scalars(_NEWEST, mine))


@use_case
def mark_read(message_ids: Sequence[int], *, by: Actor) -> int:
    """Note that the actor has read these messages; return how many were new. Somebody else's are left alone."""
    require(by.role, Action.READ_INBOX)
    mine = update(Message).where(Message.id.in_(message_ids), _mine(by), Message.read_at.is_(None))
    done = db.session.execute(mine.values(read_at=clock.now()), execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]


def _mine(by: Actor) -> ColumnElement[bool]:
    # Whoever practises reads what was said there, and nowhere else.
    return and_(Message.recipient.in_(_recipients(by)), Message.county_code == by.county_code)


def _recipients(by: Actor) -> list[str]:
    mine = [f"account:{by.account_id}"] if by.account_id else []
    return [*mine, f"staff:{by.id}"] if by.is_staff else mine
