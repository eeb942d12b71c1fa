"""线索、预警、信访投诉台账: where each thing came from, by when it was owed, and how it ended (domain 5.4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from backend import clock
from backend.db import db
from backend.models import Alert, AlertItem, Clue, Complaint, Task
from backend.services.complaint_lines import ANSWERED
from backend.services.exports.declared import (
    COUNTY,
    TOWNSHIP,
    Ask,
    Column,
    Entry,
    Ledger,
    Rows,
    day,
    day_of,
    titled,
)
from backend.services.exports.lateness import COURSE, TASK_COLUMNS, Course, course_of, first_duties
from backend.workflow.places import called
from backend.workflow.states import Kind

OF_PETITIONS = "petition"


@dataclass(frozen=True)
class Fact:
    """One clue, alert or complaint."""

    row: Any
    ask: Ask
    course: Course
    source: str = ""
    number: str = ""
    said: str = ""
    where: str = ""
    came_on: str = ""


def _place(each: Fact) -> str:
    return called(each.row.village_code)


def _town(each: Fact) -> str:
    return called(each.row.township_code)


def _clues(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(
        *(Clue.id, Clue.receipt_no, Clue.case_id, Clue.joined, Clue.channel, Clue.source_no, Clue.head_name, Clue.risk),
        *(Clue.urgency, Clue.discovered_on, Clue.entered_at, Clue.verdict, Clue.verdict_at),
        *(Clue.township_code, Clue.village_code),
    ).where(Clue.entered_at < ask.ends_at)


def _facts_of_clues(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    duties, joins = first_duties({row.case_id for row in rows}), _joins([row.case_id for row in rows if row.joined])
    for row in rows:
        task = joins.get(str(row.id)) if row.joined else duties.get(row.case_id)
        end = ask.word("clue_verdicts", row.verdict)
        course = course_of(ask, task, ended_at=row.verdict_at, end=end)
        if row.verdict_at is None:  # the duty to look at it may be over, and the clue not yet
            course = Course(ask, course.due_on, None, course.who)
        yield Entry(row.township_code, row.village_code, Fact(row, ask, course))


def _joins(case_ids: Sequence[int]) -> dict[str, Any]:
    if not case_ids:
        return {}
    query = select(*TASK_COLUMNS).where(Task.case_id.in_(case_ids), Task.kind == Kind.JOIN)
    return {str(row.detail.get("clue", "")): row for row in db.session.execute(query)}


CLUES = Ledger(
    "clues",
    "线索台账",
    titled("线索台账"),
    (
        Column("编号", lambda each: each.row.receipt_no, 15),
        Column("来源", lambda each: each.ask.word("channels", each.row.channel), 14),
        Column("来文编号", lambda each: each.row.source_no, 12),
        Column("乡镇", _town),
        Column("村", _place),
        Column("户主", lambda each: each.row.head_name, 10),
        Column("风险", lambda each: each.ask.word("risks", each.row.risk)),
        Column("紧急程度", lambda each: each.ask.word("urgency", each.row.urgency), 9),
        Column("发现日期", lambda each: day(each.row.discovered_on), 11),
        Column("录入日期", lambda each: day_of(each.row.entered_at), 11),
        *COURSE,
    ),
    (Rows(_clues, Clue.id, _facts_of_clues),),
    goes_back=True,
    is_kept=True,
    levels=frozenset({COUNTY, TOWNSHIP}),
)


def _alerts(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(
        *(Alert.id, Alert.head_name, Alert.colour, Alert.risk, Alert.made_on, Alert.sent_on, Alert.due_on),
        *(Alert.verdict, Alert.verdict_at, Alert.township_code, Alert.village_code),
    ).where(Alert.made_on <= ask.as_of)


def _facts_of_alerts(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    offices: dict[int, dict[str, None]] = {}
    query = select(AlertItem.alert_id, AlertItem.topic).where(AlertItem.alert_id.in_([row.id for row in rows]))
    for item in db.session.execute(query.order_by(AlertItem.id)):
        office = ask.policy.departments.get(str(ask.policy.dictionaries["alert_offices"].get(item.topic, "")))
        offices.setdefault(item.alert_id, {})[office.name if office else item.topic] = None
    for row in rows:
        is_sent = row.sent_on is not None and row.sent_on <= ask.as_of
        done = row.verdict_at if row.verdict_at and row.verdict_at < ask.ends_at else None
        who = called(row.village_code) if is_sent else "县里待派发"
        end = ask.word("clue_verdicts", row.verdict) if done else ""
        done_on = clock.local(done).date() if done else None
        course = Course(ask, row.due_on if is_sent else None, done_on, who, end)
        yield Entry(row.township_code, row.village_code, Fact(row, ask, course, "、".join(offices.get(row.id, ()))))


ALERTS = Ledger(
    "alerts",
    "部门预警台账",
    titled("部门筛查预警台账"),
    (
        Column("编号", lambda each: str(each.row.id), 20),
        Column("来源部门", lambda each: each.source, 16),
        Column("乡镇", _town),
        Column("村", _place),
        Column("户主", lambda each: each.row.head_name, 10),
        Column("等级", lambda each: each.ask.word("alert_colour_names", each.row.colour), 7),
        Column("风险", lambda each: each.ask.word("risks", each.row.risk)),
        Column("推送日期", lambda each: day(each.row.made_on), 11),
        Column("派发日期", lambda each: _until(each, each.row.sent_on), 11),
        *COURSE,
    ),
    (Rows(_alerts, Alert.id, _facts_of_alerts),),
    goes_back=True,
    is_kept=True,
    levels=frozenset({COUNTY, TOWNSHIP}),
)


def _until(each: Fact, on: Any) -> str:
    return day(on) if on and on <= each.ask.as_of else ""


def _complaints(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(
        *(Complaint.id, Complaint.receipt_no, Complaint.kind, Complaint.target, Complaint.said_place),
        *(Complaint.sent_at, Complaint.status, Complaint.answered_at, Complaint.task_id),
        *(Complaint.township_code, Complaint.village_code),
    ).where(Complaint.sent_at < ask.ends_at)


def _facts_of_complaints(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    query = select(*TASK_COLUMNS).where(Task.id.in_([row.task_id for row in rows]))
    duties = {row.id: row for row in db.session.execute(query)}
    for row in rows:
        course = course_of(
            ask, duties.get(row.task_id), ended_at=row.answered_at, end="已答复" if row.status == ANSWERED else ""
        )
        target = ask.word("complaint_targets", row.target)
        said = f"{ask.word('complaint_kinds', row.kind)}（{target}）"
        number, where = _last_signs(row.receipt_no), called(row.said_place)
        fact = Fact(row, ask, course, "投诉建议", number, said, where, day_of(row.sent_at))
        yield Entry(row.township_code, row.village_code, fact)


def _last_signs(receipt_no: str) -> str:
    """Return what an office finds a complaint by; whoever holds the whole number reads what its sender is told."""
    return f"尾号{receipt_no[-4:]}"


def _petitions(ask: Ask) -> Select[*tuple[Any, ...]]:
    return _clues(ask).where(Clue.channel == OF_PETITIONS)


def _facts_of_petitions(rows: Sequence[Any], ask: Ask) -> Iterable[Entry]:
    for each in _facts_of_clues(rows, ask):
        row = each.facts.row
        number = f"{row.receipt_no}（来文{row.source_no}）" if row.source_no else row.receipt_no
        said = f"反映{row.head_name}家{ask.word('risks', row.risk)}"
        source = ask.word("channels", row.channel)
        fact = Fact(row, ask, each.facts.course, source, number, said, called(row.village_code), day(row.discovered_on))
        yield Entry(each.township, each.village, fact)


PETITIONS = Ledger(
    "petitions",
    "信访投诉台账",
    titled("信访和投诉建议台账"),
    (
        Column("编号", lambda each: each.number, 22),
        Column("来源", lambda each: each.source),
        Column("反映的事", lambda each: each.said, 26),
        Column("反映的地方", lambda each: each.where, 14),
        Column("收到日期", lambda each: each.came_on, 11),
        *COURSE,
    ),
    (Rows(_complaints, Complaint.id, _facts_of_complaints), Rows(_petitions, Clue.id, _facts_of_petitions)),
    goes_back=True,
    is_kept=True,
    levels=frozenset({COUNTY, TOWNSHIP}),
    hint="谁投诉的、写了什么，不在里面。",
)
