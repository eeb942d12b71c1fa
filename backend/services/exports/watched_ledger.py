"""监测对象台账: every family that was watched up to a day, put together from what each step wrote down (domain 5.3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from backend.db import db
from backend.models import Case, HomeCheck, Household, Measure, Pairing, Plan, RegularVisit, Task, Watch
from backend.services.exports.declared import Ask, Column, Entry, Ledger, Rows, day, full_name
from backend.services.ledger_lines import Line, lines_of
from backend.services.paired import HELPER
from backend.workflow.places import called
from backend.workflow.states import Kind

LIFTED = frozenset({"lifted", "lifted_off", "lifted_unstable"})


@dataclass(frozen=True)
class Beside:
    """What other tables say of a portion of families, by household or by watch."""

    lines: Mapping[int, Line]
    checks: Mapping[int, Any]
    standings: Mapping[int, str]
    helpers: Mapping[int, str]
    measures: Mapping[int, Any]
    visited: Mapping[int, date]
    due: Mapping[int, date]


@dataclass(frozen=True)
class Family:
    """One watched family at the end of a day."""

    watch: Any
    ask: Ask
    beside: Beside

    @property
    def line(self) -> Line:
        """Return what its way to inclusion wrote down."""
        return self.beside.lines[self.watch.case_id]

    @property
    def removed_on(self) -> date | None:
        """Return since when its risk counts as removed; nothing where it came back by that day."""
        on, back = self.watch.removed_on, self.watch.rolled_back_on
        is_back = back is not None and back <= self.ask.as_of and (on is None or back >= on)
        return on if on and on <= self.ask.as_of and not is_back else None

    @property
    def notice(self) -> str:
        """Return the days of its public notice."""
        posted, until = self.line.notice
        return f"{day(posted)}至{day(until)}" if posted else ""

    @property
    def income(self) -> str:
        """Return the income a head that the last check found, beside the line that it was held against."""
        check = self.beside.checks.get(self.watch.case_id)
        return f"{check.net_per_head_fen / 100:.2f}（{check.line_yuan}）" if check else ""

    @property
    def measures(self) -> str:
        """Return how many measures were taken up, and how many of them had arrived."""
        found = self.beside.measures.get(self.watch.id)
        return f"{found.planned}/{found.delivered}" if found else "0/0"

    @property
    def risks(self) -> str:
        """Return its risks in words."""
        return "、".join(self.ask.word("risks", code) for code in self.watch.risks)


def _watches(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(
        *(Watch.id, Watch.case_id, Watch.household_id, Watch.head_name, Watch.category, Watch.risks, Watch.began_on),
        *(Watch.removed_on, Watch.removal_mode, Watch.rolled_back_on, Watch.township_code, Watch.village_code),
    ).where(Watch.began_on <= ask.as_of, or_(Watch.ended_on.is_(None), Watch.ended_on > ask.as_of))


def _families(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    beside = _beside(rows, ask)
    for row in rows:
        yield Entry(row.township_code, row.village_code, Family(row, ask, beside))


def _beside(rows: Sequence[Any], ask: Ask) -> Beside:
    cases, families, watches = ([getattr(row, name) for row in rows] for name in ("case_id", "household_id", "id"))
    found = db.session.scalars(select(Case).where(Case.id.in_(cases))).all()
    checks = (
        select(HomeCheck.case_id, HomeCheck.net_per_head_fen, HomeCheck.line_yuan)
        .where(HomeCheck.case_id.in_(cases))
        .order_by(HomeCheck.id)
    )
    measures = (
        select(
            Measure.watch_id,
            func.count().label("planned"),
            func.count(case((Measure.delivered_on <= ask.as_of, 1))).label("delivered"),
        )
        .join(Plan, Plan.id == Measure.plan_id)
        .where(Measure.watch_id.in_(watches), Plan.made_at < ask.ends_at)
        .group_by(Measure.watch_id)
    )
    return Beside(
        lines={line.case.id: line for line in lines_of(found)},
        checks={row.case_id: row for row in db.session.execute(checks)},
        standings=_pairs(select(Household.id, Household.standing).where(Household.id.in_(families))),
        helpers=_helpers(families, ask),
        measures={row.watch_id: row for row in db.session.execute(measures)},
        visited=_pairs(
            select(RegularVisit.household_id, func.max(RegularVisit.visited_on))
            .where(RegularVisit.household_id.in_(families), RegularVisit.visited_on <= ask.as_of)
            .group_by(RegularVisit.household_id)
        ),
        due=_pairs(
            select(Task.household_id, func.min(Task.open_due))
            .where(Task.household_id.in_(families), Task.kind == Kind.REGULAR_VISIT, Task.open_due.is_not(None))
            .group_by(Task.household_id)
        )
        if ask.is_today
        else {},
    )


def _helpers(families: Sequence[int], ask: Ask) -> dict[int, str]:
    query = (
        select(Pairing.household_id, Pairing.name, Pairing.unit)
        .where(
            Pairing.household_id.in_(families),
            Pairing.post == HELPER,
            Pairing.from_on <= ask.as_of,
            or_(Pairing.until_on.is_(None), Pairing.until_on > ask.as_of),
        )
        .order_by(Pairing.id)
    )
    return {
        row.household_id: f"{row.name}（{row.unit}）" if row.unit else row.name for row in db.session.execute(query)
    }


def _pairs(query: Select[*tuple[Any, ...]]) -> dict[int, Any]:
    return {row[0]: row[1] for row in db.session.execute(query)}


WATCHED = Ledger(
    "watched",
    "监测对象台账",
    lambda ask, village: f"{full_name(village or ask.where)}{ask.policy.texts['monitored_household']}台账",
    (
        Column("乡镇", lambda each: called(each.watch.township_code)),
        Column("村", lambda each: called(each.watch.village_code)),
        Column("户主", lambda each: each.watch.head_name, 10),
        Column("人口", lambda each: str(each.line.people or ""), 6),
        Column("监测类别", lambda each: each.ask.word("categories", each.watch.category), 14),
        Column(
            "是否脱贫户", lambda each: "是" if each.beside.standings.get(each.watch.household_id) in LIFTED else "否", 8
        ),
        Column("风险类型", lambda each: each.risks, 16),
        Column("发现渠道", lambda each: each.line.channel),
        Column("发现日期", lambda each: day(each.line.case.discovered_on), 11),
        Column("人均纯收入（监测线），元", lambda each: each.income, 17),
        Column("评议日期", lambda each: day(each.line.met_on), 11),
        Column("公示起止", lambda each: each.notice, 12),
        Column("审定文号", lambda each: each.line.decided_number, 16),
        Column("公告日期", lambda each: day(each.line.announced_on), 11),
        Column("纳入日期", lambda each: day(each.watch.began_on), 11),
        Column("国家系统编号", lambda each: each.line.national_no, 12),
        Column("帮扶责任人", lambda each: each.beside.helpers.get(each.watch.household_id, ""), 14),
        Column("措施数/已落实", lambda each: each.measures, 8),
        Column("最近走访日", lambda each: day(each.beside.visited.get(each.watch.household_id)), 11),
        Column("下次走访截止", lambda each: day(each.beside.due.get(each.watch.household_id)), 11),
        Column("是否消除", lambda each: "是" if each.removed_on else "否", 8),
        Column(
            "消除方式",
            lambda each: each.ask.word("removal_modes", each.watch.removal_mode) if each.removed_on else "",
            10,
        ),
        Column("消除日期", lambda each: day(each.removed_on), 11),
    ),
    (Rows(_watches, Watch.id, _families, village=Watch.village_code),),
    goes_back=True,
    is_kept=True,
    notes=("截至以前某天的，户主、类别、风险、是否脱贫户按现在登记的写，下次走访截止不写；其余按当时的记录。",),
    hint="没有证件号和电话。",
)
