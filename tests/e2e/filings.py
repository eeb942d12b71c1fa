"""How each short form is filed: where a cadre opens it, what is answered in it, and what is kept then."""

import re

from backend.access.permissions import Action
from backend.models import (
    Assignment,
    CampaignFamily,
    Case,
    GreenChannel,
    GroupMeeting,
    Measure,
    MemberChange,
    Person,
    Plan,
    RemovalCheck,
    SpokenOf,
)
from backend.workflow.states import Kind
from tests.e2e.conftest import CLIENT
from tests.e2e.filing import NEXT, Filing, row, step, told
from tests.e2e.ways import Ways

PARTS = ("case-deeds", "family-deeds", "watch-deeds")
FORMS = {
    name
    for part in PARTS
    for name in re.findall(
        r"^  \"?(\w+)\"?: (?:async )?\(",
        (CLIENT / f"src/cadre/deed/{part}.ts").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}
"""Every short form that the client has."""
CARD, HOME, DUTIES, CAMPAIGN = "case/case", "family/family", "todo/todo", "campaign/campaign"
SAFE = tuple((item, "安全") for item in ("吃", "穿", "义务教育", "基本医疗", "住房安全", "饮水安全"))


FILINGS: dict[str, Filing] = {
    "return": Filing(
        *(CARD, "张三", "还差材料，请农户补充", step(Action.RETURN_FOR_INFORMATION, Kind.ACCEPT)),
        (("缺什么", "缺证明材料"), ("写给这家人看的话", "请补住院票据")),
        "发给这家",
    ),
    "fetch": Filing(
        *(CARD, "张三", "协助补齐材料", step(Action.SUPPLEMENT, Kind.FETCH_INFORMATION)),
        (("补来了什么", "票据已代取"),),
        photo=True,
    ),
    "appoint": Filing(
        *(CARD, "张三", "约上门时间", step("appoint_visit")),
        (("什么时候", "上午"), ("请他们准备什么", "户口本")),
        "告诉这家",
        before=Ways.accepted,
    ),
    "not_home": Filing(
        *(CARD, "张三", "家里没人，另约时间", step(Action.RESCHEDULE)),
        (("写一句当时的情况", "敲门没有人应"),),
        "记下来",
    ),
    "talk": Filing(
        *(CARD, "张三", "记一次联系", step("talk")),
        (("怎样联系的", "电话"), ("说了什么", "约好明天去")),
    ),
    "phone": Filing(CARD, "张三", "确认这家的手机", step("confirm_phone"), (), "就是这家的"),
    "join": Filing(
        *(CARD, "张三", "核对新的申报", step(Action.JOIN_DECLARATION, Kind.JOIN)),
        submit="是同一家，并入",
        before=Ways.declared_again,
    ),
    "tell": Filing(
        *(CARD, "张三", "打电话或上门告知", step(Action.TELL_IN_PERSON, Kind.TELL)),
        (("怎样告诉的", "当面"), ("告诉了谁", "户主"), ("他们说了什么", "知道了")),
        "已经告知",
        before=Ways.unreached,
    ),
    "confirm": Filing(
        *(CARD, "张三", "同行人确认核实", step(Action.CONFIRM_CHECK, Kind.CONFIRM_CHECK)),
        (("和您看到的一样吗", "不一样"), ("哪里不一样", "西屋也漏")),
        "确认",
        before=Ways.checked,
    ),
    "green": Filing(
        *(CARD, "张三", "等不及手续，先帮急的", row(GreenChannel, cause="disaster")),
        (("因为什么", "受灾"), ("村两委怎么说的", "房屋冲毁，先送帐篷")),
        "报给乡镇",
    ),
    "aid": Filing(
        *(CARD, "张三", "先行帮扶", row(GreenChannel, Kind.DELIVER_AID, how_much="两袋米", cents=30050)),
        (
            ("送了什么", "帐篷、米"),
            ("多少", "两袋米"),
            ("是钱的", "300.5"),
            ("家里人说收到了吗", "是"),
            ("核对过该给谁了吗", "是"),
        ),
        before=Ways.agreed,
        photo=True,
    ),
    "in_person": Filing(
        *(CARD, "周八", "返乡后当面核实", step(Action.SEE_IN_PERSON, Kind.IN_PERSON)),
        (("见到了谁", "见到户主，情况一样"),),
    ),
    "take_down: of a family that withdrew": Filing(
        *(CARD, "钱十", "取下公示", step(Action.TAKE_DOWN_NOTICE, Kind.TAKE_DOWN_NOTICE)),
        submit="已经遮住",
    ),
    "take_down": Filing(
        *(CARD, "孙七", "取下公示", step(Action.TAKE_DOWN_NOTICE, Kind.TAKE_DOWN_NOTICE)),
        submit="已经取下",
    ),
    "plan": Filing(
        *(HOME, "李四", "写帮扶计划", row(Plan, Kind.PLAN, labour="weak", needs=["employment"], needs_care=True)),
        (
            ("和谁商量的", "户主"),
            ("家里的劳动能力", "只有弱劳动能力"),
            ("有人生活不能自理吗", "有"),
            NEXT,
            ("需要哪几类帮扶", "就业帮扶"),
            ("家里人自己想要什么", "想在村里干点活"),
        ),
    ),
    "care": Filing(CARD, "李四", "访视照料", step(Action.GIVE_CARE), (("做了什么", "送了饭，量了血压"),)),
    "change": Filing(
        *(HOME, "李四", "家里添人、走人", row(MemberChange, kind="birth", name="李小宝", outcome="proposed")),
        (("是什么变动", "出生"), ("姓名", "李小宝"), ("和户主的关系", "之孙子")),
    ),
    "change: somebody leaves": Filing(
        *(HOME, "王五", "家里添人、走人", row(MemberChange, kind="married_out", outcome="proposed")),
        (("是什么变动", "婚出"), ("是家里哪一位", "*"), ("还要说明的", "嫁到邻村")),
    ),
    "settle": Filing(
        *(DUTIES, "李四", "李四　确认人口变动", row(Person, Kind.MEMBER_CHANGE, name="李小宝")),
        (("是这样吗", "是这样"),),
    ),
    "settle: not so": Filing(
        *(DUTIES, "王五", "王五　确认人口变动", row(MemberChange, Kind.MEMBER_CHANGE, outcome="dropped")),
        (("是这样吗", "不是这样"),),
    ),
    "warn": Filing(
        *(HOME, "李四", "又有新的风险", row(Case, procedure="warning", state="warned")),
        (("哪一样出了问题", "饮水安全"), ("写一句是怎么回事", "井干了")),
        "报上去",
    ),
    "measure": Filing(
        *(HOME, "王五", "登记进展", row(Measure, Kind.MEASURE, progress="delivered")),
        (("到了哪一步", "已落实"), ("写一句情况", "房顶换了新瓦")),
    ),
    "says": Filing(
        *(HOME, "王五", "问过了，登记收没收到", row(Measure, family_says="received")),
        (("家里人说", "收到了"), ("他们的原话", "房子不漏了")),
        by="head",
    ),
    "answer": Filing(
        *(CAMPAIGN, "王五", "王五家", row(CampaignFamily, is_so=[0])),
        (
            ("是的点上", "有没有新车"),
            ("发现了什么要接着办的吗", "要整改"),
            ("写一句看到了什么", "台账没有记车"),
            ("哪天以前改好", "2030-01-01"),
        ),
        before=Ways.visited,
    ),
    "propose": Filing(
        *(HOME, "王五", "提出风险消除", row(Case, procedure="removal", state="accepted")),
        (("为什么说风险已经消除", "收入稳定，房子修好了"),),
    ),
    "keep": Filing(
        *(CARD, "王五", "还不能消除，继续监测", row(Case, Kind.REMOVAL_CHECK, procedure="removal", state="kept")),
        (("为什么还不能消除", "收入还不稳定"), ("写几句情况", "再看半年")),
    ),
    "removal": Filing(
        *(CARD, "王五", "风险消除入户核实"),
        row(RemovalCheck, Kind.REMOVAL_CHECK, mode="assisted", view="agrees", heads=3, per_head_fen=16_000_00),
        (
            ("同去的另一位", "李站长"),
            ("怎样消除的", "帮扶"),
            NEXT,
            ("做到了哪几条", "*"),
            NEXT,
            *SAFE,
            NEXT,
            ("几口人一起过", "3"),
            ("打工、上班的工资", "40000"),
            ("种地、养殖、做买卖的收入", "10000"),
            ("种地、养殖、做买卖的成本", "2000"),
            NEXT,
            ("听了谁的", "户主"),
            ("同意消除吗", "同意"),
        ),
        before=Ways.proposed_again,
    ),
    "assignment": Filing(
        *(DUTIES, "王五", "请把台账补齐", told(Assignment, what="请把台账补齐", answered_by_name="王村干")),
        (("办得怎么样", "台账已经补齐"),),
        "报办理结果",
        before=Ways.handed_out,
    ),
    "group": Filing(
        *(DUTIES, "户000", "村民小组会"),
        lambda ways, family: (
            told(GroupMeeting, group_name="第三组", people=21)(ways, family)
            and {each.head_name: bool(each.clue_id) for each in ways.make.rows(SpokenOf)}
            == {"李四": False, "户000": True}
        ),
        (
            ("哪个小组", "第三组"),
            ("来了多少人", "21"),
            ("说了什么事", "医保缴费"),
            NEXT,
            ("点说到的户", "李四家"),
            ("哪一户像是有困难", "户000家"),
            ("是怎么回事", "老人摔伤住院"),
            ("是哪种困难", "家里有人生病"),
        ),
    ),
}
"""Every short form, in the order in which a village meets them: each begins where those before it ended."""
