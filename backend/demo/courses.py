"""The courses that invented cases take: which steps, in whose hat, at what pace, and with which words."""

from enum import Enum, auto
from typing import NamedTuple

from backend.access.permissions import Action, Role


class Pace(Enum):
    """When a step comes: at a desk (soon, the same day), at once, at a sitting of village or county, or by itself."""

    DESK = auto()
    PROMPT = auto()
    TODAY = auto()
    AT_ONCE = auto()
    CONSULTATION = auto()
    CALL = auto()
    MEETING = auto()
    SHEET = auto()
    NIGHT = auto()
    MORNING_AFTER = auto()
    COUNTY_SITTING = auto()


class Do(NamedTuple):
    """One step: what is done, in whose hat, at what pace, and with which reason, words or way."""

    action: Action
    role: Role
    pace: Pace = Pace.DESK
    codes: tuple[str, ...] = ()
    words: str = ""
    way: str = ""
    other_way: str = ""
    transfer: str = ""


ACCEPT = Do(Action.ACCEPT, Role.VILLAGE)
CHECK = Do(
    Action.FILE_VISIT,
    Role.VILLAGE,
    words="已上门看过，和家里人谈了收入、支出和眼下的难处，反映的情况属实。",
    way="home",
)
CHECK_AGAIN = CHECK._replace(pace=Pace.PROMPT, words="再次上门，对照票据和家里人重新核对了一遍，情况属实。")
CHECK_FROM_AFAR = CHECK._replace(words="全家在外地，通过视频和家里人谈了，房子由网格员看过。", way="video")
NO_RISK = Do(Action.FIND_NO_RISK, Role.VILLAGE, words="上门看过，家里有稳定收入，反映的困难已经解决。", way="home")
NOT_HOME = Do(Action.RESCHEDULE, Role.VILLAGE, words="上门时家里没人，邻居说去县城看病了，约好改天再来。")
CONFIRM = Do(Action.CONFIRM_CHECK, Role.HEAD, Pace.AT_ONCE)
CONFIRM_FROM_OUTSIDE = Do(Action.CONFIRM_CHECK, Role.TOWN_LEAD, Pace.PROMPT)
ASK = Do(Action.RETURN_FOR_INFORMATION, Role.VILLAGE, codes=("papers",), words="请补一张看病的票据。")
FETCH = Do(Action.SUPPLEMENT, Role.VILLAGE, words="票据已上门取到，复印件留村里。")
FORMALLY = Do(
    Action.REFUSE_FORMALLY, Role.TOWN_REVIEW, codes=("not_of_county",), words="户口和住处都在邻县，已告诉联系电话。"
)
HAND_UP = Do(Action.HAND_UP_CLUE, Role.VILLAGE, codes=("no_risk",), words="名单上的情况是去年的，今年已经解决。")
CLOSE_CLUE = Do(Action.CLOSE_CLUE, Role.TOWN_REVIEW, codes=("no_risk",), words="乡里核对过，困难已经解决。")
TRANSFER = Do(Action.TRANSFER, Role.TOWN_REVIEW, words="反映的是邻里纠纷，转司法调解更合适。", transfer="hotline_12345")
COMPARE = Do(Action.FILE_COMPARISON, Role.COUNTY_OP)
COMPARE_WITH_HIT = COMPARE._replace(way="hit")
EXPLAIN = Do(Action.EXPLAIN_HIT, Role.VILLAGE, Pace.PROMPT, words="车是儿子跑运输贷款买的，每月要还贷。")
CONSULT = Do(Action.HOLD_CONSULTATION, Role.VILLAGE, Pace.CONSULTATION)
MEET = Do(Action.HOLD_MEETING, Role.VILLAGE, Pace.MEETING)
MEETING_SAID_NO = Do(Action.MEETING_SAID_NO, Role.VILLAGE, Pace.MEETING, words="会上多数人认为家里能应付。")
MEETING_FAILED = Do(Action.MEETING_FAILED, Role.VILLAGE, Pace.CALL)
POST = Do(Action.POST_NOTICE, Role.VILLAGE, Pace.SHEET)
CLOSE = Do(Action.CLOSE_NOTICE, Role.SYSTEM, Pace.NIGHT)
TAKE_DOWN = Do(Action.TAKE_DOWN_NOTICE, Role.VILLAGE, Pace.MORNING_AFTER)
OBJECT = Do(Action.OBJECT, Role.TOWN_REVIEW, Pace.PROMPT, codes=("income",), words="他家今年包了二十亩地，不止这些。")
KEEP = Do(
    Action.KEEP_AFTER_OBJECTION,
    Role.TOWN_REVIEW,
    Pace.PROMPT,
    words="地是替亲戚代管的，收入不归他家，仍符合条件。",
    way="您反映的情况已经核实，这一户仍符合条件，谢谢您。",
)
LOOK_AGAIN = KEEP._replace(
    action=Action.VISIT_AFTER_OBJECTION,
    words="反映的收入情况需要再上门核一次。",
    way="您反映的情况要再上门核实，核实后再定。",
)
UPHOLD = Do(
    Action.UPHOLD_OBJECTION,
    Role.TOWN_LEAD,
    Pace.PROMPT,
    codes=("above_line",),
    words="承包地收入没有申报，重新计算后高于监测线。",
    way="您反映的情况属实，这一户这次不纳入。",
    other_way="请民政按临时救助帮这一户渡过难关。",
    transfer="civil_affairs",
)
DEPARTMENT = Do(Action.CHECK_DEPARTMENT, Role.TOWN_REVIEW, Pace.TODAY, words="查了登记和票据，反映的困难属实。")
PASS_ON = Do(Action.PASS_ON, Role.TOWN_REVIEW, words="核实、评议、公示齐全，困难属实，建议纳入。")
SEND_BACK = Do(Action.SEND_BACK, Role.TOWN_REVIEW, codes=("members", "income"), words="请再核对家里人口和务工收入。")
REFUSE = Do(
    Action.REFUSE,
    Role.TOWN_REVIEW,
    codes=("can_cope",),
    words="家里有两人务工，眼前的难处能应对；有变化随时再申报。",
    other_way="请民政看看能不能办临时救助。",
    transfer="civil_affairs",
)
REFUSE_PLAINLY = REFUSE._replace(other_way="无困难，已向家里说明。", transfer="")
ANSWERED = Do(Action.ANSWER_REFERRAL, Role.TOWN_REVIEW, words="已按临时救助发放一次性救助金。", way="民政局")
MOVED_AWAY = Do(Action.TERMINATE, Role.TOWN_REVIEW, codes=("moved_away",), words="全家户口迁到邻县，已把情况告诉那边。")
APPROVE = Do(Action.COUNTY_APPROVE, Role.COUNTY_LEAD, Pace.COUNTY_SITTING)
COUNTY_BACK = Do(Action.COUNTY_SEND_BACK, Role.COUNTY_OP, codes=("papers",), words="请附上支出的凭据。")
REJECT = Do(
    Action.COUNTY_REJECT,
    Role.COUNTY_LEAD,
    codes=("already_secured",),
    words="已有保障，没有新增风险。",
    other_way="低保继续发放，村里每季度上门看一次。",
)
ANNOUNCE = Do(Action.ANNOUNCE, Role.TOWN_REVIEW)
ENTER_NATIONAL = Do(Action.ENTER_NATIONAL, Role.TOWN_REVIEW)
ASK_RECHECK = Do(Action.ASK_RECHECK, Role.VILLAGE, words="家里人不服，说两个务工的都回来了，请再看一次。")
CONFIRM_OUTCOME = Do(Action.CONFIRM_OUTCOME, Role.TOWN_LEAD, words="重新核对后，家庭收入高于监测线，维持原结果。")
OVERTURN = Do(Action.OVERTURN_OUTCOME, Role.TOWN_LEAD, words="两位务工人员确已返乡，请重新入户核实。")
ASK_GREEN = Do(
    Action.ASK_GREEN_CHANNEL,
    Role.VILLAGE,
    Pace.AT_ONCE,
    words="大水进了屋，粮食被褥都湿了，两委研究同意先帮后补手续。",
    way="disaster",
)
GREEN_TOWN = Do(Action.GREEN_TOWN_AGREES, Role.TOWN_LEAD, Pace.AT_ONCE)
GREEN_COUNTY = Do(Action.GREEN_COUNTY_AGREES, Role.COUNTY_OP, Pace.AT_ONCE, way="phoned")
SIGN = Do(Action.SIGN_LATER, Role.COUNTY_LEAD)
AID = Do(Action.DELIVER_AID, Role.VILLAGE, Pace.AT_ONCE, words="大米两袋、棉被两床", way="临时安置在村委会")
WITHDRAW = Do(Action.WITHDRAW, Role.FARMER, words="孩子回来了，先不用了。")

