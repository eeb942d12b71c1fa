"""What can be done for a watched family at the desk, one line each."""

from collections.abc import Mapping
from typing import Any

from admin.deeds import Deed
from admin.forms import row_of
from admin.step_fields import Field, Kind, Sent
from backend.access.permissions import Action
from backend.errors import Invalid
from backend.services import family_warnings, measures, paired, plans, relief, removals, watches
from backend.services.measure_forms import MeasureForm
from backend.services.measures import Progress
from backend.services.paired import PairForm
from backend.services.plans import PlanForm
from backend.services.relief import ClaimForm

WORDS = Field("words", "用几句话写明")


def _id(sent: Sent, name: str) -> int | None:
    text = sent.form.get(name, "")
    return row_of(text)


def _needed_id(sent: Sent, name: str) -> int:
    found = _id(sent, name)
    if found is None:
        raise Invalid.field(name, "请选择一项。")
    return found


def _plan(sent: Sent) -> str:
    form = PlanForm(
        sent["risks"],
        sent["labour"],
        sent["heard_whom"],
        needs=sent["needs"],
        wishes=sent["wishes"],
        needs_care=sent["needs_care"],
    )
    plans.make_plan(sent.case_id, form, by=sent.by)
    return "帮扶计划已定，接着把每一项措施写上。"


def _measure(sent: Sent) -> str:
    if sent["due_on"] is None:
        raise Invalid.field("due_on", "请填什么时候办好。")
    form = MeasureForm(
        category=sent["category"],
        what=sent["what"],
        department=sent["department"],
        responsible=sent["responsible"],
        due_on=sent["due_on"],
        person_id=_id(sent, "person_id"),
        nature=sent["nature"],
        planned_fen=sent["planned"],
        offer_id=_id(sent, "offer_id"),
    )
    plans.add_measure(sent.case_id, form, by=sent.by)
    return "已加上一项措施。"


def _progress(sent: Sent) -> str:
    step = Progress(sent["what"], sent["on"], sent["words"], sent["paid"])
    measures.note(sent.number("measure"), step, by=sent.by, version=sent.version)
    return "已登记。"


def _family_says(sent: Sent) -> str:
    if sent["received"] not in measures.SAID:
        raise Invalid.field("received", "请选择农户怎么说。")
    measures.family_says(sent.number("measure"), sent["received"] == measures.RECEIVED, by=sent.by, words=sent["words"])
    return "已记下农户的话。"


def _pair(sent: Sent) -> str:
    staff = sent["staff_id"]
    form = PairForm(sent["name"], sent["phone"], sent["unit"], staff_id=row_of(staff))
    paired.pair(sent.case_id, form, by=sent.by)
    return "结对干部已落实，农户会收到名字和电话。"


def _end_pairing(sent: Sent) -> str:
    paired.end(sent.case_id, _needed_id(sent, "pairing"), by=sent.by, words=sent["words"])
    return "已结束结对。"


def _claim(sent: Sent) -> str:
    relief.claim(sent.case_id, ClaimForm(sent["cause"], sent["words"], sent["asked"] or 0), by=sent.by)
    return "已替这一户申请防贫保。"


def _warn(sent: Sent) -> str:
    family_warnings.mark(sent.case_id, sent["items"], by=sent.by, words=sent["words"])
    return "已标注预警，乡镇会按期初审。"


def _propose(sent: Sent) -> str:
    removals.propose(sent.case_id, by=sent.by, words=sent["words"])
    return "已提出风险消除，农户会先收到通知；接着上门核实、听取意见。"


def _gone(sent: Sent) -> str:
    watches.end_naturally(sent.case_id, sent["reasons"], by=sent.by, words=sent["words"])
    return "已登记自然减少，档案保留。"


def _mistaken(sent: Sent) -> str:
    watches.strike_off(sent.case_id, sent["reasons"], by=sent.by, words=sent["words"])
    return "已剔除，档案保留，农户会收到原因。"


