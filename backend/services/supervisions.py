"""督办单: drafted by the program, issued by a named leader with a written reason and a new date, or dropped (P16)."""

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Complaints, NotFound, NotPossibleNow
from backend.models import Case, Declaration, Supervision, Task
from backend.policy import Policy
from backend.policy.county import county_workdays
from backend.policy.ladder import Level
from backend.services.hearers import Desks
from backend.services.open_tasks import note, open_task, renumber, rules_of
from backend.services.reminder_words import page_of, place_of
from backend.services.sealing import Sealer, needed
from backend.services.supervision_drafts import DRAFT
from backend.services.takers import hearing_role
from backend.workflow import telling
from backend.workflow.deadlines import next_rung, on_the_day, spoken_at
from backend.workflow.duties import IN_TOTAL
from backend.workflow.outbox import PRESSING, STAFF, owe
from backend.workflow.places import name_of
from backend.workflow.states import Kind
from backend.workflow.tasks import SUPERVISED

ISSUED, DROPPED = "issued", "dropped"
MOST_WORDS = 500


@use_case
def issue(supervision_id: int, *, reason: str, new_due_on: date, by: Actor) -> Supervision:
    """Issue a draft in one's own name: the duty gets its new date, its desk and those above it hear, and the family.

    Errors: `NotFound`; `NotPossibleNow` when it is settled, or the duty is done; `Invalid` without a reason or a date.
    """
    require(by.role, Action.SUPERVISE)
    paper, task, case = _draft(supervision_id)
    policy = rules_of(task, case)
    words = _checked(task, reason, new_due_on, policy)
    paper.number = _next_number(task.county_code)
    paper.reason_sealed = Sealer("supervisions", paper.id).must("reason_sealed", words)
    paper.new_due_on = new_due_on
    _settle(paper, ISSUED, by)
    _move_date(task, new_due_on, policy)
    _tell_staff(task, paper, policy)
    detail = {"task": str(task.id), "number": paper.number, "new_due_on": new_due_on.isoformat()}
    note(task, case, "supervise", by=by, detail=detail, words=words)
    renumber(task, case)
    _tell_family(task, new_due_on, by)
    return paper


@use_case
def drop(supervision_id: int, *, reason: str, by: Actor) -> Supervision:
    """Decide against issuing a draft, with a reason: nothing leaves in the office's name."""
    require(by.role, Action.SUPERVISE)
    paper, task, case = _draft(supervision_id)
    words = needed(reason, "reason", MOST_WORDS)
    paper.reason_sealed = Sealer("supervisions", paper.id).must("reason_sealed", words)
    _settle(paper, DROPPED, by)
    note(task, case, "drop_supervision", by=by, detail={"task": str(task.id)}, words=words)
    return paper


def lines_of(paper: Supervision) -> list[str]:
    """Return the paper's text, line by line, as it is printed: facts, the leader's reason and the new date."""
    facts: dict[str, Any] = paper.facts
    told = "；".join(f"{day}（{_LEVEL_WORDS.get(level, level)}）" for day, level in facts["reminded"])
    lines = [
        f"督办单 {paper.number}" if paper.number else "督办单（程序起草，未签发）",
        f"承办单位：{facts['office']}",
        f"督办事项：{facts['place']}　{facts['what']}",
        f"交办日期 {facts['opened_on']}，应于 {facts['due_on']} 前办结，起草时已超期 {facts['days_late']} 天。",
        f"已提醒：{told or '无记录'}。",
    ]
    if paper.reason_sealed is None:
        return lines
    lines.append(f"理由：{Sealer('supervisions', paper.id).open('reason_sealed', paper.reason_sealed)}")
    if paper.new_due_on is not None:
        lines.append(f"新的期限：{paper.new_due_on.isoformat()}")
    said = "签发" if paper.standing == ISSUED else "不予签发"
    return [*lines, f"{said}：{paper.settled_by_title}{paper.settled_by_name}"]


