"""The sweep: finds the duties whose rung is due, owes messages to whoever must hear, and sets the next rung."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, insert, select, update

from backend import clock
from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.db import db, ring, use_case
from backend.models import Case, Message, Task
from backend.policy import Policy
from backend.policy.county import county_workdays, current_policy, policy_of
from backend.policy.ladder import Audience, Level
from backend.services import delays
from backend.services.digests import Loads
from backend.services.hearers import Desks
from backend.services.leaders import leading
from backend.services.reminder_words import LATE, effective, page_of, place_of, priority_of, spoken_from, words_for
from backend.services.supervision_drafts import draft_for
from backend.workflow.deadlines import NextRung, next_rung
from backend.workflow.outbox import STAFF, URGENT, as_row, ways_for
from backend.workflow.tasks import NEW

BATCH = 200
"""Duties a transaction."""

LEASE, LONGEST_SECONDS = timedelta(seconds=60), 40.0
PARKED = timedelta(days=1)
"""A duty whose ladder cannot be worked out waits so long and is logged: it must not hold up the others."""

CANNOT = (LookupError, ValueError, TypeError)
COLUMNS = (
    *(Task.id, Task.case_id, Task.county_code, Task.village_code, Task.owner_region, Task.kind, Task.role),
    Task.limit_key,
    *(Task.due_on, Task.opened_at, Task.opened_on, Task.pressing, Task.next_rung_at, Task.next_rung, Task.detail),
)

log = structlog.get_logger()


@dataclass
class Sweep:
    """What one sweep remembers: a few hundred desks, people and dates, however many duties there are."""

    now: datetime = field(default_factory=clock.now)
    desks: Desks = field(default_factory=Desks)
    loads: Loads = field(default_factory=Loads)
    tentative: Loads = field(default_factory=Loads)
    climbs: dict[tuple[object, ...], tuple[str, NextRung | None]] = field(default_factory=dict)


def sweep() -> int:
    """Go through the duties whose rung is due; return how many spoke. A second sweep beside it goes home.

    It stops well before its lease ends and rings for the rest: a sweep that dies holds up nobody for longer than that.
    """
    spoken, began = 0, clock.monotonic()
    with leading("sweep", lease=LEASE) as leads:
        book = Sweep()
        while leads and clock.monotonic() - began < LONGEST_SECONDS:
            if not (batch := _sweep_batch(book)):
                break
            spoken += batch
            book.loads = book.tentative
        else:
            if leads:
                _ring_for_the_rest()
    return spoken


@use_case
def _ring_for_the_rest() -> None:
    ring("sweep")


@use_case
def _sweep_batch(book: Sweep) -> int:
    """Take the next duties that are due, lock them, and do with each what its ladder says; return how many.

    A deadlock runs this again from its beginning: what it counted is kept only once it has committed.
    """
    book.tentative = book.loads.copy()
    with as_system("the reminder sweep"):
        due = select(*COLUMNS).where(Task.next_rung_at <= book.now).order_by(Task.next_rung_at, Task.id).limit(BATCH)
        tasks = db.session.execute(due.with_for_update(skip_locked=True)).all()
        if not tasks:
            return 0
        wanted = {task.case_id for task in tasks if task.case_id is not None}
        query = select(Case.id, Case.policy_version).where(Case.id.in_(wanted))
        versions = {row.id: row.policy_version for row in db.session.execute(query)}
        climbed = [each for task in tasks if (each := _climbed(task, versions, book)) is not None]
        _set_next(climbed)
        _owe(climbed, book)
        delays.tell_late_steps([each.task for each in climbed if _is_late_for_the_first_time(each)])
        draft_for([each.task.id for each in climbed if each.level == Level.SUPERVISION])
        return len(tasks)


@dataclass(frozen=True)
class _Climb:
    """A duty at the rung of which it speaks now, and the one that comes next."""

    task: Row[Any]
    policy: Policy
    level: str
    then: NextRung | None


def _climbed(task: Row[Any], versions: dict[int, int], book: Sweep) -> _Climb | None:
    try:
        policy = _policy_of(task, versions)
        level, then = _highest_due(task, policy, versions.get(task.case_id), book)
        return _Climb(task, policy, level, then)
    except CANNOT as error:
        log.exception("duty_parked", task=task.id, error=type(error).__name__)
        later = update(Task).where(Task.id == task.id).values(next_rung_at=book.now + PARKED)
        db.session.execute(later, execution_options={"synchronize_session": False})
        return None


def _policy_of(task: Row[Any], versions: dict[int, int]) -> Policy:
    """Return the rules of the duty's case; those of today where it has none."""
    if task.case_id is None:
        return current_policy(task.county_code)
    return policy_of(task.county_code, versions[task.case_id])


