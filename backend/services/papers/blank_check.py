"""入户核查表（手填）: the home check on paper, for where there is no phone; what is known of the family is printed."""

from collections.abc import Iterable, Mapping

from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.errors import NotPossibleNow
from backend.files.word_filling import Filling, Values
from backend.policy.county import policy_of
from backend.privacy.mask import mask_id
from backend.services.check_people import id_number_of, people_of
from backend.services.check_words import ASSESSED, INCOME
from backend.services.papers.kinds import Facts, Paper
from backend.services.papers.lookups import FIELDS_OF_CASE, case_of, of_case
from backend.workflow.guards import is_ongoing

ROWS_TO_WRITE_IN = 2
"""Empty lines for members of the family whom nobody has registered yet."""
BOX = "□"


def _blank(case_id: int, by: Actor) -> Facts:
    case = case_of(case_id)
    if not is_ongoing(case):
        raise NotPossibleNow("这一户已经办结，不用再入户核查。")
    names = policy_of(case.county_code, case.policy_version).dictionaries
    people: list[Values] = [
        {
            "姓名": each.name,
            "关系": names["relations"].get(each.relation, each.relation),
            "证件号": mask_id(number) if (number := id_number_of(each)) else "",
        }
        for each in people_of(case.household_id)
    ]
    values = {
        **of_case(case),
        "核查方式": _boxes(names["visit_ways"].values()),
        "风险类型": _boxes(names["risks"].values()),
        "类别": _boxes(names["categories"].values()),
        "结论": _boxes(words for code, words in names["visit_conclusions"].items() if code != "not_home"),
    }
    groups: Mapping[str, list[Values]] = {
        "家人": [*people, *[{}] * ROWS_TO_WRITE_IN],
        "收入": [{"项目": label} for label in INCOME.values()],
        "安全": [{"项目": item, "选项": _boxes(names["safety"].values())} for item in names["safety_items"].values()],
        "财产": [{"项目": item} for item in names["asset_items"].values()],
        "研判": [{"方面": label, "选项": _boxes(names[book].values())} for label, book in ASSESSED.values()],
    }
    return Facts(Filling(values, groups), case.number, case)


def _boxes(words: Iterable[str]) -> str:
    """Return choices to be ticked by hand."""
    return "　".join(f"{BOX}{each}" for each in words)


BLANK_CHECK = Paper(
    code="home_check_blank",
    title="入户核查表（手填）",
    whom="核查人",
    about="case",
    asks=Action.READ_CASES,
    facts=_blank,
    fields={
        **FIELDS_OF_CASE,
        "核查方式": "怎样核查，供打勾",
        "风险类型": "有哪些风险，供打勾",
        "类别": "监测对象的类别，供打勾",
        "结论": "核实的结论，供打勾",
    },
    groups={
        "家人": {"姓名": "家人的姓名，末尾有空行", "关系": "与户主的关系", "证件号": "遮住中间的证件号"},
        "收入": {"项目": "收入或支出的项目"},
        "安全": {"项目": "三保障和饮水等项目", "选项": "供打勾"},
        "财产": {"项目": "车、房、店铺等"},
        "研判": {"方面": "收入、支出等四个方面", "选项": "供打勾"},
    },
    needs=frozenset({"户主姓名", "家人.姓名", "收入.项目"}),
    of=lambda case: case.closed_at is None,
)
"""Offered as long as the case is open: a village goes again where something has to be looked at once more."""
