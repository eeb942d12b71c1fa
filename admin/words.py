"""How the console says dates, due dates and codes, so that every page says them alike."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import Flask

from admin.assets import asset
from backend import clock
from backend.access.permissions import ROLE_NAMES, Action, Role, may
from backend.models import AuditRow
from backend.privacy.receipts import spoken
from backend.services.resends import WHY_NOT
from backend.services.reveals import FIELD_NAMES, Field
from backend.services.storage import settings
from backend.workflow.deadlines import WEEKDAYS, is_overdue
from backend.workflow.places import name_of
from backend.workflow.sentences import ACTION_NAMES, EVENT_NAMES
from backend.workflow.states import STATE_NAMES, State

SOON_DAYS = 3
"""From so many days before its date on a duty counts as pressing."""


class Due(NamedTuple):
    """A due date in words, and the tone in which the page says it; the words alone are enough."""

    words: str
    tone: str


def due(on: date) -> Due:
    """Say how a due date stands to today."""
    days = (on - clock.today()).days
    if is_overdue(on, clock.today()):
        return Due(f"已超期{-days}天", "late")
    if days == 0:
        return Due("今天到期", "today")
    return Due("明天到期" if days == 1 else f"还有{days}天", "soon" if days <= SOON_DAYS else "calm")


def day(value: date) -> str:
    """Say a date: 3月5日（周三）, with the year when it is not this one."""
    year = "" if value.year == clock.today().year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）"


def moment(value: datetime) -> str:
    """Say an instant as the wall clock in China shows it."""
    here = clock.local(value)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def place(code: str) -> str:
    """Say a place as people there call it: 大东关村, not 大东关村村民委员会."""
    name = name_of(code)
    if name.endswith("村民委员会"):
        return name.removesuffix("村民委员会").removesuffix("村") + "村"
    return name.removesuffix("居民委员会") or name


def role_name(role: str) -> str:
    """Say what a role is called."""
    return ROLE_NAMES[Role(role)]


def capped(count: int, most: int = 1000) -> str:
    """Say a count that stops counting at `most` honestly."""
    return f"{most}+" if count >= most else str(count)


def banner_now() -> str | None:
    """Return business time in words where it may be moved, so that nobody takes a demo for real."""
    return moment(clock.now()) if settings().demo else None


AUDITED: dict[str, str] = {
    **{str(action): name for action, name in ACTION_NAMES.items()},
    **EVENT_NAMES,
    Action.REVEAL: "查看隐私信息",
    Action.ADD_FILE: "上传附件",
    Action.MOVE_DEMO_CLOCK: "拨快演示时间",
    Action.MANAGE_STAFF: "管理人员账号",
    Action.CHANGE_POLICY: "修改规则",
    Action.CHANGE_CALENDAR: "修改日历",
    Action.LOOK_UP_STATUS: "电话查询",
    Action.MANAGE_OUTBOX: "管理消息发送",
    Action.NAME_DEPUTY: "指定B角",
    Action.READ_OBJECTIONS: "查看异议人",
    "take_alert_list": "录入部门名单",
    Action.HAND_OUT_LIST: "送出名单",
    Action.EXPORT_LEDGER: "下载台账",
    Action.FILE_COMPARISON: "填报比对",
    Action.AUTHORISE_REPORTER: "授权报告人",
    "end_reporter": "收回报告人授权",
    "read_complaint": "查看投诉建议",
    Action.ANSWER_COMPLAINT: "答复投诉建议",
    "passed_up": "转上一级答复",
    Action.CALL_BACK: "查看不满意评价",
    "called_back": "回访答复",
    "open_disaster": "开启灾害事件",
    "close_disaster": "结束灾害事件",
    "prepare_batch": "准备批次",
    "put_into_batch": "批次里放入户",
    "take_out_of_batch": "批次里拿出户",
    Action.SIGN_BATCH: "签发批次",
    "hand_in_import": "上传导入文件",
    "accept_import": "确认导入",
    "drop_import": "取消导入",
    "read_import_report": "下载要改的行",
    "read_verdicts": "下载预警核实结论",
    Action.EXPORT_ROSTER: "导出花名册",
    Action.MANAGE_OFFICES: "管理部门密钥",
    Action.ASK_REGISTERS: "下载比对名单",
}
SUBJECTS = {"case": "个案", "session": "登录", "staff": "人员", "demo clock": "演示时间", "declaration": "申报"}
SUBJECTS |= {"policy": "规则", "calendar": "日历", "list": "名单", "reporter": "报告人", "complaint": "投诉建议"}
DONE_TO_STAFF = {"hire": "新增", "renew_link": "发新的密码链接", "bind_code": "发微信绑定码", "let_go": "停用"}
DONE_TO_STAFF |= {"set_phone": "登记手机号", "forget_phone": "删去手机号"}
DONE_TO_STAFF |= {"retry": "再发一次", "retry_all": "没发成的全部再发", "cancel": "不再发", "close_circuit": "恢复通道"}
DONE_TO_STAFF |= {"named": "指定", "ended": "提前结束"}
SUBJECTS |= {"disaster": "灾害", "batch": "批次"}
SUBJECTS |= {"message": "消息", "messages": "消息", "circuit": "通道"}
SUBJECTS |= {"policy": "规则", "calendar": "日历", "import": "导入文件", "roster": "花名册", "office": "部门"}
SUBJECTS |= {"alert batch": "部门预警", "register": "比对名单"}
SUBJECTS |= {"import": "导入文件", "roster": "花名册", "office": "部门"}
DONE_TO_STAFF |= {"make_key": "发密钥", "end_key": "停用密钥"}
KINDS_OF_FILE = {"picture": "照片", "recording": "录音"}


def audit_line(row: AuditRow) -> dict[str, Any]:
    """Return one audit row in words."""
    kind, _, number = row.subject.partition(":")
    return {
        "at": row.happened_at,
        "who": row.actor_name or ROLE_NAMES[Role(row.actor_role)],
        "role": ROLE_NAMES[Role(row.actor_role)],
        "did": AUDITED.get(row.action, row.action),
        "subject": row.subject,
        "about": f"{SUBJECTS.get(kind, kind)} {number}".strip(),
        "detail": "；".join(_details(row.detail)),
        "is_sealed": row.batch_no is not None,
    }


DETAILS: dict[str, Callable[[Any], str]] = {
    "from": lambda code: f"从{_state(code)}" if code else "",
    "to": lambda code: f"到{_state(code)}" if code else "",
    "version": lambda number: f"第{number}版",
    "from_on": lambda on: f"从{day(date.fromisoformat(on))}起",
    "day": lambda on: day(date.fromisoformat(on)),
    "is_workday": lambda works: "改为上班" if works else "改为休息",
    "restored": lambda _: "照国务院的安排",
    "field": lambda code: FIELD_NAMES[Field(code)],
    "why": lambda words: f"理由：{words}",
    "did": lambda code: DONE_TO_STAFF.get(code, code),
    "what": lambda code: DONE_TO_STAFF.get(code, ""),
    "reason": lambda code: WHY_NOT.get(code, ""),
    "count": lambda count: f"{count}条",
    "until": lambda on: f"到{day(date.fromisoformat(on))}",
    "role": lambda code: role_name(code),
    "region": lambda code: place(code),
    "source": str,
    "rows": lambda count: f"{count}户",
    "kind": lambda code: KINDS_OF_FILE.get(code, code),
    "number": str,
    "area": lambda codes: "、".join(place(code) for code in codes),
    "proposed": lambda proposed: f"{len(proposed)}户",
    "because": lambda code: EVENT_NAMES.get(code, code),
    "seconds": lambda seconds: f"{seconds / 3600:g}小时",
}
"""How each part of an audit row's detail is said; ids, which say nothing to people, are left out."""


def _details(detail: dict[str, Any]) -> list[str]:
    said = (say(detail[key]) for key, say in DETAILS.items() if key in detail)
    return [words for words in said if words]


def _state(code: str) -> str:
    return STATE_NAMES[State(code)] if code in set(State) else code


def register(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.filters.update(
        role_name=role_name, day=day, moment=moment, due=due, capped=capped, spoken=spoken, place=place
    )
    app.jinja_env.globals.update(asset=asset, may=may, Action=Action)
