"""How the console says dates, due dates and codes, so that every page says them alike."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import Flask

from admin.assets import asset
from admin.doors import door_of
from backend import clock
from backend.access.permissions import ROLE_NAMES, Action, Role, may
from backend.models import AuditRow
from backend.privacy.receipts import spoken
from backend.services.phone_confirmations import PURPOSE_NAMES
from backend.services.practice import MARK
from backend.services.resends import WHY_NOT
from backend.services.reveals import FIELD_NAMES, Field
from backend.services.storage import settings
from backend.workflow.deadlines import WEEKDAYS, is_overdue
from backend.workflow.places import is_practice, name_of, short
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


def short_day(value: date) -> str:
    """Say a date that is long past, or one of many in a table: without the day of the week."""
    year = "" if value.year == clock.today().year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    """Say an instant as the wall clock in China shows it; one that stands for its day is told as a day."""
    here = clock.local(value)
    return f"{here.year}年{here.month}月{here.day}日" + ("" if clock.is_whole_day(value) else f" {here:%H:%M}")


def place(code: str) -> str:
    """Say a place as people there call it: 大东关村, not 大东关村村民委员会."""
    mark = MARK if is_practice(code) else ""
    return short(name_of(code).removesuffix(MARK)) + mark


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
    Action.MAKE_PAPER: "做文书",
    Action.CHANGE_TEMPLATES: "更换文书模板",
    Action.ADD_FILE: "上传附件",
    Action.MOVE_DEMO_CLOCK: "拨快演示时间",
    Action.MANAGE_STAFF: "管理人员账号",
    Action.ASK_FOR_HAT: "申请岗位",
    Action.GRANT_HAT: "批准岗位",
    Action.GUARD_ACCOUNTS: "账号安全",
    Action.SET_SAFETY: "安全设置",
    Action.CONFIRM_CONSOLE: "手机确认",
    Action.TAKE_OFFLINE: "应急下线",
    Action.CHANGE_POLICY: "修改规则",
    Action.CHANGE_CALENDAR: "修改日历",
    Action.LOOK_UP_STATUS: "电话查询",
    Action.MANAGE_OUTBOX: "管理消息发送",
    Action.NAME_DEPUTY: "指定B角",
    Action.PLAN_HANDOVER: "岗位交接",
    Action.SAY_ABSENT: "登记不在岗",
    Action.IMPORT_PLACES: "改区划",
    Action.KEEP_PRACTICE: "练习县",
    Action.READ_OBJECTIONS: "查看异议人",
    "take_alert_list": "录入部门名单",
    Action.HAND_OUT_LIST: "送出名单",
    Action.EXPORT_LEDGER: "下载台账",
    Action.PRINT_FAMILY_FILE: "打印一户一档",
    "look_at_family": "打开个案",
    "erase_family": "删除个人信息",
    "hand_out_data": "提供本人信息",
    Action.FILE_COMPARISON: "填报比对",
    Action.AUTHORISE_REPORTER: "授权报告人",
    "end_reporter": "收回报告人授权",
    "read_complaint": "查看投诉建议",
    Action.ANSWER_COMPLAINT: "答复投诉建议",
    "passed_up": "转上一级答复",
    Action.CALL_BACK: "查看不满意评价",
    "called_back": "回访答复",
    "read_correction": "查看更正申请",
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
    Action.OVERSEE: "查看监督指标",
}
SUBJECTS = {"case": "个案", "session": "登录", "staff": "人员", "demo clock": "演示时间", "declaration": "申报"}
SUBJECTS |= {"policy": "规则", "calendar": "日历", "list": "名单", "reporter": "报告人", "complaint": "投诉建议"}
DONE_TO_STAFF = {"hire": "新增", "renew_link": "发新的密码链接", "bind_code": "发微信绑定码", "let_go": "停用"}
DONE_TO_STAFF |= {"set_phone": "登记手机号", "forget_phone": "删去手机号"}
DONE_TO_STAFF |= {"retry": "再发一次", "retry_all": "没发成的全部再发", "cancel": "不再发", "close_circuit": "恢复通道"}
DONE_TO_STAFF |= {"asked": "申请导出", "taken": "下载", "named": "指定", "ended": "提前结束"}
DONE_TO_STAFF |= {"planned": "排上", "called_off": "取消", "away": "不在岗", "back": "回岗"}
DONE_TO_STAFF |= {"own": "新建", "rename": "改名", "merge": "合并", "fill": "准备", "anew": "清空重来"}
SUBJECTS |= {"place": "区划", "practice": "练习县"}
SUBJECTS |= {"disaster": "灾害", "batch": "批次", "message": "消息", "messages": "消息", "circuit": "通道"}
SUBJECTS |= {"import": "导入文件", "roster": "花名册", "office": "部门"}
SUBJECTS |= {"alert batch": "部门预警", "register": "比对名单", "oversight": "监督检查", "household": "户"}
WAYS_OF_OVERSIGHT = {"overview": "总览", "families": "各户的办理时间"}
SUBJECTS |= {"template": "模板", "notice": "公示", "meeting": "会议", "office_meeting": "会商", "assignment": "交办"}
SUBJECTS |= {"supervision": "督办单"}
DONE_TO_STAFF |= {"make_key": "发密钥", "end_key": "停用密钥"}
DONE_TO_STAFF |= {"change_phone": "换手机", "freeze": "冻结", "thaw": "解冻", "ask": "提出", "grant": "批准"}
DONE_TO_STAFF |= {"refuse": "退回", "take_back": "收回", "unlock": "解锁", "end_session": "让一处登录退出"}
DONE_TO_STAFF |= {"use_phone": "设了确认用的手机", "ask_phone": "请手机确认", "phone_yes": "在手机上同意"}
DONE_TO_STAFF |= {"phone_no": "在手机上说不是本人", "phone_wrong": "在手机上输错三次数字"}
DONE_TO_STAFF |= {"end_sessions": "让登录全部退出", "reset_factor": "重置动态码", "give_up_factor": "取消动态码"}
DONE_TO_STAFF |= {
    "set_up_factor": "设置动态码",
    "recovery_codes": "重新生成恢复码",
    "offline": "下线",
    "online": "恢复",
}
SUBJECTS |= {"safety": "安全设置"}
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
        "about": f"{SUBJECTS.get(kind, kind)} {WAYS_OF_OVERSIGHT.get(number, number)}".strip(),
        "detail": "；".join(_details(row.detail)),
        "is_sealed": row.batch_no is not None,
    }


DEMANDS = {"administrators": "管理员登录", "exports": "下载文件"}
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
    "confirmed": lambda code: PURPOSE_NAMES.get(code, ""),
    "what": lambda code: DONE_TO_STAFF.get(code, ""),
    "reason": lambda code: WHY_NOT.get(code, ""),
    "count": lambda count: f"{count}条",
    "until": lambda on: f"到{day(date.fromisoformat(on))}",
    "role": lambda code: role_name(code),
    "region": lambda code: place(code),
    "source": str,
    "purpose": lambda words: f"用途：{words}",
    "hats": lambda worn: "、".join(_hat(each) for each in worn),
    "networks": lambda lines: f"允许的地址：{'、'.join(lines) or '不限'}",
    "demands": lambda codes: "必须用动态码：" + ("、".join(DEMANDS[code] for code in codes) or "没有人"),
    "rows": lambda count: f"{count}户",
    "kind": lambda code: KINDS_OF_FILE.get(code, code),
    "number": str,
    "area": lambda codes: "、".join(place(code) for code in codes),
    "proposed": lambda proposed: f"{len(proposed)}户",
    "paper": str,
    "because": lambda code: EVENT_NAMES.get(code, code),
    "seconds": lambda seconds: f"{seconds / 3600:g}小时",
}
"""How each part of an audit row's detail is said; ids, which say nothing to people, are left out."""


def _details(detail: dict[str, Any]) -> list[str]:
    said = (say(detail[key]) for key, say in DETAILS.items() if key in detail)
    return [words for words in said if words]


def _hat(code: str) -> str:
    role, _, where = code.partition("@")
    return f"{place(where)}{role_name(role)}"


def _state(code: str) -> str:
    return STATE_NAMES[State(code)] if code in set(State) else code


def register(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.filters.update(
        role_name=role_name,
        day=day,
        short_day=short_day,
        moment=moment,
        due=due,
        capped=capped,
        spoken=spoken,
        place=place,
    )
    app.jinja_env.globals.update(asset=asset, may=may, Action=Action, door_of=door_of)
