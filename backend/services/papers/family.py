"""The papers that a family is given in its hands (practice P21): the words of its receipt, and how to object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db
from backend.errors import NotPossibleNow
from backend.files.word_filling import Filling
from backend.models import Case, CaseEvent, Declaration, Notice, NoticeItem, ReceiptLine
from backend.policy.county import policy_of
from backend.privacy.receipts import spoken
from backend.services import steps
from backend.services.cases import CaseFile
from backend.services.notices import text_of
from backend.services.papers.kinds import Facts, Paper
from backend.services.papers.lookups import authority, case_of, printed, signer, signer_of, telephones
from backend.services.sealing import Sealer
from backend.services.sheets import make_sheet, refuse_findings
from backend.workflow import telling
from backend.workflow.duties import NOT_IDENTIFYING, REMOVAL
from backend.workflow.places import name_of
from backend.workflow.states import State

BEGIN = "begin"
_ON_THE_WAY_OUT: Mapping[str, str] = {Action.OVERTURN_OUTCOME: "rolled_back"}
"""What the same step means for a family that is on its way out."""
_REFUSAL = "refusal"
_NOT_YET = "这一户还没有办到这一步，这份文书现在做不了。"

_COMMON = {
    "户主姓名": "户主的姓名",
    "村名": "村的名称",
    "乡镇": "乡镇的名称",
    "县级部门": "县级主管部门的名称",
    "编号": "受理编号",
    "联系电话": "村、乡镇、县公布的电话，一行一个",
    "落款": "由谁出具",
    "日期": "出具的日期",
}
_TOLD = {
    **_COMMON,
    "告知内容": "农户在手机上看到的同一句话",
    "原因": "原因、理由或要补的材料，一行一条",
    "复核期限": "可以在多少天内申请复核",
    "复核答复期限": "复核在多少天内答复",
}
_LINE = {
    **_COMMON,
    "公示内容": "公示上写这一户的那一行",
    "公示天数": "要贴多少天",
    "贴出日期": "已经贴出的，贴出的日期",
}


@dataclass(frozen=True)
class _Told:
    """What a family was told of one step: in which words, why, when, by whom, under which number."""

    sentence: str
    detail: str
    on: date
    role: str
    number: str


def _facts(says: Mapping[str, str], *, signed_by_county: bool) -> Callable[[int, Actor], Facts]:
    """Return what collects the facts of a paper that tells of these steps, each with the key of its sentence."""

    def collect(case_id: int, by: Actor) -> Facts:
        case = case_of(case_id)
        told = _told(case, {step: _key(case, step, key) for step, key in says.items()})
        policy = policy_of(case.county_code, case.policy_version)
        values = {
            **_common(case, told.number),
            "告知内容": told.sentence,
            "原因": told.detail,
            "复核期限": policy.limit("T_RECHECK_WINDOW").in_words,
            "复核答复期限": policy.limit("T_RECHECK").in_words,
            "落款": authority(case.county_code) if signed_by_county else signer_of(case, told.role),
            "日期": printed(told.on),
        }
        return Facts(Filling(values), told.number, case)

    return collect


def _key(case: Case, step: str, key: str) -> str:
    return _ON_THE_WAY_OUT.get(step, key) if case.procedure == REMOVAL else key


def _common(case: Case, number: str) -> dict[str, str]:
    return {
        "户主姓名": case.head_name,
        "村名": name_of(case.village_code),
        "乡镇": name_of(case.township_code),
        "县级部门": authority(case.county_code),
        "编号": spoken(number),
        "联系电话": telephones(case.village_code),
    }


def _told(case: Case, says: Mapping[str, str]) -> _Told:
    """Return what the newest of these steps means: from the family's receipt, or for one without, as it would say."""
    query = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.action.in_(says))
    event = db.session.scalars(query.order_by(CaseEvent.id.desc()).limit(1)).first()
    if event is None:
        raise NotPossibleNow(_NOT_YET)
    on_receipt = (
        select(ReceiptLine, Declaration.receipt_no)
        .join(Declaration, Declaration.id == ReceiptLine.declaration_id)
        .where(Declaration.case_id == telling.told_through(case), Declaration.joined.is_(False))
        .where(ReceiptLine.kind.in_(says.values()), ReceiptLine.happened_at >= case.entered_at)
    )
    found = db.session.execute(on_receipt.order_by(ReceiptLine.id.desc()).limit(1)).first()
    if found is not None:
        line, number = found
        detail = Sealer("receipt_lines", line.id).open("detail_sealed", line.detail_sealed)
        return _Told(line.sentence, detail, clock.local(line.happened_at).date(), event.actor_role, number)
    if BEGIN in says:
        raise NotPossibleNow("这一户不是自己申报的，没有受理回执。")
    last_day = case.promised_on
    words = Sealer("case_events", event.id).open("reason_sealed", event.reason_sealed)
    return _Told(
        telling.sentence_of(says[event.action], case.village_code, due_on=last_day, promised_on=last_day),
        "\n".join(filter(None, [*steps.reason_words(case, event), words])),
        clock.local(event.happened_at).date(),
        event.actor_role,
        case.number,
    )


