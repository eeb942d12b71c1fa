"""走访台账: the regular visits of a year up to a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from backend.access.permissions import ROLE_NAMES, Role
from backend.db import db
from backend.models import Household, RegularVisit
from backend.services.exports.declared import Ask, Column, Entry, Ledger, Rows, day, day_of, full_name
from backend.workflow.places import called
from backend.workflow.states import KIND_NAMES, Kind


@dataclass(frozen=True)
class Fact:
    """One visit."""

    row: Any
    ask: Ask
    head_name: str

    @property
    def changed(self) -> str:
        """Return the topics in which something was not as before."""
        return "、".join(self.ask.word("round_topics", topic) for topic in self.row.changed)

    @property
    def led_to(self) -> str:
        """Say whether the visit began something."""
        return "已报线索" if self.row.clue_id else "已报风险提示" if self.row.warning_id else ""


def _visits(ask: Ask) -> Select[*tuple[Any, ...]]:
    return select(
        *(RegularVisit.id, RegularVisit.household_id, RegularVisit.visited_on, RegularVisit.way, RegularVisit.met),
        *(RegularVisit.conclusion, RegularVisit.changed, RegularVisit.kinds, RegularVisit.clue_id),
        *(RegularVisit.warning_id, RegularVisit.by_name, RegularVisit.by_role, RegularVisit.filed_at),
        *(RegularVisit.township_code, RegularVisit.village_code),
    ).where(RegularVisit.visited_on >= ask.as_of.replace(month=1, day=1), RegularVisit.visited_on <= ask.as_of)


def _facts(rows: Sequence[Any], ask: Ask) -> Iterator[Entry]:
    query = select(Household.id, Household.head_name).where(Household.id.in_({row.household_id for row in rows}))
    heads = {row.id: row.head_name for row in db.session.execute(query)}
    for row in rows:
        yield Entry(row.township_code, row.village_code, Fact(row, ask, heads.get(row.household_id, "")))


VISITS = Ledger(
    "visits",
    "走访台账",
    lambda ask, village: f"{full_name(village or ask.where)}{ask.as_of.year}年走访台账",
    (
        Column("编号", lambda each: str(each.row.id), 20),
        Column("乡镇", lambda each: called(each.row.township_code)),
        Column("村", lambda each: called(each.row.village_code)),
        Column("户主", lambda each: each.head_name, 10),
        Column("走访日期", lambda each: day(each.row.visited_on), 11),
        Column("方式", lambda each: each.ask.word("visit_ways", each.row.way), 7),
        Column("是否见到本人", lambda each: "是" if each.row.met else "否", 8),
        Column("走访人", lambda each: f"{each.row.by_name}（{ROLE_NAMES[Role(each.row.by_role)]}）", 18),
        Column("结论", lambda each: each.ask.word("round_conclusions", each.row.conclusion), 16),
        Column("有变化的", lambda each: each.changed, 20),
        Column("处理", lambda each: each.led_to, 12),
        Column("办结的待办", lambda each: "、".join(KIND_NAMES[Kind(kind)] for kind in each.row.kinds), 14),
        Column("录入日期", lambda each: day_of(each.row.filed_at), 11),
    ),
    (Rows(_visits, RegularVisit.id, _facts, village=RegularVisit.village_code),),
    goes_back=True,
    is_kept=True,
    hint="当年1月1日到截至日的走访。",
)
