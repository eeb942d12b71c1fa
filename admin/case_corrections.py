"""A wrong turn mended, and what is noted between the steps: the forms behind "更正" on a case page."""

from collections.abc import Mapping
from dataclasses import dataclass

from admin.case_authorizations import AUTHORIZE, NOT_REACHED, WHO, WITHDRAW, person
from admin.case_facts import CORRECT_ID, CORRECT_NAME, CORRECT_PHONE, WHY
from admin.case_steps import StepForm
from admin.forms import row_of
from admin.step_fields import Field, Kind, Sent
from backend.access.permissions import Action
from backend.errors import Invalid
from backend.models import Case
from backend.services import case_records, comparisons, corrections, kin, living, mergers, splits, talks
from backend.services.kin import KinForm
from backend.services.splits import SplitForm
from backend.workflow.states import ENDS, State


@dataclass(frozen=True)
class Correction:
    """One correction: the permission that it asks for, and whether it still makes sense once the case is closed."""

    asks: Action
    form: StepForm
    when_closed: bool = False

    def fits(self, case: Case) -> bool:
        """Say whether it can be made on this case where it stands."""
        return self.when_closed or State(case.state) not in ENDS


def _hand_over(sent: Sent) -> Case:
    if not sent["village_code"]:
        raise Invalid.field("village_code", "请选择转给哪个村。")
    return corrections.hand_over(sent.case_id, sent["village_code"], by=sent.by, words=sent["words"])


def _merge(sent: Sent) -> Case:
    other = case_records.case_by_number(sent["other_number"])
    return mergers.merge(sent.case_id, other, by=sent.by, words=sent["words"])


def _change_head(sent: Sent) -> Case:
    return corrections.change_head(
        sent.case_id, person(sent), by=sent.by, old_head_is=sent["old_head_is"] or "other", words=sent["words"]
    )


def _record_death(sent: Sent) -> Case:
    if sent["died_on"] is None:
        raise Invalid.field("died_on", "请填去世的日期。")
    new_head = person(sent, "new_head_id") if sent["new_head_id"] else None
    return corrections.record_death(
        sent.case_id, person(sent), by=sent.by, died_on=sent["died_on"], new_head_id=new_head
    )


def _split(sent: Sent) -> str:
    form = SplitForm(
        follows=tuple(row for each in sent["follows"] if (row := row_of(each)) is not None),
        kind=sent["kind"],
        head_id=person(sent, "head_id") if sent["head_id"] else None,
        other_head_id=person(sent, "other_head_id") if sent["other_head_id"] else None,
        visit_others=sent["visit_others"],
    )
    case, other = splits.split(sent.case_id, form, by=sent.by, words=sent["words"])
    return f"已分成两户：这一件接着为{case.head_name}户办，{other.head_name}另立一户。"


def _register_kin(sent: Sent) -> None:
    form = KinForm(sent["post"], sent["relation"], sent["official_name"])
    kin.register(sent.case_id, form, by=sent.by)


def _end_kin(sent: Sent) -> None:
    kin.end(sent.case_id, sent.number("kinship"), by=sent.by)


