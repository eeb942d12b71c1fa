"""Lists for others and of others: an office's part of the watched families, the groups' members (annexes 3, 4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from backend.access.permissions import Action
from backend.db import db
from backend.models import Case, Watch
from backend.policy import Policy
from backend.services.exports.declared import COUNTY, Ask, Column, Entry, Few, Ledger, Rows, day
from backend.services.ledger_lines import Line, lines_of
from backend.services.work_groups import GROUPS, Unit, units_of
from backend.workflow.places import called
from backend.workflow.watching import WATCHED


def offices_of(policy: Policy) -> dict[str, str]:
    """Return the offices that answer for a risk, by code, with their names."""
    wanted = set(policy.dictionaries["risk_offices"].values())
    return {code: office.name for code, office in policy.departments.items() if code in wanted}


def risks_of(office: str, policy: Policy) -> set[str]:
    """Return the codes of the risks that an office answers for."""
    return {risk for risk, code in policy.dictionaries["risk_offices"].items() if code == office}


@dataclass(frozen=True)
class Fact:
    """One watched family as an office sees it: of its risks only the office's own."""

    watch: Any
    line: Line
    own: Sequence[str]
    ask: Ask


def _watches(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(
        *(Watch.id, Watch.case_id, Watch.head_name, Watch.category, Watch.risks, Watch.began_on),
        *(Watch.township_code, Watch.village_code),
    ).where(Watch.standing.in_([str(each) for each in WATCHED]))


def _concerned(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    mine = risks_of(ask.about, ask.policy)
    concerned = [row for row in rows if mine & set(row.risks)]
    cases = db.session.scalars(select(Case).where(Case.id.in_([row.case_id for row in concerned]))).all()
    lines: Mapping[int, Line] = {line.case.id: line for line in lines_of(cases)}
    for row in concerned:
        own = [ask.word("risks", code) for code in row.risks if code in mine]
        yield Entry(row.township_code, row.village_code, Fact(row, lines[row.case_id], own, ask))


def _title(ask: Ask, village: str) -> str:
    office = offices_of(ask.policy)[ask.about]
    return f"{called(ask.county_code)}{ask.policy.texts['monitored_household']}名单（{office}）"


OFFICE_LIST = Ledger(
    "office_list",
    "送部门的监测对象名单",
    _title,
    (
        Column("乡镇", lambda each: called(each.watch.township_code)),
        Column("村", lambda each: called(each.watch.village_code)),
        Column("户主", lambda each: each.watch.head_name, 10),
        Column("人口", lambda each: str(each.line.people or ""), 6),
        Column("监测类别", lambda each: each.ask.word("categories", each.watch.category), 16),
        Column("对口的困难", lambda each: "、".join(each.own), 20),
        Column("纳入日期", lambda each: day(each.watch.began_on), 12),
    ),
    (Rows(_watches, Watch.id, _concerned, village=Watch.village_code),),
    asks=Action.HAND_OUT_LIST,
    levels=frozenset({COUNTY}),
    about=offices_of,
    hint="只有该部门对口的困难和帮扶要用的几栏；没有证件号、电话和收入。",
)

_UNITS = (
    Column("单位名称", lambda each: each.name, 24),
    Column("分管负责人", lambda each: each.leader_name, 16),
    Column("业务联络员", lambda each: each.liaison_name, 16),
    Column("备注", lambda each: "", 20),
)


def _annex(code: str, group: str, annex: str) -> Ledger:
    def units(ask: Ask) -> list[Entry]:
        found: Sequence[Unit] = units_of(group, ask.county_code)
        return [Entry("", "", unit) for unit in found]

    return Ledger(
        code,
        f"{GROUPS[group]}成员单位（{annex}）",
        lambda ask, village: f"{called(ask.county_code)}防止返贫动态监测{GROUPS[group]}成员单位",
        _UNITS,
        (Few(units),),
        levels=frozenset({COUNTY}),
    )


ANNEX_3 = _annex("policy_group", "policy", "附件3")
ANNEX_4 = _annex("data_group", "data", "附件4")
