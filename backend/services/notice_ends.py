"""How a public notice ends: closed after its full days, by the program if nobody does it, then taken down."""

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import NotFound, NotPossibleNow, OutOfDate
from backend.models import Case, County, Notice, Task
from backend.services.leaders import leading
from backend.services.notices import find_notice, items_of
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.states import Kind
from backend.workflow.tasks import open_duties


@use_case
def close(case_id: int, *, by: Actor, version: int) -> Case:
    """Close a family's notice by hand after its last full day; the program does so by itself the day after."""
    case = find_case(case_id)
    engine.move(case, Action.CLOSE_NOTICE, by=by, version=version)
    return case


@use_case
def take_down(notice_id: int, *, by: Actor) -> Notice:
    """Record that the sheet was taken down, or the line of a family whose case has ended covered."""
    require(by.role, Action.TAKE_DOWN_NOTICE)
    notice = find_notice(notice_id)
    case_ids = sorted(item.case_id for item in items_of(notice))
    done = 0
    for case_id in case_ids:
        case = find_case(case_id)
        due = [task for task in open_duties(case_id) if Kind(task.kind) is Kind.TAKE_DOWN_NOTICE]
        for task in due:
            with suppress(NotPossibleNow):  # posted again as it hangs: this family's line stays for its days
                detail = {"notice": str(notice.id)}
                engine.move(case, Action.TAKE_DOWN_NOTICE, by=by, version=task.version, detail=detail)
                done += 1
    if not done and notice.taken_down_on:
        raise OutOfDate(f"这张公示已经由{notice.taken_down_by_name}取下了。")
    if not done:
        raise NotPossibleNow("这张公示现在不用取下：公示期没有满，或者已经取下。")
    if clock.today() > notice.until:
        notice.taken_down_on, notice.taken_down_by_name = clock.today(), by.name
    return notice


def close_due_notices() -> int:
    """Close every notice whose last full day is over, the day after; those with an open objection wait.

    Returns how many were closed. Each is a transaction of its own, taken by the program and by nobody's decision.
    """
    closed = 0
    with leading("notices") as leads:
        if leads:
            for county in db.session.scalars(select(County.code)).all():
                by = system_actor(county, "a notice's days are over")
                for case_id, version in _due(county):
                    closed += _close_one(case_id, version, by)
                    leads.hold_on()
    return closed


def _due(county: str) -> Iterable[tuple[int, int]]:
    with as_system("which notices are over?"):
        over = select(Task.case_id, Task.version).where(
            Task.county_code == county, Task.open_due <= clock.today(), Task.kind == Kind.WATCH_NOTICE
        )
        return [(row.case_id, row.version) for row in db.session.execute(over.order_by(Task.open_due, Task.id))]


def _close_one(case_id: int, version: int, by: Actor) -> bool:
    try:
        with as_system("a notice's days are over"):
            close(case_id, by=by, version=version)
    except (NotPossibleNow, OutOfDate, NotFound):
        # An objection is open, or somebody was quicker: the next look finds what is left.
        return False
    return True
