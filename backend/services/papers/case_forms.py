"""The papers of a family's file: 承诺授权书 to be signed, 入户核查表, 公告 of the decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db
from backend.errors import NotPossibleNow
from backend.files.word_filling import Filling, Values
from backend.models import Visit
from backend.policy.county import policy_of
from backend.services import announcements, authorizations, check_drafts, check_words
from backend.services.authorizations import Member
from backend.services.papers.kinds import Facts, Paper
from backend.services.papers.lookups import (
    FIELDS_OF_CASE,
    authority,
    case_of,
    of_case,
    or_none,
    printed,
    signer,
    telephones,
)
from backend.services.sealing import Sealer
from backend.workflow.guards import is_ongoing

ROWS_TO_WRITE_IN = 3
"""Empty lines for members of the family whom nobody has registered yet."""


def _authorization(case_id: int, by: Actor) -> Facts:
    case = case_of(case_id)
    if not is_ongoing(case):
        raise NotPossibleNow("这一户已经办结，不用再签授权书。")
    policy = policy_of(case.county_code, case.policy_version)
    relations = policy.dictionaries["relations"]
    ways = policy.dictionaries["authorization_ways"]
    members = [
        {
            "姓名": each.person.name,
            "关系": relations.get(each.person.relation, each.person.relation),
            "已签": _signed(each, ways),
        }
        for each in authorizations.members_of(case)
    ]
    values = {
        **of_case(case),
        "县级部门": authority(case.county_code),
        "授权内容": authorizations.text_of(case),
        "收回说明": authorizations.consequence_of(case),
        "授权天数": str(policy.numbers["authorization_days"]),
        "联系电话": telephones(case.village_code),
    }
    return Facts(Filling(values, {"家人": [*members, *[{}] * ROWS_TO_WRITE_IN]}), case.number, case)


def _signed(member: Member, ways: Mapping[str, str]) -> str:
    row = member.authorization
    if row is None or not member.is_valid:
        return ""
    return f"{printed(row.signed_on)}已授权（{ways.get(row.way or '', '')}）"


def _home_check(case_id: int, by: Actor) -> Facts:
    case = case_of(case_id)
    query = select(Visit).where(Visit.case_id == case.id).order_by(Visit.id.desc()).limit(1)
    visit = db.session.scalars(query).first()
    if visit is None:
        raise NotPossibleNow("这一户还没有入户核实。")
    names = policy_of(case.county_code, case.policy_version).dictionaries
    values = {
        **of_case(case),
        "核查日期": printed(visit.visited_on),
        "核查方式": names["visit_ways"].get(visit.way, visit.way),
        "核查人": visit.visitor_name,
        "同行人": visit.companion,
        "结论": names["visit_conclusions"].get(visit.conclusion, visit.conclusion),
        "了解到的情况": Sealer("visits", visit.id).open("findings_sealed", visit.findings_sealed),
    }
    check = next((each for each in check_drafts.checks_of(case.id, by=by) if each.visit_id == visit.id), None)
    said = check_words.home_check(check, names) if check is not None else {}
    return Facts(Filling({**values, **_checked(said)}, _tables(said)), case.number, case)


def _checked(said: Mapping[str, Any]) -> dict[str, str]:
    """Return what a whole form says in single values; nothing where the visit was a short one."""
    if not said:
        return dict.fromkeys(_OF_CHECK, "")
    since, until = said["window"]
    return {
        "收入期间": f"{printed(since)}至{printed(until)}",
        "收入计算": "\n".join(said["formula"]),
        "家庭人口": str(said["heads"]),
        "人均纯收入": said["net_per_head"],
        "人均参考收入": said["reference"],
        "监测线": f"{said['line']}元（{said['line_of_year']}年）",
        "风险类型": "、".join(said["risks"]),
        "拟定类别": said["category"],
        "类别说明": said["category_reason"],
        "家庭意愿": said["wishes"],
    }


def _tables(said: Mapping[str, Any]) -> dict[str, Sequence[Values]]:
    people = [
        {
            "姓名": each["name"],
            "关系": each["relation"],
            "证件号": each["id_masked"] or each["no_document"],
            "健康": each["health"],
            "劳动能力": each["labour"],
            "医保": each["insurance"],
            "享受救助": each["allowances"],
        }
        for each in said.get("members", ())
    ]
    income = [{"项目": label, "金额": amount} for label, amount in said.get("income", ())]
    safety = [{"项目": item, "结果": state, "说明": note} for item, _, state, note in said.get("safety", ())]
    return {"家人": or_none(people, "姓名"), "收入": or_none(income, "项目"), "安全": or_none(safety, "项目")}


def _announcement(case_id: int, by: Actor) -> Facts:
    case = case_of(case_id)
    rows = announcements.announcements_of(case.id)
    if not rows:
        raise NotPossibleNow("这一户还没有公告。")
    row = rows[-1]
    title, body = announcements.parts_of(row)
    values = {
        "标题": title,
        "文号": row.number,
        "正文": body,
        "落款": signer(case.county_code),
        "日期": printed(row.announced_on),
    }
    return Facts(Filling(values), row.number, case)


_OF_CHECK = {
    "收入期间": "收入从哪天算到哪天",
    "收入计算": "收入是怎样算出来的，一行一步",
    "家庭人口": "共同生活的人数",
    "人均纯收入": "元，一年",
    "人均参考收入": "扣除合规自付以后，元，一年",
    "监测线": "比照的监测线",
    "风险类型": "有哪些风险",
    "拟定类别": "核查人提出的类别",
    "类别说明": "和程序算出的不一样时，为什么",
    "家庭意愿": "家里希望怎样帮",
}
CASE_FORMS = (
    Paper(
        code="authorization",
        title="承诺授权书",
        whom="农户签字",
        about="case",
        asks=Action.READ_CASES,
        facts=_authorization,
        fields={
            **FIELDS_OF_CASE,
            "县级部门": "县级主管部门的名称",
            "授权内容": "本县规则里的授权书正文",
            "收回说明": "收回授权以后会怎样",
            "授权天数": "授权多少天有效",
            "联系电话": "村、乡镇、县公布的电话，一行一个",
        },
        groups={"家人": {"姓名": "家人的姓名", "关系": "与户主的关系", "已签": "已经授权的日期和方式"}},
        needs=frozenset({"户主姓名", "授权内容", "家人.姓名"}),
        of=lambda case: case.closed_at is None,
    ),
    Paper(
        code="home_check",
        title="入户核查表",
        whom="归档",
        about="case",
        asks=Action.READ_CASES,
        facts=_home_check,
        fields={
            **FIELDS_OF_CASE,
            "核查日期": "哪天去的",
            "核查方式": "怎样核查的",
            "核查人": "谁去的",
            "同行人": "谁同去",
            "结论": "核查的结论",
            "了解到的情况": "核查人写的情况",
            **_OF_CHECK,
        },
        groups={
            "家人": {
                "姓名": "家人的姓名",
                "关系": "与户主的关系",
                "证件号": "遮住中间的证件号",
                "健康": "健康状况",
                "劳动能力": "劳动能力",
                "医保": "医疗保险",
                "享受救助": "在享受的救助",
            },
            "收入": {"项目": "收入或支出的项目", "金额": "元"},
            "安全": {"项目": "三保障和饮水等项目", "结果": "有没有问题", "说明": "备注"},
        },
        needs=frozenset({"户主姓名", "了解到的情况"}),
        has=lambda file: bool(file.visits),
    ),
    Paper(
        code="announcement",
        title="公告",
        whom="公众",
        about="case",
        asks=Action.READ_CASES,
        facts=_announcement,
        fields={
            "标题": "公告的标题",
            "文号": "文号",
            "正文": "发布时核对过的正文",
            "落款": "县级主管部门",
            "日期": "公告的日期",
        },
        needs=frozenset({"正文", "日期"}),
        has=lambda file: any("announcement" in event.detail for event in file.events),
        hangs=True,
    ),
)
