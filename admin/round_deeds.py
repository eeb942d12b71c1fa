"""What else is done at the page of visits, one line each: dangers, changes of members, busy weeks, how to visit."""

from collections.abc import Mapping

from admin.deeds import Deed
from admin.forms import row_of
from admin.step_fields import Field, Kind, Sent
from backend.access.permissions import Action
from backend.errors import Invalid
from backend.services import hazards, member_changes, round_traits
from backend.services.member_changes import ChangeForm
from backend.services.round_traits import TraitsForm


def _close_hazard(sent: Sent) -> str:
    hazards.close(sent.number("hazard"), by=sent.by, version=sent.version, words=sent["words"])
    return "隐患已销号。"


def _settle(sent: Sent) -> str:
    if sent["so"] not in SO:
        raise Invalid.field("so", "请选择是不是这样。")
    member_changes.settle(sent.number("change"), sent["so"] == "yes", by=sent.by, version=sent.version)
    return "已确认。" if sent["so"] == "yes" else "没有采用这一条。"


def _busy(sent: Sent) -> str:
    if sent["from_on"] is None or sent["until_on"] is None:
        raise Invalid.field("from_on", "请填从哪天到哪天。")
    region = sent.by.region_code
    round_traits.add_busy_time(region, sent["from_on"], sent["until_on"], sent["why"], by=sent.by)
    return "已记下，这段时间尽量不排走访。"


def _tell(sent: Sent) -> str:
    if sent["happened_on"] is None:
        raise Invalid.field("happened_on", "请填是哪一天。")
    person = sent["person_id"]
    form = ChangeForm(
        sent["kind"],
        sent["happened_on"],
        person_id=row_of(person),
        name=sent["name"],
        relation=sent["relation"] or "other",
        words=sent["words"],
    )
    member_changes.tell(sent.case_id, form, by=sent.by)
    return "已报给村里确认。"


def _traits(sent: Sent) -> str:
    form = TraitsForm(
        is_lifted=sent["is_lifted"],
        is_away=sent["is_away"],
        tags=sent["tags"],
        difficulty=sent["difficulty"],
        best_way=sent["best_way"],
        best_time=sent["best_time"],
    )
    round_traits.set_traits(sent.case_id, form, by=sent.by)
    return "已记下，下次走访照这个排。"


SO = {"yes": "是这样", "no": "不是"}
DEEDS: Mapping[str, Deed] = {
    "close_hazard": Deed("核实销号", Action.CLOSE_HAZARD, _close_hazard, (Field("words", "怎样整改的，谁去看的"),)),
    "settle": Deed("确认", Action.SETTLE_CHANGE, _settle, (Field("so", "是不是这样", Kind.CHOICE, choices="so"),)),
    "busy": Deed(
        "增加一段忙时",
        Action.PLAN_ROUNDS,
        _busy,
        (
            Field("from_on", "从哪天", Kind.DAY),
            Field("until_on", "到哪天", Kind.DAY),
            Field("why", "忙什么", Kind.LINE, hint="比如 秋收", most=60),
        ),
    ),
}
ROWS, HERE = ("close_hazard", "settle"), ("busy",)

AT_HOME: Mapping[str, Deed] = {
    "tell": Deed(
        "报一条人口变动",
        Action.TELL_CHANGE,
        _tell,
        (
            Field("kind", "哪一种变动", Kind.PICK, choices="member_changes"),
            Field("person_id", "家里哪一位", Kind.PICK, choices="members", none="新来的人"),
            Field("name", "新来的人的姓名", Kind.LINE, hint="家里已有的人不用写", most=50),
            Field("relation", "和户主的关系", Kind.PICK, choices="relations", hint="新来的人要选"),
            Field("happened_on", "哪一天", Kind.DAY),
            Field("words", "说明", Kind.LINE, hint="可以不写", most=300),
        ),
        lead="村里确认以后才生效；谁也不会被删掉。",
    ),
    "traits": Deed(
        "怎样走访这一户",
        Action.PLAN_ROUNDS,
        _traits,
        (
            Field("tags", "十必访", Kind.MANY, choices="must_visit", start="tags"),
            Field("is_away", "全家长期在外", Kind.YES),
            Field("is_lifted", "脱贫户", Kind.YES),
            Field("best_way", "最好怎么找", Kind.PICK, choices="visit_ways", start="best_way", none="都可以"),
            Field("best_time", "最好什么时候", Kind.PICK, choices="day_parts", start="best_time", none="都可以"),
            Field(
                "difficulty",
                "困难程度",
                Kind.PICK,
                choices="difficulties",
                start="difficulty",
                none="没有评",
                hint="只在内部看，不公示",
            ),
        ),
    ),
}