def _highest_due(task: Row[Any], policy: Policy, version: int | None, book: Sweep) -> tuple[str, NextRung | None]:
    """Return the highest rung that is due (after an outage the lower ones are stale) and the one after it."""
    key = (
        *(task.county_code, version, task.limit_key, task.due_on, task.opened_on),
        *(task.pressing == URGENT, task.next_rung_at, task.next_rung),
    )
    if key not in book.climbs:
        book.climbs[key] = _climb(task, policy, book.now)
    return book.climbs[key]


def _climb(task: Row[Any], policy: Policy, now: datetime) -> tuple[str, NextRung | None]:
    limit, workdays = policy.limit(task.limit_key), county_workdays(task.county_code)
    level, moment = task.next_rung or NEW, task.next_rung_at

    def after(instant: datetime) -> NextRung | None:
        ladder = policy.ladder
        urgent = task.pressing == URGENT
        return next_rung(task.due_on, limit, task.opened_on, instant, ladder, workdays, on_rest_days=urgent)

    following = after(moment)
    while following is not None and following.at <= now:
        level, following = following.level, after(following.at)
    return level, following


def _is_late_for_the_first_time(climb: _Climb) -> bool:
    """Say whether this is the first rung after the due date that speaks, whatever an outage has swallowed."""
    return climb.level in LATE and climb.task.next_rung not in LATE - {Level.ORANGE}


def _set_next(climbed: Sequence[_Climb]) -> None:
    """Set the next rungs, one statement for all that speak next at the same instant."""
    together: dict[NextRung | None, list[int]] = defaultdict(list)
    for each in climbed:
        together[each.then].append(each.task.id)
    for then, ids in together.items():
        values = {"next_rung_at": then.at if then else None, "next_rung": then.level if then else None}
        db.session.execute(
            update(Task).where(Task.id.in_(ids)).values(**values), execution_options={"synchronize_session": False}
        )


def _owe(climbed: Sequence[_Climb], book: Sweep) -> None:
    """Owe the messages of a batch in one statement, and none of them twice on one day."""
    rows = [row for each in climbed for row in _messages(each, book)]
    known = _known_today([each.task.id for each in climbed])
    fresh = [row for row in rows if (row["subject"], row["recipient"]) not in known]
    policies = {each.task.id: each.policy for each in climbed}
    for row in fresh:
        row.update({"why": "", "digest_id": None})
    book.tentative.fold(fresh, policies)
    if fresh:
        db.session.execute(insert(Message), fresh)
        ring("outbox")


def _known_today(task_ids: Sequence[int]) -> set[tuple[str, str]]:
    query = select(Message.subject, Message.recipient).where(
        Message.task_id.in_(task_ids), Message.day == clock.today(), Message.kind == "duty"
    )
    return {(row.subject, row.recipient) for row in db.session.execute(query)}


def _messages(climb: _Climb, book: Sweep) -> Iterable[dict[str, Any]]:
    task, rung = climb.task, climb.policy.ladder.rung(effective(climb.level, climb.task.detail))
    hearers = book.desks.hearers(Role(task.role), place_of(task), rung)
    if not hearers:
        log.error("nobody_hears", task=task.id, role=task.role, place=place_of(task))
    ways = rung.through if rung and rung.through else ways_for(task.county_code, Audience.STAFF)
    begins = spoken_from(task, climb.level, climb.policy, book.now)
    for hearer in hearers:
        yield as_row(
            kind="duty",
            subject=f"task:{task.id}:{climb.level}",
            recipient=f"{STAFF}:{hearer.staff_id}",
            county_code=task.county_code,
            data=words_for(task, climb.level, hearer),
            ways=ways,
            page=page_of(task),
            task_id=task.id,
            priority=priority_of(task, climb.level),
            not_before=begins,
            is_inbox_only=rung.is_inbox_only if rung else False,
        )
