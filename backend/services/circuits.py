"""Stops a channel, or one template on it, that cannot work now, so that no tries are burnt and one alarm is heard."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, select, update

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, ring, use_case
from backend.errors import NotFound, NotPossibleNow
from backend.models import Circuit, Message
from backend.services import audit
from backend.workflow.deadlines import next_midnight

MOST_BUGS = 5
"""Refusals in a row that were our fault; then the template waits for a person."""
DAILY_QUOTA = 45009
TRIED_AGAIN_AFTER = timedelta(hours=1)
FOR_A_PERSON = timedelta(days=1)
FREED_AT_ONCE = 1000

_NAMED = select(Circuit).where(Circuit.name.in_(bindparam("names", expanding=True)))

log = structlog.get_logger()


def template_on(way: str, template: str) -> str:
    """Return the name of one template's circuit on a channel."""
    return f"{way}:{template}"


def standing(names: Iterable[str]) -> dict[str, Circuit]:
    """Return what is known of these circuits."""
    return {row.name: row for row in db.session.scalars(_NAMED, {"names": list(set(names))})}


def open_until(known: Mapping[str, Circuit], way: str, template: str) -> datetime | None:
    """Return until when nothing is tried on a channel with this template; None when it may be."""
    moments = [
        row.open_until for name in (way, template_on(way, template)) if (row := known.get(name)) and row.open_until
    ]
    later = [moment for moment in moments if moment > clock.now()]
    return max(later, default=None)


def is_out(known: Mapping[str, Circuit], way: str) -> bool:
    """Say whether a channel was stopped again when its pause was over: then nobody waits for it who has another way."""
    row = known.get(way)
    return row is not None and row.bugs > 1


def with_bugs(known: Mapping[str, Circuit], way: str, template: str) -> tuple[str, ...]:
    """Return the circuits of a channel and of its template that count something since their last success."""
    rows = (known.get(way), known.get(template_on(way, template)))
    return tuple(row.name for row in rows if row is not None and row.bugs > 0)


def stop(way: str, errcode: int | None, why: str) -> datetime:
    """Stop a channel: until midnight in China when its day's quota is spent, else for an hour. One alarm each time.

    How often it was stopped in a row stands where a template counts its refusals; a spent quota comes back by itself.
    """
    until = next_midnight(clock.now()) if errcode == DAILY_QUOTA else clock.now() + TRIED_AGAIN_AFTER
    row = _row(way)
    if row.open_until is None or row.open_until <= clock.now():
        row.bugs += errcode != DAILY_QUOTA
        log.error("channel_stopped", channel=way, errcode=errcode, until=until.isoformat())
    row.open_until, row.why, row.changed_at = until, why[:200], clock.now()
    return until


def count_bug(way: str, template: str, why: str) -> None:
    """Count a refusal that was our own fault; the fifth in a row stops the template until a person has looked."""
    row = _row(template_on(way, template))
    row.bugs, row.why, row.changed_at = row.bugs + 1, why[:200], clock.now()
    if row.bugs >= MOST_BUGS and (row.open_until is None or row.open_until <= clock.now()):
        row.open_until = clock.now() + FOR_A_PERSON
        log.error("template_stopped", template=row.name, why=why)


def went_well(names: Collection[str]) -> None:
    """Forget what was counted before a success of these circuits."""
    if not names:
        return
    mine = update(Circuit).where(Circuit.name.in_(names), Circuit.bugs > 0)
    db.session.execute(mine.values(bugs=0), execution_options={"synchronize_session": False})


def all_circuits(*, by: Actor) -> Sequence[Circuit]:
    """Return every circuit that was ever stopped or counted, for whoever looks after the sends."""
    require(by.role, Action.READ_OUTBOX)
    return db.session.scalars(select(Circuit).order_by(Circuit.name)).all()


def close(name: str, *, by: Actor) -> None:
    """Let a stopped channel or template work again, for somebody has put right what was wrong; what waited goes out.

    Errors: `NotFound`; `NotPossibleNow` when it is working already. Never called inside another transaction: what
    waits is set free in transactions of 1,000.
    """
    stopped_until = _close(name, by)
    if stopped_until is not None:
        while _free_waiting(stopped_until) == FREED_AT_ONCE:
            pass


@use_case
def _close(name: str, by: Actor) -> datetime | None:
    require(by.role, Action.MANAGE_OUTBOX)
    row = db.session.get(Circuit, name, with_for_update=True)
    if row is None:
        raise NotFound
    if row.bugs == 0 and (row.open_until is None or row.open_until <= clock.now()):
        raise NotPossibleNow("它正在用，没有停。")
    stopped_until = row.open_until
    row.open_until, row.bugs, row.changed_at = None, 0, clock.now()
    detail: dict[str, object] = {"did": "close_circuit"}
    audit.record_on_session(by=by, action=Action.MANAGE_OUTBOX, subject=f"circuit:{name}", detail=detail)
    return stopped_until


@use_case
def _free_waiting(stopped_until: datetime) -> int:
    """Let messages go out that were told to wait until exactly this instant, which no others are."""
    waiting = select(Message.id).where(Message.state == "owed", Message.not_before == stopped_until)
    ids = db.session.scalars(waiting.limit(FREED_AT_ONCE).with_for_update(skip_locked=True)).all()
    freed = update(Message).where(Message.id.in_(ids), Message.state == "owed").values(not_before=clock.now())
    db.session.execute(freed, execution_options={"synchronize_session": False})
    ring("outbox")
    return len(ids)


def _row(name: str) -> Circuit:
    row = db.session.get(Circuit, name, with_for_update=True)
    if row is None:
        row = Circuit(name=name, bugs=0, why="", changed_at=clock.now(), open_until=None)
        db.session.add(row)
        db.session.flush()
    return row
