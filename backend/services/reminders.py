"""The sweep: finds the duties whose rung is due, owes messages to whoever must hear, and sets the next rung."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, or_, select, update

from backend import clock, inserts
from backend.access.scope import as_system
from backend.connections import read_by
from backend.db import db, new_id, ring, use_case
from backend.models import Case, Message, Task
from backend.policy import Policy, county
from backend.policy.ladder import Audience, Level
from backend.services import delays
from backend.services.climbs import CANNOT, Climb, Ladders
from backend.services.digests import Loads
from backend.services.hearers import Desks, Hearer
from backend.services.leaders import leading
from backend.services.pace import Pace
from backend.services.reminder_words import effective, page_of, place_of, priority_of, spoken_from, words_for
from backend.services.supervision_drafts import draft_for
from backend.services.takers import hearing_role
from backend.workflow.deadlines import NextRung
from backend.workflow.duties import ROUTINE_KINDS
from backend.workflow.outbox import STAFF, as_row, ways_for
from backend.workflow.tasks import NEW

BATCH = 200
"""Duties a transaction."""

LEASE, LONGEST_SECONDS = timedelta(seconds=60), 40.0

COLUMNS = (
    *(Task.id, Task.case_id, Task.household_id, Task.county_code, Task.township_code, Task.village_code),
    *(Task.grid_code, Task.owner_region, Task.kind, Task.role, Task.limit_key, Task.due_on, Task.opened_at),
    *(Task.opened_on, Task.pressing, Task.next_rung_at, Task.next_rung, Task.detail),
)
Reached = tuple[datetime, int]
"""The last duty that was looked at, in the order of their rungs."""
Known = Row[int, int | None, str, str, date, str]
"""A message of a duty: its id, duty, subject, recipient, day and state."""

log = structlog.get_logger()


@dataclass
class Sweep:
    """What one sweep remembers: a few hundred desks, people and dates, however many duties there are.

    `reached`: it never looks back over what it has done. An index keeps what was moved away for a while, and a sweep
    that began anew with each batch would step over all of it each time.
    """

    now: datetime = field(default_factory=clock.now)
    desks: Desks = field(default_factory=Desks)
    ladders: Ladders = field(default_factory=Ladders)
    loads: Loads = field(default_factory=Loads)
    reached: Reached | None = None


def sweep() -> int:
    """Go through the duties whose rung is due; return how many spoke. A second sweep beside it goes home.

    It stops well before its lease ends and rings for the rest: a sweep that dies holds up nobody for longer than that.
    """
    spoken, began = 0, clock.monotonic()
    with leading("sweep", lease=LEASE) as leads:
        book, pace = Sweep(), Pace()
        while leads and clock.monotonic() - began < LONGEST_SECONDS:
            if not (batch := _sweep_batch(book)):
                break
            spoken += len(batch)
            book.loads.settle()
            book.reached = batch[-1].next_rung_at, batch[-1].id
            pace.rest_at_times()
        else:
            if leads:
                _ring_for_the_rest()
    return spoken


@use_case
def _ring_for_the_rest() -> None:
    ring("sweep")


@use_case
def _sweep_batch(book: Sweep) -> Sequence[Row[Any]]:
    """Take the next duties that are due, lock them, and do with each what its ladder says; return them.

    A deadlock runs this again from its beginning: what it counted is kept only once it has committed.
    """
    book.loads.take_back()
    with as_system("the reminder sweep"):
        tasks = _due(book.now, book.reached)
        if not tasks:
            return tasks
        county.have_at_hand({task.county_code for task in tasks})
        wanted = {task.case_id for task in tasks if task.case_id is not None}
        query = select(Case.id, Case.policy_version).where(Case.id.in_(wanted))
        versions = {row.id: row.policy_version for row in db.session.execute(query)}
        climbed = [each for task in tasks if (each := book.ladders.climb(task, versions)) is not None]
        said = dict(_said(climbed, book))
        climbed = [each for each in climbed if each.task.id in said]
        _set_next(climbed)
        _owe(climbed, [row for rows in said.values() for row in rows], book)
        delays.tell_late_steps([each.task for each in climbed if each.is_late_for_the_first_time])
        draft_for([each.task for each in climbed if each.level == Level.SUPERVISION])
        return tasks


def _due(now: datetime, reached: Reached | None) -> Sequence[Row[Any]]:
    """Lock and return the next duties: the rest of the instant that was reached, then those of later ones.

    Two statements, for neither database reads "later, or as late and behind it" as one piece of an index.
    """
    ordered = select(*COLUMNS).order_by(Task.next_rung_at, Task.id).with_for_update(skip_locked=True)
    if reached is None:
        return db.session.execute(ordered.where(Task.next_rung_at <= now).limit(BATCH)).all()
    at, last = reached
    found = db.session.execute(ordered.where(Task.next_rung_at == at, Task.id > last).limit(BATCH)).all()
    if len(found) < BATCH:
        later = ordered.where(Task.next_rung_at > at, Task.next_rung_at <= now).limit(BATCH - len(found))
        found = [*found, *db.session.execute(later)]
    return found


def _set_next(climbed: Sequence[Climb]) -> None:
    """Set the next rungs, one statement for all that speak next at the same instant."""
    together: dict[NextRung | None, list[int]] = defaultdict(list)
    for each in climbed:
        together[each.then].append(each.task.id)
    for then, ids in together.items():
        values = {"next_rung_at": then.at if then else None, "next_rung": then.level if then else None}
        db.session.execute(
            update(Task).where(Task.id.in_(ids)).values(**values), execution_options={"synchronize_session": False}
        )


def _said(climbed: Sequence[Climb], book: Sweep) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield the messages of each duty; one for which none can be made is parked, so that it holds nobody up."""
    book.desks.learn({place_of(each.task) for each in climbed})
    for each in climbed:
        try:
            yield each.task.id, list(_messages(each, book))
        except CANNOT as error:
            book.ladders.park(each.task.id, error)


