"""A county with a million open duties of which a hundred thousand are overdue: what the sweep is measured on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from backend.access.permissions import Role
from backend.services import staff
from backend.services.staff import NewStaff
from bench.copies import SHARES, Copy, Desks, copies
from bench.county import UNTIL, County, make_empty, open_county, stencils, villages
from bench.load import engine_for, load
from bench.patterns import Row
from bench.settings import COUNTY, DATA

MOMENT = datetime(2026, 7, 15, 2, tzinfo=UTC)
"""When the sweep runs, in business time: a Wednesday, ten in the morning in China. The data lie around it."""
TODAY = MOMENT.date()
SPOKEN = "2026-07-15 00:30:00.000000"
"""The instant at which all of the overdue ones speak, as both databases keep it: half past eight that morning."""

OPEN, OVERDUE = 1_000_000, 100_000
LATE = (("orange", 1), ("red", 3), ("supervision", 6))
"""The rungs at which they speak, a third of them each, and by how many days they are late then."""
LOADER = 1
"""Grows when the loaded rows change."""
OF_EVERYBODY = ("tasks",)
OF_THE_LATE = ("cases", "declarations")
"""Whoever is not late is never asked for a case: a duty is enough of them."""
SWEPT = ("messages", "receipt_lines", "supervisions")


@dataclass
class Lateness:
    """Decides which copies are late, and puts their rows, and everybody's, into the days around `MOMENT`."""

    late: int = 0
    open: int = 0
    chosen: set[int] = field(default_factory=set)

    def rows_of(self, table: str, copy: Copy, desks: Desks) -> list[Row]:
        """Return a copy's rows of one table as this county holds them; tasks come before the others."""
        if table != "tasks" and copy.id not in self.chosen:
            return []
        rows = copy.pattern.rows(table, copy, desks)
        if table == "tasks":
            return [self._dated(copy, row) for row in rows if row["open_due"] is not None]
        if table == "declarations":
            return [row | {"promised_on": _day(10), "closed_at": None, "joined": 0} for row in rows]
        return rows

    def _dated(self, copy: Copy, row: Row) -> Row:
        self.open += 1
        is_late = self.late < OVERDUE and copy.id not in self.chosen
        if is_late:
            level, days = LATE[self.late % len(LATE)]
            self.late += 1
            self.chosen.add(copy.id)
            return row | _dates(due=-days, opened=-days - 10, rung=level, at=SPOKEN)
        ahead = 2 + self.open % 20
        return row | _dates(due=ahead, opened=-3, rung="yellow", at=f"{_day(ahead - 1)} 00:30:00.000000")


def _dates(*, due: int, opened: int, rung: str, at: str) -> Row:
    return {
        "due_on": _day(due),
        "open_due": _day(due),
        "opened_on": _day(opened),
        "opened_at": f"{_day(opened)} 02:00:00.000000",
        "next_rung": rung,
        "next_rung_at": at,
    }


def _day(distance: int) -> str:
    return (TODAY + timedelta(days=distance)).isoformat()


def keep(name: str, url: str) -> County:
    """Return the county called `name` on this database, loaded once and kept in the ignored folder."""
    home = DATA / name
    home.mkdir(parents=True, exist_ok=True)
    mark, wanted = home / "duties.json", {"open": OPEN, "overdue": OVERDUE, "loader": LOADER}
    if mark.exists() and json.loads(mark.read_text()) == wanted:
        return open_county(url, home)
    mark.unlink(missing_ok=True)
    make_empty(url)
    county = open_county(url, home)
    print(f"{name}: loading {OPEN:,} open duties, once", flush=True)
    _fill_desks(county.app)
    lateness = Lateness()
    with county.app.app_context():
        everything = _until_enough(county, lateness)
        load(url, everything, county.desks, tables=(*OF_EVERYBODY, *OF_THE_LATE), rows_of=lateness.rows_of, total=OPEN)
    mark.write_text(json.dumps(wanted))
    return county


def _until_enough(county: County, lateness: Lateness) -> Any:
    for copy in copies(2 * OPEN, stencils(), villages(), until=UNTIL, accounts=county.desks.accounts, shares=SHARES):
        if lateness.open >= OPEN:
            return
        yield copy


def _fill_desks(app: Flask) -> None:
    """Hire somebody for every desk of every place: so many people hear."""
    towns = sorted({code[:9] for code in villages()})
    posts: Sequence[tuple[Role, Sequence[str]]] = (
        (Role.VILLAGE, villages()),
        (Role.HEAD, villages()),
        (Role.TOWN_OP, towns),
        (Role.TOWN_REVIEW, towns),
        (Role.TOWN_LEAD, towns),
        (Role.COUNTY_OP, [COUNTY]),
        (Role.COUNTY_LEAD, [COUNTY]),
    )
    first = villages()[0]  # whose desks are not empty
    for role, places in posts:
        for place in [code for code in places if not first.startswith(code)]:
            with app.app_context():
                staff.add_staff(NewStaff(f"{role.lower()}-{place}", "李办事", role, place, "测试"))


def make_overdue_again(url: str) -> None:
    """Forget what a sweep wrote, and let the same duties be due for the same rungs."""
    with engine_for(url).connect() as connection:
        empty = "DELETE FROM" if url.startswith("sqlite") else "TRUNCATE TABLE"
        for table in SWEPT:
            connection.exec_driver_sql(f"{empty} {table}")
        connection.commit()
    set_rungs(url)


def set_rungs(url: str) -> None:
    """Let the overdue duties be due for the rungs for which they were loaded."""
    with engine_for(url).connect() as connection:
        for level, days in LATE:
            connection.exec_driver_sql(
                f"UPDATE tasks SET next_rung = '{level}', next_rung_at = '{SPOKEN}' WHERE due_on = '{_day(-days)}'"
            )
        connection.commit()
        tables = ",".join(("tasks", *SWEPT))
        connection.exec_driver_sql("ANALYZE" if url.startswith("sqlite") else f"ANALYZE TABLE {tables}")
        connection.commit()
