"""The papers of offices: 督办单, 整改和交办单, and of a meeting its 会商纪要 and the 通报 of what it found."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.db import db
from backend.errors import NotFound, NotPossibleNow
from backend.files.word_filling import Filling
from backend.models import Assignment, Inspected, OfficeMeeting
from backend.policy.county import current_policy
from backend.services import inspections, office_meetings, supervision_papers
from backend.services.meeting_packs import FIGURES
from backend.services.papers.kinds import Facts, Paper
from backend.services.papers.lookups import NOTHING_WRITTEN, authority, or_none, printed, signer
from backend.services.sealing import Sealer
from backend.services.supervisions import ISSUED
from backend.workflow.places import name_of


def _supervision(supervision_id: int, by: Actor) -> Facts:
    paper = supervision_papers.read_paper(supervision_id, by=by)
    row = paper.row
    if row.standing != ISSUED or row.settled_at is None:
        raise NotPossibleNow("这张督办单还没有签发，签发以后再打印。")
    _, office, *body, _signed = paper.lines
    values = {
        "编号": row.number or "",
        "承办单位": office.partition("：")[2],
        "正文": "\n".join(body),
        "签发人": f"{row.settled_by_title}{row.settled_by_name}",
        "落款": authority(row.county_code),
        "日期": printed(clock.local(row.settled_at).date()),
    }
    return Facts(Filling(values), row.number or "")


def _assignment(assignment_id: int, by: Actor) -> Facts:
    row = office_meetings.read_assignment(assignment_id, by=by)
    found = _finding(row)
    departments = current_policy(row.county_code).departments
    unit = departments[row.department].name if row.department in departments else ""
    values = {
        "标题": "整改通知单" if found else "交办单",
        "承办单位": "、".join(filter(None, [signer(row.owner_region), unit])),
        "来源": _source(row, found),
        "事项": row.what,
        "发现的问题": inspections.words_of(found) if found else "",
        "期限": printed(row.due_on),
        "办理结果": Sealer("assignments", row.id).open("answer_sealed", row.answer_sealed),
        "办理人": row.answered_by_name,
        "验收": f"{row.closed_by_name}，{printed(row.closed_on)}验收" if row.closed_on else "",
        "交办人": row.made_by_name,
        "日期": printed(clock.local(row.made_at).date()),
    }
    return Facts(Filling(values), str(row.due_on))


def _finding(row: Assignment) -> Inspected | None:
    if row.finding_id is None:
        return None
    return db.session.scalars(select(Inspected).where(Inspected.id == row.finding_id)).one_or_none()


def _source(row: Assignment, found: Inspected | None) -> str:
    if found is not None:
        return f"{printed(found.found_on)}督查，查看人{found.found_by_name}"
    query = select(OfficeMeeting).where(OfficeMeeting.id == row.meeting_id)
    meeting = db.session.scalars(query).one_or_none() if row.meeting_id else None
    return f"{printed(meeting.held_on)}{meeting.subject}" if meeting else ""


def _minutes(meeting_id: int, by: Actor) -> Facts:
    meeting = _meeting(meeting_id, by)
    words = office_meetings.minutes_of(meeting)
    return _sat(meeting, "交办", {"纪要": words or NOTHING_WRITTEN, "记录人": meeting.recorded_by_name})


def _circular(meeting_id: int, by: Actor) -> Facts:
    """Collect what a meeting makes known: figures of the whole place, and what is to be put right; nobody is ranked."""
    return _sat(_meeting(meeting_id, by), "问题")


def _sat(meeting: OfficeMeeting, handed: str, more: Mapping[str, str] = MappingProxyType({})) -> Facts:
    """Fill what minutes and circular have alike; `handed` names the table of what was handed out."""
    groups = {handed: _handed_out(meeting), "数据": _figures(meeting)}
    return Facts(Filling({**_of_meeting(meeting), **more}, groups), str(meeting.held_on))


def _meeting(meeting_id: int, by: Actor) -> OfficeMeeting:
    query = select(OfficeMeeting).where(OfficeMeeting.id == meeting_id, OfficeMeeting.region_code == by.region_code)
    meeting = db.session.scalars(query).one_or_none()
    if meeting is None or not may(by.role, Action.HOLD_OFFICE_MEETING):
        raise NotFound
    return meeting


def _of_meeting(meeting: OfficeMeeting) -> dict[str, str]:
    kinds = current_policy(meeting.county_code).dictionaries["office_meetings"]
    return {
        "会议名称": kinds.get(meeting.kind, "会议"),
        "地方": name_of(meeting.region_code),
        "议题": meeting.subject,
        "参会单位": "、".join(meeting.attended) or "没有登记",
        "落款": signer(meeting.region_code),
        "日期": printed(meeting.held_on),
    }


def _figures(meeting: OfficeMeeting) -> list[dict[str, str]]:
    return [{"指标": name, "数值": str(meeting.figures.get(code, "—"))} for code, name in FIGURES.items()]


def _handed_out(meeting: OfficeMeeting) -> list[dict[str, str]]:
    query = select(Assignment).where(Assignment.meeting_id == meeting.id).order_by(Assignment.id)
    departments = current_policy(meeting.county_code).departments
    rows = [
        {
            "序号": str(number),
            "事项": row.what,
            "责任单位": "、".join(
                filter(None, [name_of(row.owner_region), getattr(departments.get(row.department), "name", "")])
            ),
            "期限": printed(row.due_on),
            "状态": "已验收" if row.closed_on else "已报结果" if row.answer_sealed else "正在办",
        }
        for number, row in enumerate(db.session.scalars(query), start=1)
    ]
    return list(or_none(rows, "事项"))  # type: ignore[arg-type]


_MEETING_FIELDS = {
    "会议名称": "月会商、季度调度等",
    "地方": "县或乡镇的名称",
    "议题": "议题",
    "参会单位": "来了哪些单位",
    "落款": "由谁出具",
    "日期": "哪天开的会",
}
_HANDED = {"序号": "第几件", "事项": "要办什么", "责任单位": "谁办", "期限": "哪天以前", "状态": "办到哪一步"}
_DATA = {"指标": "统计的是什么", "数值": "开会那天的数字"}

OFFICE_PAPERS = (
    Paper(
        code="supervision",
        title="督办单",
        whom="承办单位",
        about="supervision",
        asks=Action.READ_OWN_SUPERVISIONS,
        facts=_supervision,
        fields={
            "编号": "督办单的编号",
            "承办单位": "谁来办",
            "正文": "事项、期限、提醒、理由和新的期限，一行一段",
            "签发人": "签发人的职务和姓名",
            "落款": "县级主管部门",
            "日期": "签发的日期",
        },
        needs=frozenset({"承办单位", "正文", "签发人"}),
    ),
    Paper(
        code="assignment",
        title="整改单",
        whom="承办单位",
        about="assignment",
        asks=Action.ANSWER_ASSIGNMENT,
        facts=_assignment,
        fields={
            "标题": "整改通知单或交办单",
            "承办单位": "谁来办",
            "来源": "哪次督查或哪次会",
            "事项": "要办什么",
            "发现的问题": "督查看到的情况",
            "期限": "哪天以前",
            "办理结果": "承办单位填的结果",
            "办理人": "谁填的结果",
            "验收": "谁在哪天验收",
            "交办人": "谁交办的",
            "日期": "交办的日期",
        },
        needs=frozenset({"承办单位", "事项", "期限"}),
    ),
    Paper(
        code="minutes",
        title="会商纪要",
        whom="参会单位",
        about="office_meeting",
        asks=Action.HOLD_OFFICE_MEETING,
        facts=_minutes,
        fields={**_MEETING_FIELDS, "纪要": "纪要全文", "记录人": "谁记录"},
        groups={"交办": _HANDED, "数据": _DATA},
        needs=frozenset({"日期", "议题"}),
    ),
    Paper(
        code="circular",
        title="通报",
        whom="各单位",
        about="office_meeting",
        asks=Action.HOLD_OFFICE_MEETING,
        facts=_circular,
        fields=_MEETING_FIELDS,
        groups={"问题": _HANDED, "数据": _DATA},
        needs=frozenset({"日期"}),
    ),
)