def _owe(climbed: Sequence[Climb], rows: Sequence[dict[str, Any]], book: Sweep) -> None:
    """Owe the messages of a batch in one statement, and none of them twice on one day."""
    known = _known([each.task.id for each in climbed])
    today = {(each.subject, each.recipient) for each in known if each.day == clock.today()}
    fresh = [row for row in rows if (row["subject"], row["recipient"]) not in today]
    _cancel_superseded(climbed, rows, known)
    policies: dict[int, Policy] = {each.task.id: each.policy for each in climbed}
    routine = {each.task.id for each in climbed if each.task.kind in ROUTINE_KINDS}
    book.loads.fold(fresh, policies, routine, {each.task.id for each in climbed if each.is_repeat})
    if fresh:
        inserts.write_rows(db.session(), Message, fresh)
        ring("outbox")


def _known(task_ids: Sequence[int]) -> Sequence[Known]:
    """Return what these duties' people were owed today, and what still waits from before."""
    asked = Message.id, Message.task_id, Message.subject, Message.recipient, Message.day, Message.state
    query = select(*asked).where(
        Message.task_id.in_(task_ids),
        or_(Message.day == clock.today(), Message.state == "owed"),
        Message.kind == "duty",
    )
    # Without statistics SQLite reads every message of the kind, which is more with each batch.
    return db.session.execute(read_by("ix_messages_task_id", Message, query)).all()


def _cancel_superseded(climbed: Sequence[Climb], rows: Sequence[dict[str, Any]], known: Sequence[Known]) -> None:
    """Cancel what waits to say "new" of a duty that has another date, urgency or holder since, and is told anew."""
    current: dict[int | None, Climb] = {each.task.id: each for each in climbed}
    told = {(row["task_id"], row["recipient"]): row["subject"] for row in rows if row["state"] == "owed"}
    stale = []
    for each in known:
        if each.state != "owed" or not each.subject.endswith(f":{NEW}"):
            continue
        now_said = told.get((each.task_id, each.recipient))
        is_dated = each.subject == _subject(current[each.task_id].task, NEW)
        if (now_said is None and current[each.task_id].level == NEW) or (now_said is not None and not is_dated):
            stale.append(each.id)
    if stale:
        owed = update(Message).where(Message.id.in_(stale), Message.state == "owed")
        over = owed.values(state="cancelled", why="期限、缓急或经办人有变，已另发", ended_at=clock.now())
        db.session.execute(over, execution_options={"synchronize_session": False})


def _messages(climb: Climb, book: Sweep) -> Iterator[dict[str, Any]]:
    """Yield a message for each who hears: all of them say the same, and to some of them why they hear it."""
    task, rung = climb.task, climb.policy.ladder.rung(effective(climb.level, climb.task.detail))
    hearers = book.desks.hearers(hearing_role(task), place_of(task), rung)
    if not hearers:
        log.error("nobody_hears", task=task.id, role=task.role, place=place_of(task))
        return
    first, *others = hearers
    message = as_row(
        kind="duty",
        subject=_subject(task, climb.level),
        recipient=_recipient(first),
        county_code=task.county_code,
        data=words_for(task, climb.level, first),
        ways=rung.through if rung and rung.through else ways_for(task.county_code, Audience.STAFF),
        page=page_of(task),
        task_id=task.id,
        priority=priority_of(task, climb.level),
        not_before=spoken_from(task, climb.level, climb.policy, book.now),
        is_inbox_only=rung.is_inbox_only if rung else False,
    )
    yield message
    for each in others:
        own = message if each.why == first.why else {**message, "data": words_for(task, climb.level, each)}
        yield {**own, "id": new_id(), "recipient": _recipient(each)}


def _subject(task: Row[Any], level: str) -> str:
    """Return what a message is about: a duty with another date or urgency is news again on the same day."""
    dated = f":{task.due_on:%Y%m%d}.{task.pressing}" if level == NEW else ""
    return f"task:{task.id}{dated}:{level}"


def _recipient(hearer: Hearer) -> str:
    return f"{STAFF}:{hearer.staff_id}"