def _before_posting(case_id: int, by: Actor) -> Facts:
    """Collect the line that will hang, from the sheet as it is checked; once it hangs, from the sheet itself."""
    case = case_of(case_id)
    hung = None if State(case.state) is State.REVIEWED else _hung(case)
    if hung is None:
        made = make_sheet([case], clock.today())
        refuse_findings(made)
        own = {"公示内容": made.family_of(case).line, "公示天数": made.sheet.length, "贴出日期": ""}
    else:
        notice, number = hung
        mark = f"（{number}）"
        [line] = [each for each in text_of(notice).splitlines() if each.startswith(mark)]
        own = {"公示内容": line.removeprefix(mark), "贴出日期": printed(notice.posts_on), "公示天数": ""}
    values = {**_common(case, case.number), **own, "落款": signer(case.village_code), "日期": printed(clock.today())}
    return Facts(Filling(values), case.number, case)


def _hung(case: Case) -> tuple[Notice, int] | None:
    query = (
        select(Notice, NoticeItem.number)
        .join(NoticeItem, NoticeItem.notice_id == Notice.id)
        .where(NoticeItem.case_id == case.id, Notice.posted_on.is_not(None))
    )
    found = db.session.execute(query.order_by(Notice.id.desc()).limit(1)).first()
    return (found[0], found[1]) if found is not None else None


def _identifies(case: Case) -> bool:
    return case.procedure not in NOT_IDENTIFYING


def _declared(file: CaseFile) -> bool:
    return any(not declaration.joined for declaration in file.declarations)


def _is_on_a_sheet(file: CaseFile) -> bool:
    """Say whether a meeting's word waits to be posted, or hangs already."""
    agreed = State(file.case.state) is State.REVIEWED and any("item" in event.detail for event in file.events)
    return agreed or any("notice" in event.detail for event in file.events)


def _paper(
    code: str,
    title: str,
    says: Mapping[str, str],
    of: Callable[[Case], bool] = _identifies,
    *,
    signed_by_county: bool = False,
    text: str = "",
    has: Callable[[CaseFile], bool] = lambda file: True,
) -> Paper:
    return Paper(
        code=code,
        title=title,
        whom="农户",
        about="case",
        asks=Action.READ_CASES,
        facts=_facts(says, signed_by_county=signed_by_county),
        fields=_TOLD,
        needs=frozenset({"户主姓名", "告知内容", "联系电话"}),
        after=frozenset(says),
        of=of,
        has=has,
        text=text,
        is_large=True,
    )


FAMILY_PAPERS = (
    _paper("receipt", "受理回执", {BEGIN: "received", Action.ACCEPT: "accepted"}, has=_declared),
    _paper("supplement", "一次性补正告知书", {Action.RETURN_FOR_INFORMATION: "returned"}),
    _paper("not_accepted", "不予受理告知书", {Action.REFUSE_FORMALLY: "not_accepted"}, text=_REFUSAL),
    _paper(
        "not_included",
        "不纳入告知书",
        dict.fromkeys((Action.REFUSE, Action.COUNTY_REJECT, Action.UPHOLD_OBJECTION), "not_included"),
        text=_REFUSAL,
    ),
    _paper(
        "recheck_answer",
        "复核答复书",
        {Action.CONFIRM_OUTCOME: "outcome_confirmed", Action.OVERTURN_OUTCOME: "outcome_overturned"},
        lambda case: True,
    ),
    Paper(
        code="before_posting",
        title="公示前告知书",
        whom="农户",
        about="case",
        asks=Action.READ_CASES,
        facts=_before_posting,
        fields=_LINE,
        needs=frozenset({"户主姓名", "公示内容", "联系电话"}),
        has=_is_on_a_sheet,
        is_large=True,
    ),
    _paper(
        "removed",
        "风险消除告知书",
        {Action.ANNOUNCE: "removed"},
        lambda case: case.procedure == REMOVAL,
        signed_by_county=True,
    ),
)
"""In the order in which a family meets them."""