CORRECTIONS: Mapping[str, Correction] = {
    "authorize": Correction(Action.AUTHORIZE, AUTHORIZE),
    "not_reached": Correction(Action.AUTHORIZE, NOT_REACHED),
    "hand_over": Correction(
        Action.HAND_OVER,
        StepForm(
            _hand_over,
            (Field("village_code", "该由哪个村办", Kind.PICK, choices="villages", none="请选择"), WHY),
            lead="任务和期限原样带过去，答复日期不变；转到别的乡镇由县里办。",
            button="转过去",
        ),
    ),
    "note_living_place": Correction(
        Action.CORRECT_FAMILY,
        StepForm(
            lambda sent: living.note_living_place(sent.case_id, sent["village_code"], by=sent.by, words=sent["words"]),
            (Field("village_code", "实际住在哪个村", Kind.PICK, choices="all_villages", none="住在户籍所在的村"), WHY),
            lead="两个村都看得到这一户；由哪个村办理、哪个村上门，按本县的规则。上门的任务和期限原样带过去。",
            button="登记",
        ),
    ),
    "merge": Correction(
        Action.MERGE_CASES,
        StepForm(
            _merge,
            (Field("other_number", "另一件的受理编号", Kind.LINE, most=20), WHY),
            lead="后立的一件并入先立的一件，申报、核实和照片都带过去，申报人会收到“已并入办理”。",
            button="并在一起办",
        ),
    ),
    "correct_id": Correction(Action.CORRECT_ID, CORRECT_ID, when_closed=True),
    "correct_name": Correction(Action.CORRECT_ID, CORRECT_NAME, when_closed=True),
    "correct_phone": Correction(Action.CORRECT_ID, CORRECT_PHONE, when_closed=True),
    "change_head": Correction(
        Action.CORRECT_FAMILY,
        StepForm(
            _change_head,
            (
                Field("person_id", "新户主", Kind.PICK, choices="members", none="请选择"),
                Field("old_head_is", "原户主是新户主的", Kind.PICK, choices="relations_but_head", none="请选择"),
                WHY,
            ),
            button="变更",
        ),
        when_closed=True,
    ),
    "record_death": Correction(
        Action.CORRECT_FAMILY,
        StepForm(
            _record_death,
            (
                WHO,
                Field("died_on", "去世日期", Kind.DAY),
                Field("new_head_id", "户主去世的，谁做新户主", Kind.PICK, choices="members", none="不是户主"),
            ),
            lead="登记后不再给去世的人发任何消息。",
            button="登记",
        ),
        when_closed=True,
    ),
    "split_family": Correction(
        Action.CORRECT_FAMILY,
        StepForm(
            _split,
            (
                Field("follows", "有困难、这一件接着为谁办", Kind.MANY, hint="没有勾选的另立一户", choices="members"),
                Field("kind", "为什么分户", Kind.CHOICE, choices="split_kinds"),
                Field("head_id", "这一边的户主", Kind.PICK, choices="members", none="原户主，或者只有一位"),
                Field("other_head_id", "另立那一户的户主", Kind.PICK, choices="members", none="原户主，或者只有一位"),
                Field("visit_others", "另立的那一户也立一条线索，上门看一看", Kind.YES, start="yes"),
                WHY,
            ),
            lead="任务、期限和回执都不变；这一户要重新核实一次；在途的帮扶先核对给谁；授权跟着本人走；看不出是谁的手机要重新上门确认。",
            button="分成两户",
        ),
    ),
    "register_kin": Correction(
        Action.REGISTER_KIN,
        StepForm(
            _register_kin,
            (
                Field("official_name", "任职的亲属姓名", Kind.LINE, most=50),
                Field("post", "任什么职", Kind.CHOICE, choices="kin_posts"),
                Field("relation", "什么亲属关系", Kind.CHOICE, choices="kin_relations"),
            ),
            lead="登记后由村外两人核实，亲属本人每一步都要回避。",
            button="备案",
        ),
    ),
    "set_urgency": Correction(
        Action.SET_URGENCY,
        StepForm(
            lambda sent: talks.set_urgency(sent.case_id, sent["urgency"], by=sent.by, words=sent["words"]),
            (Field("urgency", "缓急", Kind.CHOICE, choices="urgency", start="urgency"), WHY),
            button="调整",
        ),
    ),
    "talk": Correction(
        Action.NOTE_TALK,
        StepForm(
            lambda sent: talks.note_talk(
                sent.case_id, sent["way"], by=sent.by, words=sent["words"], talked_on=sent["talked_on"]
            ),
            (
                Field("way", "怎样沟通的", Kind.CHOICE, choices="talk_ways"),
                Field("words", "说了什么"),
                Field("talked_on", "日期", Kind.DAY, hint="不填就是今天"),
            ),
            button="记下",
        ),
        when_closed=True,
    ),
}
"""By the event that each leaves in the history, in the order of the page."""

IN_PLACE: Mapping[str, Correction] = {
    "explain_hit": Correction(
        Action.EXPLAIN_HIT,
        StepForm(
            lambda sent: comparisons.explain(sent.number("result"), sent["words"], by=sent.by),
            (Field("words", "家里人怎么说明", Kind.LINE, most=300),),
            carries=("result",),
            button="记下说明",
        ),
        when_closed=True,
    ),
    "withdraw_authorization": Correction(Action.AUTHORIZE, WITHDRAW),
    "end_kin": Correction(Action.READ_KIN, StepForm(_end_kin, carries=("kinship",), button="注销")),
}
"""What stands beside the row that it is about."""
