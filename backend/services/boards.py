"""看板: what a place's figures say, read as they were kept (`figures`): tables that are charts, and places below.

Places are compared with their limits, never with one another and never by person (domain 5.8; practice P16).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db
from backend.errors import NotFound
from backend.models import Figures
from backend.policy.county import current_policy
from backend.services import alert_schedule, board_tables, outward
from backend.services.alert_schedule import Delivery
from backend.services.board_tables import Bar
from backend.services.courses import Pace, pace_of
from backend.services.coverage import Coverage, coverage_of
from backend.services.figures import first_day
from backend.services.outward import COLUMNS, Out, number
from backend.workflow import places


@dataclass(frozen=True)
class PlaceRow:
    """One place: families under way and on whom they wait (maybe on two), late ones, the watched ones."""

    code: str
    counts: Mapping[str, int]
    outward: Mapping[str, str]

    @property
    def heat(self) -> int:
        """How much of what is under way is late: nothing 0, less than one in twenty 1, in seven 2, or more 3."""
        late, under_way = self.counts["late"], self.counts["under_way"]
        return 0 if not late else sum(late * least >= under_way for least in (20, 7)) + 1


@dataclass(frozen=True)
class Board:
    """The figures of one place as they were at `counted_at`; what became of families is counted from `since` on.

    `whole` is the place itself, `rows` the places below it. `limit` is the days that the whole may take, `months` how
    long a family is stable before it leaves. `deliveries`: of offices, for whoever sends their alerts on.
    """

    code: str
    above: str
    counted_at: datetime
    since: date
    whole: PlaceRow
    rows: Sequence[PlaceRow]
    tables: Mapping[str, Sequence[Bar]]
    pace: Pace
    coverage: Coverage
    limit: int
    limit_words: str
    months: int
    deliveries: Sequence[Delivery]


def board(*, by: Actor, code: str = "") -> Board | None:
    """Return the board of the actor's place or of one inside it; None as long as nobody has counted it.

    Errors: `NotFound` for a place outside the actor's, or one that there is not.
    """
    require(by.role, Action.READ_BOARD)
    figures = _figures(code or by.region_code, by)
    if figures is None:
        return None
    policy, since = current_policy(by.county_code), first_day()
    out, limit = outward.out_of(figures), policy.limit("T_TOTAL")
    whole, rows = _places(figures, out)
    is_county = not figures.parent_code
    return Board(
        code=figures.region_code,
        above=figures.parent_code if len(figures.region_code) > len(by.region_code) else "",
        counted_at=figures.counted_at,
        since=since,
        whole=whole,
        rows=rows,
        tables=board_tables.tables(figures, policy, out),
        pace=pace_of(figures.counts),
        coverage=coverage_of(figures.counts.get("coverage", {})),
        limit=limit.days,
        limit_words=limit.in_words.replace(" ", ""),
        months=policy.numbers["removal_months_at_least"],
        deliveries=alert_schedule.deliveries(since, clock.today(), by=by)
        if is_county and may(by.role, Action.SEND_ALERTS)
        else (),
    )


def glance(*, by: Actor) -> tuple[datetime, Sequence[PlaceRow]] | None:
    """Return the places below the actor's own, for the first page: when they were counted, and their numbers."""
    require(by.role, Action.READ_BOARD)
    figures = _figures(by.region_code, by)
    if figures is None:
        return None
    found = outward.below(figures.region_code)
    places.have_at_hand(row.region_code for row in found)
    return figures.counted_at, [_row(each) for each in found]


def _figures(code: str, by: Actor) -> Figures | None:
    if not code.startswith(by.region_code):
        raise NotFound
    found = db.session.get(Figures, code)
    if found is None and code != by.region_code:
        raise NotFound
    return found


def _places(figures: Figures, out: Out) -> tuple[PlaceRow, list[PlaceRow]]:
    """Return the place and those below it, each column guarded by itself: no column is the sum of others."""
    found = outward.below(figures.region_code)
    places.have_at_hand(row.region_code for row in [figures, *found])
    guarded = {
        name: out.guard([number(row, name) for row in found] or [number(figures, name)], name) for name in COLUMNS
    }
    whole = _row(figures, {name: each.total for name, each in guarded.items()})
    rows = [_row(row, {name: each.parts[index] for name, each in guarded.items()}) for index, row in enumerate(found)]
    return whole, rows


def _row(figures: Figures, shown: Mapping[str, str] | None = None) -> PlaceRow:
    return PlaceRow(figures.region_code, {name: number(figures, name) for name in COLUMNS}, shown or {})
