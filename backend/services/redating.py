"""Moves open dates and promises to where calendar and disasters now put them; every old value is kept.

In small transactions and from each date's own beginning, so that it may be broken off and run again.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import Case, Clue, Complaint, County, Declaration, Notice, NoticeItem, PolicyVersion, Task
from backend.policy import Policy
from backend.policy import county as county_policy
from backend.policy.county import county_workdays, current_policy, policy_of
from backend.policy.limits import Limit, Unit
from backend.services.pace import Pace
from backend.workdays import Workdays
from backend.workflow import engine, telling
from backend.workflow.deadlines import Due, due_on, next_rung, not_before_seen, notice_may_close_on, red_again, shrunk
from backend.workflow.disasters import holds, open_events
from backend.workflow.duties import WATCH_NOTICE, counts_in_total
from backend.workflow.longer_terms import lengthen
from backend.workflow.marks import PROMISED_FROM
from backend.workflow.states import Kind, State
from backend.workflow.tasks import EXTENDED_BY, SUPERVISED, total_of

BATCH = 200
MOVED, NOTICE_MOVED = "promise_moved", "notice_moved"
FIXED = frozenset({"left", SUPERVISED})
"""Marks of a duty whose date was set by hand: what is left of a comparison, and what a 督办单 dated anew."""


def recompute_dates(county_code: str) -> int:
    """Move a county's open promises first, then its open duties, which lie within them; return how many moved."""
    county_policy.forget()
    moved, pace = 0, Pace()
    for batch in (_promises, _joined_promises, _duties, _lone_duties):
        after = 0
        while found := batch(county_code, after):
            after = found[0]
            moved += found[1]
            pace.rest_at_times()
    return moved


def recompute_all_dates() -> int:
    """Do the same for every county of this installation."""
    counties = list(db.session.scalars(select(County.code)))
    db.session.rollback()
    return sum(recompute_dates(code) for code in counties)


def due_under(task: Task, case: Case, workdays: Workdays) -> Due | None:
    """Return where a calendar puts an open date; None for one that does not rest on working days."""
    policy = policy_of(task.county_code, case.policy_version)
    limit = policy.limit(task.limit_key)
    if not rests_on(limit) or FIXED & set(task.detail):
        return None
    if task.kind == Kind.WATCH_NOTICE:
        # What objections gave back is in its date already: a notice is never closed sooner.
        posted = case.marks.get("notice_on")
        closes = notice_may_close_on(date.fromisoformat(posted) if posted else task.opened_on, limit, workdays)
        return Due(max(closes, task.due_on), workdays.is_provisional(closes))
    is_extended = EXTENDED_BY in task.detail and policy.flags["disaster_past_total"]
    if is_extended or not counts_in_total(Kind(task.kind), policy):
        due = due_on(task.opened_on, limit, workdays)
    else:
        due = shrunk(task.opened_on, limit, Due(total_of(case)), workdays)
    return not_before_seen(due, task.appeared_on, limit, workdays)


def rests_on(limit: Limit) -> bool:
    """Say whether a limit's last day depends on which days are worked."""
    return limit.unit is Unit.WORKING or limit.rolls


@use_case
def _promises(county_code: str, after: int) -> tuple[int, int] | None:
    by = system_actor(county_code, "a promise follows the calendar")
    with as_system("promises follow the calendar"):
        query = select(Case).where(Case.county_code == county_code, Case.closed_at.is_(None), Case.id > after)
        cases = db.session.scalars(query.order_by(Case.id).limit(BATCH).with_for_update()).all()
        return (cases[-1].id, sum(_move_promise(each, by) for each in cases)) if cases else None


def _move_promise(case: Case, by: Actor) -> int:
    policy, workdays = policy_of(case.county_code, case.policy_version), county_workdays(case.county_code)
    _move_backfill(case, policy, workdays, by)
    _move_notice(case, policy, workdays, by)
    limit, marks = policy.limit("T_TOTAL"), case.marks
    if not rests_on(limit) or ("rechecked" in marks and PROMISED_FROM not in marks):
        return 0  # a promise given anew before its day was noted stays as it was given
    since = date.fromisoformat(marks[PROMISED_FROM]) if PROMISED_FROM in marks else case.discovered_on
    promised, before = due_on(since, limit, workdays).on, case.promised_on
    if promised == before:
        return 0
    case.promised_on = promised
    engine.note(case, MOVED, by=by, detail={"from": before.isoformat(), "to": promised.isoformat()})
    query = select(Declaration).where(Declaration.case_id == case.id, Declaration.joined.is_(False))
    for declaration in db.session.scalars(query.where(Declaration.closed_at.is_(None))):
        _tell(declaration, promised, by)
    return 1


def _move_backfill(case: Case, policy: Policy, workdays: Workdays, by: Actor) -> None:
    """Let the day by which a green channel's papers are made up follow too: its clock replaces the total."""
    limit, marks = policy.limit("GC_BACKFILL"), case.marks
    if "backfill_by" not in marks or not rests_on(limit):
        return
    day, before = due_on(date.fromisoformat(marks["green_on"]), limit, workdays).on.isoformat(), marks["backfill_by"]
    if day != before:
        engine.remember(case, backfill_by=day)
        engine.note(case, MOVED, by=by, detail={"from": before, "to": day, "of": "GC_BACKFILL"})


