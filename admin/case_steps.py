"""Every step that a case page offers, one line each: what its form asks and which service takes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from admin import case_takers as takers
from admin.step_fields import Field, Kind, Sent
from backend.access.permissions import Action
from backend.services import (
    announcements,
    cases,
    clues,
    comparisons,
    green_channels,
    home_checks,
    notice_ends,
    rechecks,
    referrals,
)
from backend.workflow.duties import FULL, SHORT

REASONS = Field("reasons", "原因", Kind.MANY, hint="至少选一条")
WORDS = Field("words", "用几句话写明")
OPINION = Field("opinion", "研判意见", hint="县里会看到，申报人看不到")
CATEGORY = Field("category", "监测对象类别", Kind.CHOICE, choices="categories", start="category")
OTHER_CATEGORY = Field("category_reason", "改了类别的，写明理由", Kind.LINE, hint="和村里提出的一样就不用写", most=300)
ALTERNATIVE = Field("alternative", "怎样帮这一户解决实际困难", hint="申报人会看到；确实没有困难的，写“无困难”和理由")
TRANSFER = Field("transfer", "转给哪个单位帮", Kind.PICK, choices="transfers", none="不用转", hint="转了要跟踪到答复")
REMARK = Field("opinion", "意见", hint="可以不写")
CARRIED = (REASONS, WORDS, OPINION, CATEGORY, OTHER_CATEGORY, ALTERNATIVE, TRANSFER)
"""What may come with a decision, whichever of them its form asks for."""


@dataclass(frozen=True)
class StepForm:
    """One step's form: the service that takes it, its own fields, and those that only the whole procedure asks for.

    Reasons and words come before them where the procedure's row asks for them, unless the form has `own_words`.
    `shows` names what the reader must see above the fields; `only` the one variant of the procedure that has the step.
    """

    take: Callable[[Sent], Any]
    fields: tuple[Field, ...] = ()
    in_full: tuple[Field, ...] = ()
    own_words: bool = False
    lead: str = ""
    shows: str = ""
    done: str = ""
    button: str = ""
    only: str = ""
    is_visit: bool = False
    carries: tuple[str, ...] = ()

    @property
    def read(self) -> tuple[Field, ...]:
        """Every field that may come with it."""
        return (*CARRIED, *self.fields)


_TO_OBJECTOR = Field("answer", "给提异议的人的答复", hint="对方只看到这一段，不能写这一户的病情、收入等私事")
_CHECKED = (
    Field("opinion", "核查意见", Kind.CHOICE, choices="check_opinions"),
    Field("findings", "核查情况", rows=4),
    Field("second_name", "同去的另一位同志", Kind.LINE, most=50),
    Field("checked_on", "核查日期", Kind.DAY, hint="不填就是今天"),
)
_OBJECTED = (
    Field("ground", "对哪方面有意见", Kind.CHOICE, choices="objection_grounds"),
    Field("text", "具体说了什么"),
    Field("name", "姓名", Kind.LINE, hint="可以不留名", most=50),
    Field("phone", "电话", Kind.LINE, hint="可以不留", most=20),
    Field("is_their_wish", "在村里登记的：是本人要求由村里登记", Kind.YES),
    Field("key", "", Kind.KEY),
)
_PHONED = (
    Field("phoned", "电话里同意的负责人", Kind.LINE, hint="本人就是分管负责人的不用写", most=50),
    Field("phoned_at", "通话时间", Kind.MOMENT),
)
_AID = (
    Field("what", "送了什么", Kind.LINE, most=300),
    Field("how_much", "多少", Kind.LINE, hint="比如 棉被两床", most=100),
    Field("cents", "金额（元）", Kind.MONEY, hint="没有钱就不填"),
    Field("delivered_on", "送到的日期", Kind.DAY, hint="不填就是今天"),
    Field("family_confirmed", "家里人已确认收到", Kind.YES),
    Field("receiver_checked", "家里人员有变化的，已核对给谁、给对了", Kind.YES),
)

STEPS: Mapping[str, StepForm] = {
    Action.ACCEPT: StepForm(takers.decide),
    Action.RETURN_FOR_INFORMATION: StepForm(takers.decide),
    Action.REFUSE_FORMALLY: StepForm(takers.decide),
    Action.SUPPLEMENT: StepForm(
        lambda sent: cases.fetch_information(sent.case_id, **takers.seen(sent), words=sent["words"]),
        (Field("words", "补充了什么", rows=4),),
        own_words=True,
        done="材料已补充，可以接着办了。",
    ),
    Action.HAND_UP_CLUE: StepForm(
        lambda sent: clues.hand_up(sent.case_id, **takers.seen(sent), reason=takers.reason(sent))
    ),
    Action.CLOSE_CLUE: StepForm(
        lambda sent: clues.close(sent.case_id, **takers.seen(sent), reason=takers.reason(sent))
    ),
    Action.TRANSFER: StepForm(
        lambda sent: clues.transfer(sent.case_id, sent["transfer"], **takers.seen(sent), words=sent["words"]),
        (Field("transfer", "转给哪个单位", Kind.PICK, choices="transfers", none="请选择"),),
    ),
    Action.FILE_VISIT: StepForm(takers.not_here, (Field("findings", "看到和了解到的情况"),), is_visit=True, only=SHORT),
    Action.RESCHEDULE: StepForm(
        takers.reschedule,
        (Field("findings", "谁去的、看到什么、约在什么时候再去"), Field("visited_on", "上门日期", Kind.DAY)),
        own_words=True,
        only=FULL,
    ),
    Action.CONFIRM_CHECK: StepForm(
        takers.confirm_check,
        (
            Field("agrees", "和核实表写的一样吗", Kind.CHOICE, choices="agrees"),
            Field("words", "不一样的，写明看到了什么", hint="乡镇研判时会看到"),
        ),
        own_words=True,
        lead="只由同行的另一位确认；同行人不能确认的，由乡镇分管负责人确认。",
    ),
    Action.SEE_IN_PERSON: StepForm(
        lambda sent: home_checks.answer(sent.case_id, Action.SEE_IN_PERSON, **takers.seen(sent), words=sent["words"])
    ),
    Action.SETTLE_DOUBLE: StepForm(
        lambda sent: home_checks.answer(sent.case_id, Action.SETTLE_DOUBLE, **takers.seen(sent), words=sent["words"]),
        lead="有家人的证件号在另一户也有登记：核对是同一人、还是号码写错，写明结果；号码写错的，用下面“更正”改正。",
    ),
    Action.CLOSE_NOTICE: StepForm(lambda sent: notice_ends.close(sent.case_id, **takers.seen(sent))),
    Action.CHECK_DEPARTMENT: StepForm(takers.file_department_check, _CHECKED),
    Action.FILE_COMPARISON: StepForm(
        takers.compare,
        (
            Field("results", "逐人逐项", Kind.GRID, choices="grid"),
            Field("rest_no_hit", "没有选的各项，都已经查过，没有", Kind.YES),
        ),
        lead="只写有或没有；“有”不是否决，由家里人说明、由人研判。没有授权的家人系统自动登记为没有比对。",
    ),
    Action.SKIP_COMPARISON: StepForm(
        lambda sent: comparisons.skip(sent.case_id, sent["items"], **takers.seen(sent), reason=sent["words"]),
        (Field("items", "不再比对的项目", Kind.MANY, choices="skippable_items"),),
        lead="由分管负责人批准并写明理由；其余各项仍要比对。",
    ),
    Action.KEEP_AFTER_OBJECTION: StepForm(takers.answer_objection, (_TO_OBJECTOR,), carries=("objection",)),
    Action.VISIT_AFTER_OBJECTION: StepForm(takers.answer_objection, (_TO_OBJECTOR,), carries=("objection",)),
    Action.UPHOLD_OBJECTION: StepForm(
        takers.answer_objection, (ALTERNATIVE, TRANSFER, _TO_OBJECTOR), carries=("objection",)
    ),
    Action.OBJECT: StepForm(
        takers.enter_objection, _OBJECTED, own_words=True, lead="提异议的人是谁只有乡镇和县里看得到。"
    ),
    Action.PASS_ON: StepForm(takers.decide, in_full=(OPINION, CATEGORY, OTHER_CATEGORY)),
    Action.SEND_BACK: StepForm(takers.decide),
    Action.REFUSE: StepForm(takers.decide, in_full=(ALTERNATIVE, TRANSFER, REMARK)),
    Action.TERMINATE: StepForm(takers.decide, in_full=(ALTERNATIVE, TRANSFER)),
    Action.ANSWER_REFERRAL: StepForm(
        lambda sent: referrals.answer(sent.case_id, **takers.seen(sent), office=sent["office"], words=sent["words"]),
        (Field("office", "哪个单位答复的", Kind.LINE, most=60),),
    ),
    Action.COUNTY_APPROVE: StepForm(takers.decide, in_full=(REMARK,)),
    Action.COUNTY_SEND_BACK: StepForm(takers.decide),
    Action.COUNTY_REJECT: StepForm(takers.decide, in_full=(ALTERNATIVE, TRANSFER, REMARK)),
    Action.ANNOUNCE: StepForm(
        lambda sent: announcements.announce(sent.case_id, sent["number"], **takers.seen(sent)),
        (Field("number", "文号", Kind.LINE, hint="批准的文号", start="batch_number", most=60),),
        shows="announcement",
    ),
    Action.ENTER_NATIONAL: StepForm(
        takers.enter_national,
        (
            Field("receipt_no", "国家系统显示的编号", Kind.LINE, most=40),
            Field("entered_on", "录入日期", Kind.DAY, start="today"),
        ),
    ),
    Action.ASK_RECHECK: StepForm(
        lambda sent: rechecks.ask(sent.case_id, by=sent.by, words=sent["words"]),
        lead="家里人当面、书面或来电要求复核的，在这里登记；由没有办过这一户的同事办。",
    ),
    Action.CONFIRM_OUTCOME: StepForm(takers.confirm_outcome),
    Action.OVERTURN_OUTCOME: StepForm(takers.overturn_outcome),
    Action.ASK_GREEN_CHANNEL: StepForm(
        lambda sent: green_channels.ask(
            sent.case_id, sent["cause"], sent["studied"], by=sent.by, studied_on=sent["studied_on"]
        ),
        (
            Field("cause", "为什么等不得", Kind.CHOICE, choices="green_causes"),
            Field("studied", "村“两委”研究意见"),
            Field("studied_on", "研究日期", Kind.DAY, hint="不填就是今天"),
        ),
        own_words=True,
    ),
    Action.GREEN_TOWN_AGREES: StepForm(takers.agree_green, _PHONED),
    Action.GREEN_COUNTY_AGREES: StepForm(takers.agree_green, _PHONED),
    Action.GREEN_DECLINED: StepForm(
        lambda sent: green_channels.decline(sent.case_id, **takers.seen(sent), words=sent["words"]),
        lead="这一户按一般程序接着办。",
    ),
    Action.DELIVER_AID: StepForm(takers.deliver_aid, _AID, own_words=True),
    Action.SIGN_LATER: StepForm(lambda sent: green_channels.sign_later(sent.case_id, **takers.seen(sent))),
    Action.TELL_IN_PERSON: StepForm(
        takers.tell_in_person,
        (
            Field("way", "怎样告知的", Kind.CHOICE, choices="notice_ways"),
            Field("told_whom", "告知了谁", Kind.CHOICE, choices="relations"),
            Field("told_on", "哪天告知的", Kind.DAY, start="today"),
        ),
        lead="消息送不到这一户，请打电话或上门告知。",
    ),
    Action.KEEP_WATCHING: StepForm(takers.keep_watching, lead="上门看过，现在提消除还早的，在这里写明原因。"),
    Action.ROLL_BACK: StepForm(takers.roll_back, lead="回退以后重新列入监测，村里要重定帮扶计划。"),
    Action.ANSWER_MISSING: StepForm(takers.answer_missing),
    Action.ANSWER_SAFETY_NET: StepForm(takers.take_care),
    Action.GIVE_CARE: StepForm(takers.take_care, lead="登记以后，下一次照料会按期再提醒。"),
    Action.END_CARE: StepForm(takers.take_care),
    **dict.fromkeys(
        (
            *(Action.CHECK_WARNING, Action.DROP_WARNING, Action.ASK_TO_CLOSE_WARNING),
            *(Action.RETURN_WARNING, Action.CLOSE_WARNING, Action.UPDATE_OFFICE),
        ),
        StepForm(takers.step_warning),
    ),
    Action.CONFIRM_WARNING: StepForm(
        takers.step_warning, (Field("department", "交给哪个部门补短", Kind.PICK, choices="departments", none="请选择"),)
    ),
    Action.JOIN_DECLARATION: StepForm(
        takers.join_in,
        lead="又有人为这一户申报或反映，请核对是不是同一家。",
        button="是同一家，并入在办",
        done="新的申报已并入这一户。",
        carries=("declaration", "clue"),
    ),
}
