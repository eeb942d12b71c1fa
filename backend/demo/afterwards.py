"""What becomes of invented families that are watched: their help, what is seen at their homes, and their ways out."""

from enum import Enum, auto
from typing import NamedTuple


class Dish(NamedTuple):
    """A kind of help: its category, what it is, the department that gives it, who answers, and yuan (0: no money)."""

    category: str
    what: str
    department: str
    responsible: str
    yuan: int = 0


class End(Enum):
    """How far a family included long ago has come on its way out, or what holds it."""

    GONE = auto()
    BACK = auto()
    PROPOSED = auto()
    POSTED = auto()
    PASSED = auto()
    READY = auto()
    WARNED = auto()
    MISSING = auto()


WORK = Dish("employment", "介绍到镇上的加工厂上班", "human_resources", "苏工")
DISHES: dict[str, tuple[Dish, ...]] = {
    "housing": (Dish("housing", "翻修屋顶和山墙", "housing", "赵工", 15_000),),
    "water": (Dish("water", "接通自来水到院里", "water", "段工", 3_200),),
    "illness": (Dish("health", "大病救治、家庭医生签约", "health", "邢医生"), WORK),
    "disability": (Dish("security", "两项补贴按月发放", "civil_affairs", "高科长", 1_560),),
    "schooling": (Dish("education", "发放助学补助", "education", "潘老师", 2_000),),
    "no_labour": (Dish("security", "纳入低保，按月发放", "civil_affairs", "高科长", 4_800),),
    "job_loss": (WORK, Dish("public_post", "安排护林公益岗位", "human_resources", "苏工", 6_000)),
    "business_failure": (Dish("finance", "小额信贷贴息", "agriculture", "白经理", 5_000), WORK),
}
ANY = (Dish("industry", "菌菇大棚入股分红", "agriculture", "白经理", 2_400), WORK)
"""Help for every other risk."""

ENDS: tuple[tuple[End, float], ...] = (
    (End.GONE, 34),
    (End.BACK, 48),
    (End.PROPOSED, 1.5),
    (End.POSTED, 5.5),
    (End.PASSED, 11.8),
    (End.READY, 0),
    (End.WARNED, 12),
    (End.GONE, 60),
    (End.MISSING, 0),
    (End.READY, 0),
)
"""Ends in turn, and how many days ago each began; what would lie in the future has not happened yet."""

SEEN: tuple[tuple[str, str, str], ...] = (
    ("money", "better", "孩子在县城找到活了，每月能寄回一千多。"),
    ("industry", "better", "今年的花生收成好，已经卖了。"),
    ("medical", "worse", "老人又住了一回院，报销以后自己掏了两千多。"),
    ("housing", "concern", "西墙返潮，下雨要看着点。"),
    ("migrant_work", "worse", "工地停了工，人回来了，正在找活。"),
    ("living", "better", "低保款按月到账，日子稳当。"),
)
"""What is found at one visit in five: the topic, how it stands, and what is written down."""

OFFERS: tuple[tuple[str, str, str, str, str], ...] = (
    ("housing", "housing", "农村危房改造补助", "住房鉴定为C、D级的监测对象", "每户最高2万元"),
    ("human_resources", "public_post", "护林、保洁公益岗位", "有弱劳动能力、外出不便的家庭成员", "每月500元"),
    ("education", "education", "雨露计划职业教育补助", "正在读中高职的监测对象子女", "每学年3000元"),
    ("agriculture", "industry", "到户产业奖补", "发展种植养殖的监测对象", "每户最高5000元"),
    ("medical_insurance", "health", "参保资助", "三类监测对象全部家庭成员", "按当年标准"),
)
"""The departments' menu: department, category, name, who qualifies, how much."""

ROSTER_COLUMNS = (
    *("村", "村民小组", "网格", "户主姓名", "户主身份证号", "户类型", "联系电话", "姓名", "与户主关系", "证件号码"),
    "健康状况",
)
