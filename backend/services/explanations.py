"""Says in plain Chinese who will hear what of a duty, when, on which channel, and why; and what was said so far."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from backend import clock
from backend.access.permissions import ROLE_NAMES
from backend.access.scope import as_system
from backend.db import db
from backend.errors import NotFound
from backend.models import Case, Message, Nudge, Snooze, Staff, Supervision, Task
from backend.policy import Policy
from backend.policy.county import county_workdays
from backend.policy.ladder import WAY_NAMES, Audience, Level, Rung
from backend.services.delays import is_on_the_familys_way, still_promised
from backend.services.hearers import Desks, Hearer
from backend.services.open_tasks import rules_of
from backend.services.reminder_words import LATE, effective, place_of, spoken_from
from backend.services.takers import hearing_role
from backend.workdays import Workdays
from backend.workflow.deadlines import RED_AGAIN_AFTER, WEEKDAYS, is_overdue, rungs
from backend.workflow.outbox import URGENT, ways_for
from backend.workflow.places import name_of
from backend.workflow.states import KIND_NAMES, Kind
from backend.workflow.tasks import NEW, SNOOZED

STATE_WORDS = {
    "owed": "等待发送",
    "claimed": "正在发送",
    "sent": "已发出",
    "uncertain": "不确定是否送达",
    "refused": "没有发成",
    "expired": "过了时效，没有发",
    "cancelled": "不用再发",
    "inbox": "只在站内",
}


def explain(task_id: int) -> list[str]:
    """Return the explanation, line by line; raises `NotFound`. For the command line, which sees every county."""
    with as_system("who hears of a duty is explained"):
        task = db.session.scalars(select(Task).where(Task.id == task_id)).one_or_none()
        if task is None:
            raise NotFound("没有这件待办。")
        case = db.session.scalars(select(Case).where(Case.id == task.case_id)).one_or_none()
        policy = rules_of(task, case)
        return [*_about(task, policy), *_done_about(task), *_said(task), *_to_come(task, policy), *_rules(policy)]


def _about(task: Task, policy: Policy) -> Iterator[str]:
    limit = policy.limit(task.limit_key)
    yield f"待办：{KIND_NAMES[Kind(task.kind)]}，{name_of(place_of(task))}，编号 {task.id}"
    yield f"由谁办：{name_of(task.owner_region)}的{ROLE_NAMES[hearing_role(task)]}"
    yield f"时限：{task.limit_key} {limit.in_words}，{task.opened_on}起，{task.due_on}到期。"
    if missed := task.detail.get("was_due"):
        yield f"原来的期限：{'、'.join(missed)}。"
    if task.pressing == URGENT:
        yield "特急：不受免打扰时段和节假日限制，不并入摘要，不计入每日条数。"
    if task.open_due is None:
        yield f"已经办结（{task.closed_by_name}），不再提醒任何人。"
    elif is_overdue(task.due_on, clock.today()):
        yield f"现在已超期{(clock.today() - task.due_on).days}天。"


def _done_about(task: Task) -> Iterator[str]:
    for each in db.session.scalars(select(Snooze).where(Snooze.task_id == task.id).order_by(Snooze.id)):
        yield f"{_at(each.snoozed_at)} {each.snoozed_by_name}把提醒推迟到{each.until_on}。"
    for press in db.session.scalars(select(Nudge).where(Nudge.task_id == task.id).order_by(Nudge.id)):
        yield f"{_at(press.nudged_at)} {press.nudged_by_name}催办。"
    for paper in db.session.scalars(select(Supervision).where(Supervision.task_id == task.id).order_by(Supervision.id)):
        standing = {"draft": "已起草，等县领导签发", "issued": f"{paper.settled_by_name}已签发", "dropped": "不签发"}
        yield f"{_at(paper.drafted_at)} 督办单：{standing[paper.standing]}。"


def _said(task: Task) -> Iterator[str]:
    query = select(Message).where(Message.task_id == task.id).order_by(Message.id)
    messages = db.session.scalars(query).all()
    if messages:
        yield "已经说过的："
    names = _names({int(each.recipient.partition(":")[2]) for each in messages if each.recipient.startswith("staff:")})
    for each in messages:
        who = names.get(int(each.recipient.partition(":")[2]), "")
        why = f"（{each.why}）" if each.why else ""
        level = _level_words(each.subject.rsplit(":", 1)[1]) if each.kind == "duty" else KINDS.get(each.kind, each.kind)
        yield f"  {_at(each.owed_at)} {level} → {who}：{STATE_WORDS[each.state]}{why}"


KINDS = {"nudge": "催办", "supervision": "督办通知"}


def _to_come(task: Task, policy: Policy) -> Iterator[str]:
    if task.open_due is None:
        return
    if task.next_rung_at is None:
        yield "提醒阶梯已经走完，不再自动提醒。"
        return
    yield "接下来："
    workdays = county_workdays(task.county_code)
    for step in _steps(task, policy, workdays):
        yield from _said_of(step, task, policy, workdays)
    yield f"  以后仍没有办结：每{RED_AGAIN_AFTER.days}天再提醒一次，直到办结或者督办单签发新的期限。"


class _Step(NamedTuple):
    """One rung that will speak, and the one that was pending when it does: after an outage the gravest speaks alone."""

    level: str
    at: datetime
    pending: str
    is_said_again: bool = False


def _steps(task: Task, policy: Policy, workdays: Workdays) -> list[_Step]:
    pending, first = task.next_rung_at or clock.now(), str(task.next_rung or NEW)
    limit, urgent = policy.limit(task.limit_key), task.pressing == URGENT
    all_rungs = rungs(task.due_on, limit, task.opened_on, policy.ladder, workdays, on_rest_days=urgent)
    if first == Level.RED and all_rungs and pending > all_rungs[-1].at:
        return [_Step(first, pending, first, is_said_again=True)]
    later = [rung for rung in all_rungs if rung.at > pending]
    swallowed = [rung for rung in later if rung.at <= clock.now()]
    spoken = _Step(swallowed[-1].level, clock.now(), first) if swallowed else _Step(first, pending, first)
    return [spoken, *(_Step(rung.level, rung.at, rung.level) for rung in later[len(swallowed) :])]


def _said_of(step: _Step, task: Task, policy: Policy, workdays: Workdays) -> Iterator[str]:
    level = step.level
    heard_at = effective(level, task.detail)
    rung = policy.ladder.rung(heard_at)
    moment = spoken_from(task, level, policy, max(step.at, clock.now()))
    day = clock.local(moment).date()
    rest = "" if workdays.is_workday(day) else f"，{workdays.why(day)}"
    second = "（第二次超期，直接按红色）" if heard_at != level else ""
    yield f"  {_at(moment)}（周{WEEKDAYS[day.weekday()]}{rest}）{_level_words(level)}{second}：{_why_then(step, rung)}"
    hearers = Desks(today=day).hearers(hearing_role(task), place_of(task), rung)
    names = _names({each.staff_id for each in hearers})
    for hearer in hearers:
        yield f"    → {names[hearer.staff_id]}{_hearer_words(hearer)}，{_ways_words(task.county_code, rung)}"
    if not hearers:
        yield "    → 没有人能听到：这个岗位和上级都没有人，请尽快指定。"
    if _family_hears(step, task, day):
        yield "    → 申报人：收到“办得慢了”的说明；没有手机的由村里打电话或上门。"
    if level == Level.SUPERVISION:
        yield "    → 程序起草督办单，由县领导签发。"


def _family_hears(step: _Step, task: Task, day: date) -> bool:
    """Say whether the family is told: once, at the first rung past the date, of a step that it waits for.

    And only while the promise stands: afterwards it hears of the promise instead.
    """
    if step.level not in LATE or step.pending in LATE - {Level.ORANGE} or not is_on_the_familys_way(task):
        return False
    return db.session.scalars(still_promised([task.case_id or 0], day).limit(1)).first() is not None


def _why_then(step: _Step, rung: Rung | None) -> str:
    if step.is_said_again:
        return "阶梯已经走完，还没有办结，再提醒一次"
    if step.level == NEW:
        return "新任务，马上告诉承办人"
    if step.level == SNOOZED:
        return "承办人推迟到这一天"
    if rung is None:
        return ""
    return f"阶梯第 {rung.when} 天" if not rung.when.endswith("left") else f"时限还剩 {rung.when.split('%')[0]}%"


def _hearer_words(hearer: Hearer) -> str:
    return f"（{hearer.why}）" if hearer.why else ("（承办）" if hearer.is_responsible else "（上级）")


def _ways_words(county_code: str, rung: Rung | None) -> str:
    if rung is not None and rung.is_inbox_only:
        return "只在站内显示"
    ways = rung.through if rung and rung.through else ways_for(county_code, Audience.STAFF)
    return f"站内，并依次试：{'、'.join(WAY_NAMES[way] for way in ways)}"


def _rules(policy: Policy) -> Iterator[str]:
    ladder, numbers = policy.ladder, policy.numbers
    yield (
        f"规则：{ladder.quiet_from:%H:%M}到{ladder.quiet_until:%H:%M}不打扰，特急除外；"
        f"一个人一天超过{numbers['digest_from']}条（不关某一户的日常事务{numbers['routine_digest_from']}条），"
        f"其余并成一条{ladder.digest_at:%H:%M}的摘要；"
        f"一天最多{numbers['messages_a_day']}条。遇休息日提前到前一个工作日。"
    )


def _level_words(level: str) -> str:
    words = {NEW: "新任务", SNOOZED: "推迟后再提醒", "blue": "蓝色提示", "yellow": "黄色提醒", "orange": "橙色预警"}
    return {**words, "red": "红色预警", "supervision": "督办"}.get(level, level)


def _names(staff_ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)))
    return {row.id: row.name for row in rows}


def _at(moment: datetime) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M")