DEEDS: Mapping[str, Deed] = {
    "plan": Deed(
        "制定帮扶计划",
        Action.MAKE_PLAN,
        _plan,
        (
            Field("risks", "风险", Kind.MANY, choices="risks", start="risks"),
            Field("labour", "劳动能力", Kind.CHOICE, choices="family_labour", start="labour"),
            Field("needs", "需要哪几类帮扶", Kind.MANY, choices="measures", start="needs"),
            Field("wishes", "家里人自己的想法", hint="可以不写"),
            Field("heard_whom", "和谁商量的", Kind.PICK, choices="relations"),
            Field("needs_care", "家里有生活不能自理的人，要定期访视照料", Kind.YES),
        ),
        lead="和家里人一起商量。重新制定时，正在办的措施接着办。",
    ),
    "measure": Deed(
        "增加一项措施",
        Action.ADD_MEASURE,
        _measure,
        (
            Field("category", "哪一类", Kind.PICK, choices="measures"),
            Field("what", "具体做什么", Kind.LINE, most=200),
            Field("person_id", "帮谁", Kind.PICK, choices="members", none="全家"),
            Field("offer_id", "从部门菜单里点", Kind.PICK, choices="offers", none="不是菜单里的"),
            Field("department", "负责部门", Kind.PICK, choices="departments"),
            Field("responsible", "负责人", Kind.LINE, most=50),
            Field("due_on", "什么时候办好", Kind.DAY),
            Field("planned", "金额（元）", Kind.MONEY, hint="不涉及资金就不填"),
            Field("nature", "性质", Kind.CHOICE, choices="measure_natures", start="nature"),
        ),
    ),
    "progress": Deed(
        "登记进度",
        Action.NOTE_MEASURE,
        _progress,
        (
            Field("what", "到了哪一步", Kind.PICK, choices="next"),
            Field("on", "哪一天", Kind.DAY, hint="不填就是今天"),
            Field("paid", "拨付金额（元）", Kind.MONEY, hint="登记拨付时填"),
            Field("words", "凭证或说明", Kind.LINE, hint="中止、异常的要写原因", most=300),
        ),
        button="登记",
    ),
    "family_says": Deed(
        "农户说收到没有",
        Action.CONFIRM_AID,
        _family_says,
        (
            Field("received", "农户说", Kind.CHOICE, choices="family_says"),
            Field("words", "农户的话", Kind.LINE, hint="可以不写", most=300),
        ),
        button="记下",
        lead="由农户自己说，或者请不经手这项帮扶的同事当面问了再记。没有收到的，由乡镇核查。",
    ),
    "pair": Deed(
        "落实结对干部",
        Action.PAIR,
        _pair,
        (
            Field("staff_id", "在用本系统的人", Kind.PICK, choices="staff", none="不在名单里，下面填"),
            Field("name", "姓名", Kind.LINE, hint="上面选了人的可以不填", most=50),
            Field("unit", "单位", Kind.LINE, most=80),
            Field("phone", "电话", Kind.LINE, hint="农户会收到；上面选的人登记过手机的可以不填", most=20),
        ),
    ),
    "end_pairing": Deed(
        "结束结对",
        Action.END_PAIRING,
        _end_pairing,
        (Field("pairing", "哪一位", Kind.PICK, choices="paired"), WORDS),
        lead="没有别人接手的，会成为乡镇的待办。",
    ),
    "claim": Deed(
        "申请防贫保",
        Action.CLAIM_RELIEF,
        _claim,
        (
            Field("cause", "哪一种突发困难", Kind.CHOICE, choices="relief_causes"),
            WORDS,
            Field("asked", "申请金额（元）", Kind.MONEY),
        ),
        lead="只限三类监测对象，不收任何费用。",
    ),
    "warn": Deed(
        "标注预警",
        Action.MARK_WARNING,
        _warn,
        (Field("items", "哪些方面出现缺项", Kind.MANY, choices="warning_items"), WORDS),
        lead="乡镇初审、县里确认以后交部门限时补短，办好了核实销号。",
    ),
    "propose": Deed(
        "提出风险消除",
        Action.PROPOSE_REMOVAL,
        _propose,
        (Field("words", "为什么认为风险已经解除"),),
        lead="先告知农户，再上门核实、听取意见；评议、公示、乡镇、县里照程序办。",
    ),
    "gone": Deed(
        "整户自然减少",
        Action.END_NATURALLY,
        _gone,
        (Field("reasons", "原因", Kind.MANY, choices="natural_reasons"), WORDS),
    ),
    "mistaken": Deed(
        "误识别剔除",
        Action.STRIKE_OFF,
        _mistaken,
        (Field("reasons", "原因", Kind.MANY, choices="mistake_reasons"), WORDS),
        lead="农户会收到原因，档案保留。",
    ),
}
ROWS = ("progress", "family_says")
"""Forms that stand beside a measure."""


def lists_of(names: Mapping[str, Mapping[str, str]], more: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the forms choose from."""
    return {**names, **more}