CHECKED = (ACCEPT, CHECK, CONFIRM)
COMPARED = (*CHECKED, COMPARE)
MET = (*COMPARED, CONSULT, MEET)
NOTICE = (POST, CLOSE, TAKE_DOWN)
AT_TOWNSHIP = (*MET, *NOTICE, DEPARTMENT)
END = (PASS_ON, APPROVE, ANNOUNCE, ENTER_NATIONAL)
FROM_CONSULTATION = (CONSULT, MEET, *NOTICE, DEPARTMENT, *END)
GREEN = (ACCEPT, CHECK, CONFIRM, ASK_GREEN, GREEN_TOWN, GREEN_COUNTY, AID)

WATCHED = (*AT_TOWNSHIP, *END)
"""The plain way in, from a declaration to being watched."""

COURSES: tuple[tuple[int, tuple[Do, ...]], ...] = (
    # Watched in the end.
    (165, WATCHED),
    (50, (ACCEPT, NOT_HOME, CHECK, CONFIRM, COMPARE, *FROM_CONSULTATION)),
    (50, (*CHECKED, COMPARE_WITH_HIT, EXPLAIN, *FROM_CONSULTATION)),
    (20, (ACCEPT, CHECK_FROM_AFAR, CONFIRM_FROM_OUTSIDE, COMPARE, *FROM_CONSULTATION)),
    (30, (ASK, FETCH, *AT_TOWNSHIP, *END)),
    (20, (*AT_TOWNSHIP, SEND_BACK, CHECK, CONFIRM, *END)),
    (15, (*AT_TOWNSHIP, PASS_ON, COUNTY_BACK, *END)),
    (10, (*COMPARED, CONSULT, MEETING_FAILED, MEET, *NOTICE, DEPARTMENT, *END)),
    (20, (*MET, POST, OBJECT, KEEP, CLOSE, TAKE_DOWN, DEPARTMENT, *END)),
    (10, (*MET, POST, OBJECT, LOOK_AGAIN, CHECK_AGAIN, CONFIRM, CLOSE, TAKE_DOWN, DEPARTMENT, *END)),
    (20, (*GREEN, SIGN, COMPARE, *FROM_CONSULTATION)),
    # Another end.
    (35, (*AT_TOWNSHIP, REFUSE, ANSWERED)),
    (25, (*AT_TOWNSHIP, REFUSE_PLAINLY)),
    (15, (*AT_TOWNSHIP, REFUSE_PLAINLY, ASK_RECHECK, CONFIRM_OUTCOME)),
    (10, (*AT_TOWNSHIP, REFUSE_PLAINLY, ASK_RECHECK, OVERTURN, CHECK, CONFIRM, *END)),
    (20, (*COMPARED, CONSULT, MEETING_SAID_NO, REFUSE, ANSWERED)),
    (20, (ACCEPT, NO_RISK, REFUSE_PLAINLY)),
    (15, (*MET, POST, OBJECT, UPHOLD, TAKE_DOWN._replace(pace=Pace.SHEET), ANSWERED)),
    (20, (*AT_TOWNSHIP, PASS_ON, REJECT)),
    (60, (FORMALLY,)),
    (47, (HAND_UP, CLOSE_CLUE)),
    (25, (TRANSFER, ANSWERED)),
    (15, (*CHECKED, MOVED_AWAY)),
    (20, (WITHDRAW,)),
    (15, (ACCEPT, WITHDRAW)),
)
"""How many in a thousand households take each course; what would lie in the future has not happened yet."""

