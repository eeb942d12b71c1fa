"""How the demonstration acts in the past: as somebody, at an instant, ringing no bell and reminding nobody today."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select, update

from backend import clock
from backend import db as database
from backend.access.actor import Actor
from backend.access.scope import act_within
from backend.db import db, in_transaction
from backend.models import Declaration, Message, Task
from backend.policy.county import county_workdays, policy_of
from backend.workflow.deadlines import next_rung
from backend.workflow.tasks import NEW

T = TypeVar("T")

POLICY_VERSION = 1
_LATE_NEWS = "演示数据里过去的消息，不再发送"


@contextmanager
def nobody_is_woken() -> Iterator[None]:
    """Ring no bell for what lies in the past: there is nothing to send and nobody to remind."""
    bells, database.after_commit[:] = database.after_commit[:], []
    try:
        yield
    finally:
        database.after_commit[:] = bells


def act_as(by: Actor, moment: datetime, work: Callable[[], T]) -> T:
    """Take one step as somebody, at its instant of business time, in one transaction."""
    db.session.remove()
    act_within(by.scope)
    with clock.at(moment):
        return in_transaction(work)


def remind_from(today: datetime, duties: Iterable[Task]) -> None:
    """Let these duties' ladders go on from today: nobody is reminded of what was opened weeks ago."""
    for task in duties:
        if task.next_rung != NEW:
            continue
        policy = policy_of(task.county_code, POLICY_VERSION)
        limit, workdays = policy.limit(task.limit_key), county_workdays(task.county_code)
        rung = next_rung(task.due_on, limit, task.opened_on, today, policy.ladder, workdays)
        task.next_rung_at, task.next_rung = (rung.at, rung.level) if rung else (None, None)


def forget_old_news(case_id: int) -> None:
    """Send nothing to those who declared for this case, on a phone or not: what was owed to them lost its worth."""
    declared = select(Declaration.id, Declaration.account_id).where(Declaration.case_id == case_id)
    owed = [
        f"account:{row.account_id}" if row.account_id else f"declaration:{row.id}"
        for row in db.session.execute(declared)
    ]
    stale = update(Message).where(Message.recipient.in_(owed), Message.state == "owed")
    db.session.execute(stale.values(state="expired", why=_LATE_NEWS, ended_at=clock.now()))
