"""年度通报表: a year of watching in figures, a line a township or village and one for all; families, never persons.

Source: domain 5.6, the yearly circular of 保山 2021. What counts stands in dated rows, so any day's state can be told.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from backend.db import db
from backend.models import Campaign, Person, RegularVisit, Watch
from backend.services.exports.declared import COUNTY, TOWNSHIP, VILLAGE, Ask, Column, Entry, Few, Ledger, full_name
from backend.workflow.places import called

ALL = "合计"
LOOK_BACK = "look_back"
"""The kind of campaign that goes back to whoever was checked before (回头看); all others count as 集中排查."""
_STOCK, _NEW, _WORK = "累计识别", "当年", "当年做了"
_BY_LEVEL = {
    COUNTY: (TOWNSHIP, "township_code"),
    TOWNSHIP: (VILLAGE, "village_code"),
    VILLAGE: (VILLAGE, "village_code"),
}


@dataclass
class Sum:
    """What one place adds up to."""

    name: str
    families: int = 0
    people: int = 0
    removed: int = 0
    found: int = 0
    removed_this_year: int = 0
    came_back: int = 0
    visits: int = 0
    campaigns: int = 0
    looks_back: int = 0
    by_category: Counter[str] = field(default_factory=Counter)
    found_by_category: Counter[str] = field(default_factory=Counter)

    @property
    def share_removed(self) -> str:
        """Return how many of all were removed, in hundredths with one place behind the point."""
        return f"{100 * self.removed / self.families:.1f}%" if self.families else ""


def _entries(ask: Ask) -> Sequence[Entry]:
    digits, column = _BY_LEVEL[len(ask.where)]
    sums: dict[str, Sum] = {}
    whole = Sum(ALL)
    first = date(ask.as_of.year, 1, 1)
    heads = _people_by_household()
    for row in _watches(ask):
        code = getattr(row, column)
        here = sums.setdefault(code, Sum(called(code)))
        for each in (here, whole):
            _add(each, row, heads.get(row.household_id, 0), ask, first)
    _add_visits(sums, whole, column, first, ask)
    _add_campaigns(sums, whole, first, ask)
    found = [Entry(code[:TOWNSHIP], code if digits == VILLAGE else "", sums[code]) for code in sorted(sums)]
    return [*found, Entry("", "", whole)] if len(found) > 1 else found


def _watches(ask: Ask) -> Iterator[Any]:
    query = select(
        *(Watch.household_id, Watch.category, Watch.began_on, Watch.removed_on, Watch.rolled_back_on),
        *(Watch.township_code, Watch.village_code),
    ).where(Watch.began_on <= ask.as_of, or_(Watch.ended_on.is_(None), Watch.ended_on > ask.as_of))
    yield from db.session.execute(query)


def _add(each: Sum, row: Any, people: int, ask: Ask, first: date) -> None:
    is_removed = row.removed_on is not None and row.removed_on <= ask.as_of
    each.families += 1
    each.people += people
    each.by_category[row.category] += 1
    each.removed += is_removed
    each.removed_this_year += is_removed and row.removed_on >= first
    each.came_back += row.rolled_back_on is not None and first <= row.rolled_back_on <= ask.as_of
    if row.began_on >= first:
        each.found += 1
        each.found_by_category[row.category] += 1


def _people_by_household() -> dict[int, int]:
    watched = select(Watch.household_id)
    query = (
        select(Person.household_id, func.count())
        .where(Person.household_id.in_(watched), Person.is_member)
        .group_by(Person.household_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _add_visits(sums: dict[str, Sum], whole: Sum, column: str, first: date, ask: Ask) -> None:
    place = getattr(RegularVisit, column)
    query = select(place, func.count()).where(RegularVisit.visited_on.between(first, ask.as_of)).group_by(place)
    for code, count in db.session.execute(query):
        sums.setdefault(code, Sum(called(code))).visits = count
        whole.visits += count


def _add_campaigns(sums: dict[str, Sum], whole: Sum, first: date, ask: Ask) -> None:
    """Count the campaigns that began in the year, in every place that they cover."""
    query = select(Campaign.region_code, Campaign.kind).where(
        Campaign.county_code == ask.county_code, Campaign.from_on.between(first, ask.as_of)
    )
    for region, kind in db.session.execute(query).all():
        covered = [each for code, each in sums.items() if code.startswith(region) or region.startswith(code)]
        for each in [*covered, *([whole] if covered else [])]:
            each.looks_back += kind == LOOK_BACK
            each.campaigns += kind != LOOK_BACK


CATEGORIES = {"lifted_unstable": "脱贫不稳定户", "marginal": "边缘易致贫户", "sudden_hardship": "突发严重困难户"}


def _of(counted: str, code: str, group: str) -> Column:
    return Column(CATEGORIES[code], lambda each: str(getattr(each, counted)[code]), 9, group)


YEARLY = Ledger(
    "yearly",
    "年度通报表",
    lambda ask, village: f"{full_name(village or ask.where)}{ask.as_of.year}年防止返贫致贫监测情况通报表",
    (
        Column("地方", lambda each: each.name, 16),
        Column("户数", lambda each: str(each.families), 8, _STOCK),
        Column("人数", lambda each: str(each.people), 8, _STOCK),
        *(_of("by_category", code, _STOCK) for code in CATEGORIES),
        Column("风险已消除户数", lambda each: str(each.removed), 9, _STOCK),
        Column("消除率", lambda each: each.share_removed, 8, _STOCK),
        Column("未消除户数", lambda each: str(each.families - each.removed), 8, _STOCK),
        Column("新识别户数", lambda each: str(each.found), 8, _NEW),
        *(_of("found_by_category", code, _NEW) for code in CATEGORIES),
        Column("消除户数", lambda each: str(each.removed_this_year), 8, _NEW),
        Column("回退户数", lambda each: str(each.came_back), 8, _NEW),
        Column("走访户次", lambda each: str(each.visits), 8, _WORK),
        Column("集中排查次数", lambda each: str(each.campaigns), 8, _WORK),
        Column("回头看次数", lambda each: str(each.looks_back), 8, _WORK),
    ),
    (Few(_entries),),
    goes_back=True,
    notes=(
        "户数、人数按截至那天在册的算，已消除的也算；人数、类别按现在登记的写。消除率是已消除户数占累计识别户数的比。",
        "只列地方，按区划代码排列。",
    ),
    hint="截至选12月31日，就是全年的；没有姓名。",
)