LEFT: tuple[tuple[int, int, tuple[Do, ...]], ...] = (
    (20, 0, ()),
    (20, 8, (ASK,)),
    (40, 0, (ACCEPT,)),
    (10, 0, (ACCEPT, NOT_HOME)),
    (8, 0, (ACCEPT, CHECK)),
    (16, 0, CHECKED),
    (14, 0, COMPARED),
    (12, 0, (*COMPARED, CONSULT)),
    (6, 0, MET),
    (10, 3, (*MET, POST, OBJECT)),
    (14, 0, (*MET, POST, CLOSE)),
    (14, 0, AT_TOWNSHIP),
    (14, 0, (*AT_TOWNSHIP, PASS_ON)),
    (10, 0, (*AT_TOWNSHIP, PASS_ON, APPROVE)),
    (10, 4, (*AT_TOWNSHIP, REFUSE_PLAINLY, ASK_RECHECK)),
    (8, 5, (*AT_TOWNSHIP, REFUSE)),
    (5, 0, (HAND_UP,)),
    (2, 0, GREEN[:4]),
    (2, 0, GREEN[:5]),
    (2, 0, GREEN[:6]),
    (3, 0, GREEN),
    (8, 0, (*AT_TOWNSHIP, SEND_BACK, CHECK, CONFIRM)),
)
"""Those who wait for somebody, so many in a thousand, and the days that they wait at most: few of them are late."""

ONLY_CLUES = frozenset({Action.FIND_NO_RISK, Action.HAND_UP_CLUE})
"""Steps that a family which applied itself never meets: its case began with somebody else's word."""