def _move_notice(case: Case, policy: Policy, workdays: Workdays, by: Actor) -> None:
    """Let a notice that hangs have all its working days, on the file and behind its code; never fewer than it named."""
    limit, marks = policy.limit(WATCH_NOTICE.limit), case.marks
    if "notice_until" not in marks or not rests_on(limit):
        return
    posted, until = (date.fromisoformat(marks[each]) for each in ("notice_on", "notice_until"))
    day = due_on(posted, limit, workdays).on
    if day <= until or (case.state != State.PUBLIC and until < clock.today()):
        return
    engine.remember(case, notice_until=day.isoformat())
    engine.note(case, NOTICE_MOVED, by=by, detail={"from": until.isoformat(), "to": day.isoformat()})
    sheets = select(Notice).join(NoticeItem, NoticeItem.notice_id == Notice.id)
    for sheet in db.session.scalars(sheets.where(NoticeItem.case_id == case.id, Notice.posted_on == posted)):
        sheet.until = max(sheet.until, day)


@use_case
def _joined_promises(county_code: str, after: int) -> tuple[int, int] | None:
    """Move the promises of declarations that joined another's case: each has its own, and reads like any other."""
    by = system_actor(county_code, "a promise follows the calendar")
    with as_system("promises follow the calendar"):
        query = (
            select(Declaration, Clue.discovered_on)
            .join(Clue, Clue.declaration_id == Declaration.id)
            .where(
                Declaration.county_code == county_code,
                Declaration.joined.is_(True),
                Declaration.closed_at.is_(None),
                Declaration.id > after,
            )
        )
        rows = db.session.execute(query.order_by(Declaration.id).limit(BATCH).with_for_update(of=Declaration)).all()
        return (rows[-1][0].id, sum(_move_joined(each, since, by) for each, since in rows)) if rows else None


def _move_joined(declaration: Declaration, since: date, by: Actor) -> int:
    declared_on = clock.local(declaration.declared_at).date()
    limit = policy_of(declaration.county_code, _version_on(declaration.county_code, declared_on)).limit("T_TOTAL")
    promised = due_on(since, limit, county_workdays(declaration.county_code)).on
    if not rests_on(limit) or promised == declaration.promised_on:
        return 0
    _tell(declaration, promised, by)
    return 1


def _version_on(county_code: str, day: date) -> int:
    """Return the version of the rules that was in force on a day."""
    query = select(PolicyVersion.version).where(PolicyVersion.county_code == county_code, PolicyVersion.from_on <= day)
    return db.session.scalars(query.order_by(PolicyVersion.version.desc()).limit(1)).one()


def _tell(declaration: Declaration, promised: date, by: Actor) -> None:
    """Write the new day on the receipt, and beside it the old one."""
    before, declaration.promised_on = declaration.promised_on, promised
    was = f"原来定的是{telling.in_words(before)}。"
    telling.tell(declaration, MOVED, due_on=None, promised_on=promised, detail=was, by=by)


@use_case
def _duties(county_code: str, after: int) -> tuple[int, int] | None:
    with as_system("open dates follow calendar and disasters"):
        query = (
            select(Task, Case)
            .join(Case, Case.id == Task.case_id)
            .where(Task.county_code == county_code, Task.open_due.is_not(None), Task.id > after)
        )
        rows = db.session.execute(query.order_by(Task.id).limit(BATCH)).all()
        if not rows:
            return None
        events = open_events(county_code)
        moved = 0
        for task, case in rows:
            event = next((each for each in events if holds(each, case.village_code)), None)
            moved += lengthen(case, task, event) if event is not None else False
            moved += _follow(task, case)
        return rows[-1][0].id, moved


def _follow(task: Task, case: Case) -> int:
    due = due_under(task, case, county_workdays(task.county_code))
    return _put(task, due, policy_of(task.county_code, case.policy_version)) if due is not None else 0


@use_case
def _lone_duties(county_code: str, after: int) -> tuple[int, int] | None:
    """Move what is owed about no family's case: a complaint's day rests on the rules that it came under."""
    with as_system("open dates follow the calendar"):
        query = (
            select(Task, Complaint.policy_version)
            .outerjoin(Complaint, Complaint.task_id == Task.id)
            .where(
                Task.county_code == county_code,
                Task.case_id.is_(None),
                Task.open_due.is_not(None),
                Task.id > after,
            )
        )
        rows = db.session.execute(query.order_by(Task.id).limit(BATCH)).all()
        return (rows[-1][0].id, _follow_lone(rows)) if rows else None


def _follow_lone(rows: Sequence[Any]) -> int:
    moved = 0
    for task, version in rows:
        policy = current_policy(task.county_code) if version is None else policy_of(task.county_code, version)
        limit = policy.limit(task.limit_key)
        if rests_on(limit) and not FIXED & set(task.detail):
            moved += _put(task, due_on(task.opened_on, limit, county_workdays(task.county_code)), policy)
    return moved


def _put(task: Task, due: Due, policy: Policy) -> int:
    """Give an open duty its new date and its next rung, and keep the old date."""
    if due.on == task.due_on:
        task.is_provisional = due.provisional
        return 0
    limit, workdays = policy.limit(task.limit_key), county_workdays(task.county_code)
    rung = next_rung(due.on, limit, task.opened_on, clock.now(), policy.ladder, workdays)
    rung = rung or red_again(due.on, clock.now(), policy.ladder, workdays)
    task.detail = {**task.detail, "was_due": [*task.detail.get("was_due", []), task.due_on.isoformat()]}
    task.due_on, task.open_due, task.is_provisional = due.on, due.on, due.provisional
    task.next_rung_at, task.next_rung = (rung.at, rung.level) if rung else (None, None)
    return 1