_LEVEL_WORDS = {
    "new": "新任务",
    "snoozed": "推迟后再提醒",
    "blue": "蓝",
    "yellow": "黄",
    "orange": "橙",
    "red": "红",
    "supervision": "督办",
}


def _draft(supervision_id: int) -> tuple[Supervision, Task, Case | None]:
    query = select(Supervision).where(Supervision.id == supervision_id)
    seen = db.session.scalars(query).one_or_none()
    if seen is None:
        raise NotFound
    task, case = open_task(seen.task_id)
    paper = db.session.scalars(query.with_for_update()).one()
    if paper.standing != DRAFT:
        raise NotPossibleNow(f"{paper.settled_by_name}已经处理过这张督办单。")
    if paper.due_on != task.due_on:
        raise NotPossibleNow("这件事的期限已经改过，这张督办单不再适用。")
    return paper, task, case


def _checked(task: Task, reason: str, new_due_on: date, policy: Policy) -> str:
    complaints, today = Complaints(), clock.today()
    words = complaints.take(lambda: needed(reason, "reason", MOST_WORDS), "")
    most = policy.numbers["supervision_days_at_most"]
    if not today < new_due_on <= today + timedelta(days=most):
        complaints.add("new_due_on", f"新期限要在明天以后、{most}天以内。")
    elif not county_workdays(task.county_code).is_workday(new_due_on):
        complaints.add("new_due_on", "那天不上班，请选一个工作日。")
    complaints.raise_if_any()
    return words


def _next_number(county_code: str) -> str:
    """Return the next number of the year; of two leaders at once the second one's transaction is run again."""
    year = clock.today().year
    issued = select(func.count()).where(
        Supervision.county_code == county_code,
        Supervision.standing == ISSUED,
        Supervision.settled_at >= on_the_day(date(year, 1, 1), time()),
    )
    return f"{county_code}-{year}-{(db.session.scalar(issued) or 0) + 1:04d}"


def _settle(paper: Supervision, standing: str, by: Actor) -> None:
    paper.standing = standing
    paper.settled_by, paper.settled_by_name, paper.settled_by_title = by.id, by.name, by.title
    paper.settled_at = clock.now()


def _move_date(task: Task, new_due_on: date, policy: Policy) -> None:
    """Give the duty its new date; the one that was missed stays in its detail, and being late again is red at once."""
    missed = [*task.detail.get("was_due", []), task.due_on.isoformat()]
    task.detail = {**task.detail, "was_due": missed, SUPERVISED: True}
    task.due_on = task.open_due = new_due_on
    task.is_provisional = False
    limit, workdays = policy.limit(task.limit_key), county_workdays(task.county_code)
    rung = next_rung(new_due_on, limit, clock.today(), clock.now(), policy.ladder, workdays)
    task.next_rung_at, task.next_rung = (rung.at, rung.level) if rung else (None, None)


def _tell_staff(task: Task, paper: Supervision, policy: Policy) -> None:
    rung = policy.ladder.rung(Level.RED)
    for hearer in Desks().hearers(hearing_role(task), place_of(task), rung):
        owe(
            kind="supervision",
            template="duty",
            subject=f"supervision:{paper.id}",
            recipient=f"{STAFF}:{hearer.staff_id}",
            county_code=task.county_code,
            data={
                "what": f"督办：{paper.facts['what']}",
                "where": name_of(place_of(task)),
                "due": f"{task.due_on.year}年{task.due_on.month}月{task.due_on.day}日",
                "hint": "县里已签发督办单",
            },
            page=page_of(task),
            task_id=task.id,
            priority=PRESSING,
            not_before=spoken_at(clock.now(), policy.ladder),
        )


def _tell_family(task: Task, new_due_on: date, by: Actor) -> None:
    if Kind(task.kind) not in IN_TOTAL:
        return
    query = select(Declaration).where(
        Declaration.case_id == task.case_id, Declaration.joined.is_(False), Declaration.closed_at.is_(None)
    )
    for declaration in db.session.scalars(query):
        telling.tell(declaration, "new_date", due_on=new_due_on, promised_on=declaration.promised_on, by=by)
