"""The country on one MariaDB: all places, somebody at each desk, and open cases spread over counties unevenly."""

import json
import multiprocessing
import os
import shutil
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from random import Random
from typing import Any

from backend import clock
from backend.workflow.states import State
from bench.copies import BUSY_VILLAGE_SHARE, SHARES, Copy, Desks, copies
from bench.county import UNTIL, County, make_empty, open_county, stencils, villages
from bench.load import engine_for, load
from bench.offices import fill_places
from bench.patterns import Row
from bench.places import PART, Places, read_places
from bench.servers import Databases
from bench.settings import COUNTY, DATA, LARGE, SMALL

CASES = LARGE // PART
OF_THE_COUNTY = min(SMALL, CASES // 2)
"""The measured county is the same, case by case, alone and within the country."""
UNEVENNESS = 1.0
"""Sigma of the lognormal factor by which counties with as many villages differ in their cases; nobody publishes it."""
LATE_EVERY = 10
"""One case in so many has a duty whose rung is due when the sweep runs."""
APART = timedelta(hours=2)
"""The country's ids lie so far before the county's."""
OWN_SHARES = {**SHARES, State.DECLARED: 43, State.VISITED: 20}
"""The measured county has more that waits for its townships: decisions use cases up, run after run."""
LOADER = 2
"""Grows when the loaded rows change."""
BATCH = 4_000
LOADERS = min(2, os.cpu_count() or 1)
BYTES_A_CASE = 32_000
"""With all its rows and their indexes, and some room."""
LATE_ONES = "bench_late"


@dataclass(frozen=True)
class Simulation:
    """A county that is ready, alone or within the country; when its cases ended, and how they are spread."""

    county: County
    until: datetime
    loaded: dict[str, Any]

    @property
    def moment(self) -> datetime:
        """When the sweep runs, in business time."""
        return self.until.replace(hour=2, minute=0, second=0, microsecond=0)


def keep(server: Databases, *, is_national: bool) -> Simulation:
    """Return the county alone, or with the country around it; loaded once and kept in the ignored folder."""
    name = f"nation_{PART}" if is_national else f"nation_county_{OF_THE_COUNTY}"
    home, url = DATA / name, server.url(name)
    home.mkdir(parents=True, exist_ok=True)
    mark, wanted = home / "nation.json", {"cases": CASES if is_national else OF_THE_COUNTY, "loader": LOADER}
    known = json.loads(mark.read_text()) if mark.exists() else {}
    if known.get("wanted") == wanted:
        return Simulation(open_county(url, home), datetime.fromisoformat(known["until"]), known)
    mark.unlink(missing_ok=True)
    make_empty(url)
    county, began = open_county(url, home), clock.monotonic()
    found: dict[str, Any] = {"wanted": wanted, "until": UNTIL.isoformat()}
    cases, total = _own(UNTIL, county.desks.accounts), OF_THE_COUNTY
    if is_national:
        places = read_places()
        found |= fill_places(url, places)
        _say(began, f"{found['villages']:,} villages of {found['counties']:,} counties, {found['staff']:,} staff")
        everywhere = _spread(places, CASES - OF_THE_COUNTY)
        found |= _unevenness(everywhere)
        cases, total = chain(cases, _elsewhere(everywhere, county.desks.accounts)), CASES
    print(f"{name}: loading {total:,} cases, once", flush=True)
    _load_together(url, cases, county.desks, total)
    _note_late_ones(url, _Lateness(UNTIL).spoken)
    _say(began, "loaded")
    mark.write_text(json.dumps(found | {"seconds": round(clock.monotonic() - began)}))
    return Simulation(county, UNTIL, found)


def _load_together(url: str, cases: Iterator[Copy], desks: Desks, total: int) -> None:
    """Load in several processes, each every so-manieth batch: one alone keeps the database waiting."""
    room = shutil.disk_usage(DATA).free
    if room < total * BYTES_A_CASE:
        raise RuntimeError(f"{total:,} cases need {total * BYTES_A_CASE >> 30} GiB of disk; {room >> 30} GiB are free")
    every = list(cases)
    processes = [
        multiprocessing.get_context("fork").Process(target=_load_some, args=(url, every, desks, number))
        for number in range(LOADERS)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("the cases could not be loaded: what the database said stands above")


def _load_some(url: str, cases: Sequence[Copy], desks: Desks, number: int) -> None:
    batches = (cases[first : first + BATCH] for first in range(number * BATCH, len(cases), LOADERS * BATCH))
    own = [case for batch in batches for case in batch]
    load(url, own, desks, rows_of=_Lateness(UNTIL).rows_of, total=len(own))


def _say(began: float, words: str) -> None:
    print(f"  {words}, {clock.monotonic() - began:.0f} s", flush=True)


def _own(until: datetime, accounts: Sequence[int]) -> Iterator[Copy]:
    return copies(OF_THE_COUNTY, stencils(), villages(), until=until, accounts=accounts, shares=OWN_SHARES)


def _spread(places: Places, count: int) -> list[str]:
    """Draw a village for each case: counties by their villages times chance, in each of them one busy village."""
    chance = Random(CASES)
    counties = [code for code in places.rural if code != COUNTY]
    weights = [len(places.rural[code]) * chance.lognormvariate(0.0, UNEVENNESS) for code in counties]
    found = []
    for county in chance.choices(counties, weights, k=count):
        of_county = places.rural[county]
        found.append(of_county[0] if chance.random() < BUSY_VILLAGE_SHARE else chance.choice(of_county))
    return found


def _unevenness(everywhere: Sequence[str]) -> dict[str, int]:
    of_county = sorted(Counter(code[:6] for code in everywhere).values())
    return {
        "counties_with_cases": len(of_county) + 1,
        "fewest": of_county[0],
        "median": round(statistics.median(of_county)),
        "most": of_county[-1],
        "half_of_all_in": _half_in(of_county),
    }


def _half_in(of_county: Sequence[int]) -> int:
    """Return in how many of the largest counties half of all cases lie."""
    left = sum(of_county) / 2
    for number, cases in enumerate(reversed(of_county), start=1):
        left -= cases
        if left <= 0:
            return number
    return len(of_county)


def _elsewhere(everywhere: Sequence[str], accounts: Sequence[int]) -> Iterator[Copy]:
    own = copies(len(everywhere), stencils(), villages(), until=UNTIL - APART, accounts=accounts, seed=CASES)
    for copy, village in zip(own, everywhere, strict=True):
        yield replace(copy, village=village, serial=copy.serial + OF_THE_COUNTY)


class _Lateness:
    """Lets one duty of each tenth case be due for its next rung when the sweep runs, and no other."""

    def __init__(self, until: datetime) -> None:
        self.spoken = until.astimezone(UTC).strftime("%Y-%m-%d 00:30:00.000000")
        self._ahead = (until + timedelta(days=90)).strftime("%Y-%m-%d 00:30:00.000000")

    def rows_of(self, table: str, copy: Copy, desks: Desks) -> list[Row]:
        """Return a copy's rows of one table."""
        rows = copy.pattern.rows(table, copy, desks)
        if table != "tasks":
            return rows
        speaks = copy.serial % LATE_EVERY == 0
        late = next((row["id"] for row in rows if row["open_due"] is not None), 0) if speaks else 0
        return [self._dated(row, is_late=row["id"] == late) for row in rows]

    def _dated(self, row: Row, *, is_late: bool) -> Row:
        if row["open_due"] is None:
            return row
        if not is_late:
            return row | {"next_rung": "yellow", "next_rung_at": self._ahead}
        return row | {"next_rung": "orange", "next_rung_at": self.spoken}


def _note_late_ones(url: str, spoken: str) -> None:
    with engine_for(url).connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {LATE_ONES} (id BIGINT PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO {LATE_ONES} SELECT id FROM tasks WHERE next_rung_at = '{spoken}'")
        connection.commit()


def make_late_again(simulation: Simulation) -> int:
    """Forget what a sweep wrote and let the same duties be due again; return how many are."""
    url, late = simulation.county.url, _Lateness(simulation.until)
    with engine_for(url).connect() as connection:
        connection.exec_driver_sql(
            f"DELETE messages FROM messages JOIN {LATE_ONES} late ON late.id = messages.task_id WHERE kind = 'duty'"
        )
        connection.exec_driver_sql(
            f"UPDATE tasks JOIN {LATE_ONES} late ON late.id = tasks.id "
            f"SET next_rung = 'orange', next_rung_at = '{late.spoken}' WHERE open_due IS NOT NULL"
        )
        connection.commit()
        count = f"SELECT count(*) FROM tasks WHERE next_rung_at = '{late.spoken}' AND open_due IS NOT NULL"
        return int(connection.exec_driver_sql(count).scalar_one())
