"""村情、乡情: one page about a village or a township for whoever comes to look, in numbers and without a name (P44).

It is carried away, so small groups are hidden as `privacy.small_groups` says. Counted at once: a township holds a few
thousand watched families at most, and its households are counted on the villages' index.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import LEVELS
from backend.db import db
from backend.errors import NotFound
from backend.models import Case, Grid, Household, Region, RegularVisit, Station, Watch
from backend.policy.county import current_policy
from backend.privacy.small_groups import SMALLEST_SHOWN, alone, guard, is_small
from backend.workflow.places import short
from backend.workflow.states import ENDS
from backend.workflow.watching import STANDING_NAMES, WATCHED, Standing

TOWNSHIP, VILLAGE = 9, 12
LAST_DAYS = 90
OTHER = "还没有定"
MANY = f"{SMALLEST_SHOWN}以上"
"""What stands for a larger number where it would tell a sum that is hidden."""


@dataclass(frozen=True)
class Table:
    """Groups of watched families with their numbers as they may leave, and their sum; empty where groups overlap."""

    title: str
    rows: Sequence[tuple[str, str]]
    total: str = ""


@dataclass(frozen=True)
class PlaceSheet:
    """One place on one day: a few figures and the tables of its watched families."""

    code: str
    name: str
    within: str
    on: date
    figures: Sequence[tuple[str, str]]
    tables: Sequence[Table]


def sheet_of(code: str, *, by: Actor) -> PlaceSheet:
    """Return the page of a township or village within the actor's place; `NotFound` for any other."""
    require(by.role, Action.READ_BOARD)
    region = db.session.scalars(select(Region).where(Region.code == code)).one_or_none()
    if region is None or len(code) not in {TOWNSHIP, VILLAGE} or not code.startswith(by.region_code):
        raise NotFound("没有这个乡镇或村，或者不在您的辖区。")
    villages = _villages(code)
    tables = _tables(_watched(code), current_policy(by.county_code).dictionaries)
    above = db.session.scalar(select(Region.name).where(Region.code == region.parent_code))
    figures = _figures(code, villages, ever=tables[0].total)
    return PlaceSheet(code, short(region.name), above or "", clock.today(), figures, tables)


def _villages(code: str) -> list[str]:
    if len(code) == VILLAGE:
        return [code]
    below = select(Region.code).where(Region.parent_code == code, Region.level == "village")
    return list(db.session.scalars(below.order_by(Region.code)))


def _watched(code: str) -> list[Watch]:
    level = getattr(Watch, LEVELS[len(code)])
    return list(db.session.scalars(select(Watch).where(level == code, Watch.standing.in_(list(Standing)))))


def _figures(code: str, villages: Sequence[str], *, ever: str) -> list[tuple[str, str]]:
    level = getattr(Case, LEVELS[len(code)])
    ongoing = select(func.count()).select_from(Case).where(level == code, Case.state.not_in(ENDS))
    since = clock.today() - timedelta(days=LAST_DAYS)
    visits = select(func.count()).where(RegularVisit.village_code.in_(villages), RegularVisit.visited_on >= since)
    return [
        *([("村（社区）", str(len(villages)))] if len(code) == TOWNSHIP else []),
        ("监测站", str(_number(select(func.count()).where(Station.code.in_(villages))))),
        ("网格", str(_number(select(func.count()).where(Grid.parent_code.in_(villages))))),
        ("登记户数", alone(_number(select(func.count()).where(Household.village_code.in_(villages))))),
        ("累计纳入", ever),
        ("正在办理", alone(_number(ongoing))),
        (f"近{LAST_DAYS}天走访", f"{_number(visits)}次"),
    ]


def _number(query: object) -> int:
    return int(db.session.scalar(query) or 0)  # type: ignore[call-overload]


def _tables(watches: Sequence[Watch], names: Mapping[str, Mapping[str, str]]) -> list[Table]:
    now = [row for row in watches if Standing(row.standing) in WATCHED]
    risks = Counter(code for row in now for code in row.risks)
    ways = {
        "正在监测：类别": Counter(names["categories"].get(row.category, OTHER) for row in now),
        "正在监测：劳动能力": Counter(names["family_labour"].get(row.labour, OTHER) for row in now),
    }
    # The same families twice: a sum that one table hides is not told by the other.
    hidden = any(not _whole("", counted).total.isdecimal() for counted in ways.values())
    return [
        _whole("各种情况的户", Counter(STANDING_NAMES[Standing(row.standing)] for row in watches)),
        *(_whole(title, counted, hide_total=hidden) for title, counted in ways.items()),
        # A family may have several risks: these numbers have no sum, but one of them may be all families.
        Table(
            "正在监测：风险类型",
            [
                (names["risks"].get(code, code), MANY if hidden and not is_small(number) else alone(number))
                for code, number in risks.most_common()
            ],
        ),
    ]


def _whole(title: str, counted: Counter[str], *, hide_total: bool = False) -> Table:
    found = counted.most_common()
    shown = guard([number for _, number in found], hide_total=hide_total)
    return Table(title, [(name, text) for (name, _), text in zip(found, shown.parts, strict=True)], shown.total)
