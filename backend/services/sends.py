"""The sends as whoever looks after them sees them: what waits, failed or is uncertain, whose, and every try."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, first_id_at
from backend.errors import Invalid, NotFound
from backend.models import Account, Attempt, Declaration, Message, Staff
from backend.privacy.receipts import clean_receipt_no
from backend.workflow.outbox import ACCOUNT, DECLARATION, STAFF

PAGE = 50
MOST_COUNTED = 1000
MOST_FOUND = 20
LOOKS_BACK = timedelta(days=1)


class Tab(StrEnum):
    """The lists of the page about sends."""

    WAITING = "waiting"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    EXPIRED = "expired"


STATES: Mapping[Tab, tuple[str, ...]] = {
    Tab.WAITING: ("owed", "claimed"),
    Tab.UNCERTAIN: ("uncertain",),
    Tab.FAILED: ("refused",),
    Tab.EXPIRED: ("expired",),
}


@dataclass(frozen=True)
class Send:
    """One message with every try to send it; `name` is that of a member of staff, empty for anybody else."""

    message: Message
    name: str
    attempts: Sequence[Attempt]


@dataclass(frozen=True)
class SendPage:
    """A page of sends, the newest first, and the id before which the next one begins."""

    items: Sequence[Send]
    before: int | None


@dataclass(frozen=True)
class Found:
    """Somebody whose messages can be looked at: a member of staff by name, anybody else by a receipt's number."""

    recipient: str
    name: str


@dataclass(frozen=True)
class Tally:
    """How often a channel was called since yesterday with one outcome."""

    channel: str
    outcome: str
    errcode: int | None
    count: int


def page_of(tab: Tab, *, by: Actor, before: int | None = None, size: int = PAGE) -> SendPage:
    """Return a page of the county's messages of one list, the newest first: keyset, the same cost at any depth."""
    require(by.role, Action.READ_OUTBOX)
    query = select(Message).where(Message.state.in_(STATES[tab]), Message.county_code == by.county_code)
    return _page(query, before, size)


def counts(*, by: Actor) -> dict[Tab, int]:
    """Return how many messages each list holds, counted to a thousand."""
    require(by.role, Action.READ_OUTBOX)
    found = {}
    for tab, states in STATES.items():
        ids = select(Message.id).where(Message.state.in_(states), Message.county_code == by.county_code)
        found[tab] = len(db.session.scalars(ids.limit(MOST_COUNTED)).all())
    return found


def history_of(recipient: str, *, by: Actor, before: int | None = None, size: int = PAGE) -> SendPage:
    """Return one person's messages of the county, the newest first, with every try."""
    require(by.role, Action.READ_OUTBOX)
    query = select(Message).where(Message.county_code == by.county_code, Message.recipient == recipient)
    return _page(query, before, size)


def find(text: str, *, by: Actor) -> list[Found]:
    """Return whose messages somebody asks for: staff by how their name begins, a family's by its receipt number.

    A receipt is found only within the actor's own scope: an administrator reaches no family.
    """
    require(by.role, Action.READ_OUTBOX)
    wanted = text.strip()
    if not wanted:
        return []
    begins = or_(*(column.startswith(wanted, autoescape=True) for column in (Staff.login, Staff.name)))
    named = select(Staff.id, Staff.name).where(Staff.county_code == by.county_code, begins).order_by(Staff.name)
    found = [Found(f"{STAFF}:{row.id}", row.name) for row in db.session.execute(named.limit(MOST_FOUND))]
    return found + _by_receipt(wanted)


def name_of_recipient(recipient: str, *, by: Actor) -> str:
    """Return the name of a member of staff, empty for anybody else; raises `NotFound` for what is no recipient here."""
    require(by.role, Action.READ_OUTBOX)
    kind, _, number = recipient.partition(":")
    if not number.isdecimal() or kind not in _KNOWN_HERE:
        raise NotFound
    mine = _KNOWN_HERE[kind](int(number), recipient, by.county_code)
    name = db.session.scalar(mine.limit(1))
    if name is None:
        raise NotFound
    return str(name) if kind == STAFF else ""


_KNOWN_HERE: Mapping[str, Callable[[int, str, str], Select[Any]]] = {
    STAFF: lambda row, _, county: select(Staff.name).where(Staff.id == row, Staff.county_code == county),
    ACCOUNT: lambda row, _, county: select(Account.id).where(Account.id == row, Account.county_code == county),
    DECLARATION: lambda _, whole, county: select(Message.id).where(
        Message.recipient == whole, Message.county_code == county
    ),
}
"""How it is found out whether a recipient belongs to the county, by the kind of recipient."""


def tallies(*, by: Actor) -> list[Tally]:
    """Return how the county's sends went since yesterday, by channel, outcome and code."""
    require(by.role, Action.READ_OUTBOX)
    since = first_id_at(clock.real_now() - LOOKS_BACK)
    which = (Attempt.channel, Attempt.state, Attempt.errcode)
    query = select(*which, func.count().label("times")).join(Message, Message.id == Attempt.message_id)
    mine = query.where(Attempt.id >= since, Message.county_code == by.county_code).group_by(*which)
    rows = db.session.execute(mine.order_by(Attempt.channel, Attempt.state, Attempt.errcode))
    return [Tally(row.channel, row.state, row.errcode, row.times) for row in rows]


def _page(query: Select[Message], before: int | None, size: int) -> SendPage:
    if before is not None:
        query = query.where(Message.id < before)
    rows = db.session.scalars(query.order_by(Message.id.desc()).limit(size + 1)).all()
    shown = rows[:size]
    return SendPage(_with_tries(shown), shown[-1].id if len(rows) > size else None)


def _with_tries(messages: Sequence[Message]) -> list[Send]:
    """Return the messages with names and tries: two statements for a whole page."""
    tries: dict[int, list[Attempt]] = defaultdict(list)
    if messages:
        query = select(Attempt).where(Attempt.message_id.in_([each.id for each in messages]))
        for attempt in db.session.scalars(query.order_by(Attempt.number)):
            tries[attempt.message_id].append(attempt)
    names = _names(each.recipient for each in messages)
    return [Send(each, names.get(each.recipient, ""), tries[each.id]) for each in messages]


def _names(recipients: Iterable[str]) -> dict[str, str]:
    ids = {int(each.partition(":")[2]) for each in recipients if each.startswith(f"{STAFF}:")}
    if not ids:
        return {}
    rows = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {f"{STAFF}:{row.id}": row.name for row in rows}


def _by_receipt(text: str) -> list[Found]:
    try:
        number = clean_receipt_no(text)
    except Invalid:
        return []
    rows = db.session.scalars(select(Declaration).where(Declaration.receipt_no == number))
    return [
        Found(f"{ACCOUNT}:{row.account_id}" if row.account_id else f"{DECLARATION}:{row.id}", "这张回执的申报人")
        for row in rows
    ]
