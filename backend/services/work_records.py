"""One's own record of work in seven kinds: read off what one finished, typed by nobody, shown to nobody else (S9)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import Invalid
from backend.models import Clue, RegularVisit, Task
from backend.workflow.daily_work import FOLLOW_UP, REPORT, WORK_OF
from backend.workflow.states import Kind

MOST_DAYS = 366


def mine(first: date, last: date, *, by: Actor) -> Mapping[str, int]:
    """Return how much of each kind of daily work the actor did from `first` to `last`, both included.

    A duty counts for whoever closed it; a visit that closed duties counts as the visit alone, a clue as a report.
    Errors: `Invalid` for days that are none, or more than a year of them.
    """
    require(by.role, Action.READ_OWN_WORK)
    if not 0 <= (last - first).days <= MOST_DAYS:
        raise Invalid.field("until_on", "请选择一年以内的日期，开始不晚于结束。")
    since, until = _begin(first), _begin(last + timedelta(days=1))
    closed = (
        select(Task.kind, func.count())
        .where(Task.closed_by == by.id, Task.closed_at >= since, Task.closed_at < until)
        .where(Task.kind != Kind.REGULAR_VISIT)
        .group_by(Task.kind)
    )
    found = dict.fromkeys(dict.fromkeys(WORK_OF.values()), 0)
    for kind, count in db.session.execute(closed):
        found[WORK_OF[Kind(kind)]] += count
    visits = select(func.count(RegularVisit.id)).where(
        RegularVisit.by_id == by.id, RegularVisit.filed_at >= since, RegularVisit.filed_at < until
    )
    found[FOLLOW_UP] += db.session.scalar(visits) or 0
    clues = select(func.count(Clue.id)).where(
        Clue.reported_by == by.id, Clue.entered_at >= since, Clue.entered_at < until
    )
    found[REPORT] += db.session.scalar(clues) or 0
    return found


def this_month(*, by: Actor) -> Mapping[str, int]:
    """Return the same of the month that runs."""
    return mine(clock.today().replace(day=1), clock.today(), by=by)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.SHANGHAI)
