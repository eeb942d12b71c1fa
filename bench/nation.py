"""One county's requests within a country of a million open cases, beside the same county alone; `ONLY=nation`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from random import Random

from sqlalchemy import Connection

from admin.sessions import COOKIE
from backend import clock
from backend.access.permissions import Role
from backend.db import db
from backend.workflow.states import Kind, State
from bench import requests
from bench.client import drive, request
from bench.county import villages
from bench.figures import HIGHER, LOWER, Figure
from bench.invariants import broken
from bench.load import engine_for
from bench.nation_load import CASES, OF_THE_COUNTY, Simulation, keep, make_late_again
from bench.places import PART, read_places
from bench.servers import Databases, Server, serving
from bench.settings import COUNTY, DRAWN, ROUNDS, SECONDS, WARM_UP
from bench.sweeps import swept

PHONES = 50
WARM, COUNTED = 10, 40
"""Declarations and decisions of a round, one after the other; decisions use up loaded cases."""
ASKED = 20
PAGE = 50
AS_ALONE = 1.3
"""A request may take so many times what it takes in the county alone."""
QUEUES = {
    "village": (Role.VILLAGE, 12, "a village"),
    "township": (Role.TOWN_REVIEW, 9, "a township"),
    "county": (Role.COUNTY_LEAD, 6, "a county"),
}
PAGES = {"queue": ("/console/queue/?tab=all", "queue page"), "home": ("/console/", "home page")}


def figures() -> dict[str, Figure]:
    """Return what is measured; each beside the same county of fewer cases alone on the same server."""
    words = f"nation of {CASES:,} cases, of a county of {OF_THE_COUNTY:,} alone"
    found = {
        f"nation {page} {level}": Figure(f"{title} of {place}, {words}", "ms", LOWER, AS_ALONE)
        for page, (_, title) in PAGES.items()
        for level, (_, _, place) in QUEUES.items()
    }
    for name in ("declare", "decide"):
        found[f"nation {name}"] = Figure(f"{name}, one after the other, {words}", "ms", LOWER, AS_ALONE)
    found["nation sweep"] = Figure(f"sweep over duties that are due, {words}", "duties/s", HIGHER)
    found["nation counts"] = Figure(f"a province's late duties by county, of one county's, {words}", "ms", LOWER)
    found["nation page"] = Figure(f"a province's most pressing {PAGE} duties, of one county's, {words}", "ms", LOWER)
    found["nation invariants"] = Figure(f"wrong in {DRAWN:,} of the nation's {CASES:,} cases", "things", LOWER, 0)
    return found


@dataclass(frozen=True)
class Undecided:
    """A case that waits for its township alone, and what the township says."""

    id: int
    township: str
    body: bytes


@dataclass
class Measured:
    """One of the two databases with its server, and what is sent to it."""

    simulation: Simulation
    server: Server
    pages: Mapping[str, bytes]
    farmers: list[str]
    reviewers: dict[str, str]
    undecided: Iterator[Undecided]

    def page_ms(self, name: str) -> float:
        """Open one page for some seconds; return the median."""
        page = [self.pages[name]]
        drive(self.server.port, page, connections=1, seconds=WARM_UP)
        return drive(self.server.port, page, connections=1, seconds=SECONDS).median_ms

    def declare_ms(self) -> float:
        """Declare a family never seen; return the median."""
        return self._each_once(requests.declarations(self.farmers, villages(), WARM + COUNTED))

    def decide_ms(self) -> float:
        """Pass on cases that nobody has decided yet; return the median."""
        cases = list(islice(self.undecided, WARM + COUNTED))
        if len(cases) < WARM + COUNTED:
            raise RuntimeError("too few cases are left to decide on: delete bench/data/nation* and load anew")
        return self._each_once([requests.decided(each.id, each.body, self.reviewers[each.township]) for each in cases])

    def _each_once(self, messages: Sequence[bytes]) -> float:
        for some in (messages[:WARM], messages[WARM:]):
            found = drive(self.server.port, some, connections=1, seconds=600, again=False)
        return found.median_ms


def measure(server: Databases, found: dict[str, Figure]) -> None:
    """Load what is not there yet, check what is drawn, and measure county and country in turn."""
    small, large = (keep(server, is_national=national) for national in (False, True))
    print({key: value for key, value in large.loaded.items() if key != "wanted"}, flush=True)
    found["nation invariants"].values.append(_complaints(large))
    with ExitStack() as stack:
        alone, within = (_ready(each, stack) for each in (small, large))
        for number in range(ROUNDS):
            print(f"nation: round {number + 1} of {ROUNDS}", flush=True)
            for name in alone.pages:
                _both(found[f"nation {name}"], alone.page_ms(name), within.page_ms(name))
            _both(found["nation declare"], alone.declare_ms(), within.declare_ms())
            _both(found["nation decide"], alone.decide_ms(), within.decide_ms())
    _ask_a_province(small, large, found)
    for simulation, rates in ((small, found["nation sweep"].floors), (large, found["nation sweep"].values)):
        rates.append(_sweep(simulation))


def _both(figure: Figure, alone: float, within: float) -> None:
    figure.floors.append(alone)
    figure.values.append(within)


def _ready(simulation: Simulation, stack: ExitStack) -> Measured:
    county, busy = simulation.county, villages()[0]
    name = county.home.name
    cookies = {
        level: f"{COOKIE}={county.console_of(f'{level}-reader', role, busy[:digits])}"
        for level, (role, digits, _) in QUEUES.items()
    }
    undecided = _undecided(simulation, busy[:9])
    townships = sorted({each.township for each in undecided})
    return Measured(
        simulation=simulation,
        server=stack.enter_context(serving(name, "wsgi:create_app()", county.settings)),
        pages={
            f"{page} {level}": request("GET", path, Cookie=cookie)
            for page, (path, _) in PAGES.items()
            for level, cookie in cookies.items()
        },
        farmers=county.farmers(PHONES),
        reviewers={code: county.phone_of(f"judge-{code}", Role.TOWN_REVIEW, code) for code in townships},
        undecided=iter(undecided),
    )


def _undecided(simulation: Simulation, but_not: str) -> list[Undecided]:
    """Return what no earlier run has decided, outside one township, whose pages are measured."""
    with engine_for(simulation.county.url).connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT c.id, c.township_code, t.version, c.content_version, c.marks FROM cases c "
            f"JOIN tasks t ON t.case_id = c.id AND t.kind = '{Kind.TOWN_REVIEW.value}' AND t.open_due IS NOT NULL "
            f"WHERE c.county_code = '{COUNTY}' AND c.state = '{State.VISITED.value}' "
            f"AND c.township_code <> '{but_not}' AND NOT EXISTS (SELECT 1 FROM tasks o WHERE o.case_id = c.id "
            f"AND o.open_due IS NOT NULL AND o.kind NOT IN ('{Kind.TOWN_REVIEW.value}', "
            f"'{Kind.TAKE_DOWN_NOTICE.value}')) ORDER BY c.id"
        ).all()
    known = [(row, json.loads(row.marks)) for row in rows]
    return [
        Undecided(row.id, row.township_code, requests.passing_on(row.version, row.content_version, marks["category"]))
        for row, marks in known
        if "notice_until" in marks
    ]


def _complaints(simulation: Simulation) -> int:
    with simulation.county.app.app_context(), db.engine.connect() as connection:
        every = connection.exec_driver_sql("SELECT id FROM cases").scalars().all()
        wrong = broken(Random(CASES).sample(list(every), min(DRAWN, len(every))))
    for line in wrong[:10]:
        print(f"  {line}")
    return len(wrong)


def _sweep(simulation: Simulation) -> float:
    """Sweep over what is due; return the duties a second."""
    due = make_late_again(simulation)
    done = swept(simulation.county.url, simulation.county.home, simulation.moment)
    if done["spoken"] != due:
        raise RuntimeError(f"{done['spoken']} duties spoke, not {due}")
    return due / float(done["seconds"])


def _ask_a_province(small: Simulation, large: Simulation, found: dict[str, Figure]) -> None:
    """Ask what somebody above the counties would: no role reads so, and the statements stand here alone."""
    province = read_places(PART).province
    for simulation, counties, rows in ((small, [COUNTY], "floors"), (large, province, "values")):
        with engine_for(simulation.county.url).connect() as connection:
            for name, statement in (("counts", _late_by_county(counties)), ("page", _pressing(counties))):
                getattr(found[f"nation {name}"], rows).append(_asked_ms(connection, statement))


def _late_by_county(counties: Sequence[str]) -> str:
    inside = ",".join(f"'{code}'" for code in counties)
    return (
        "SELECT county_code, count(*) FROM tasks FORCE INDEX (ix_tasks_county_pressing) "
        f"WHERE county_code IN ({inside}) AND pressing IN (0, 1, 2) AND open_due < '{clock.today()}' "
        "GROUP BY county_code"
    )


def _pressing(counties: Sequence[str]) -> str:
    """Take the first of each county by its index, and the first of those: nothing is sorted but a page a county."""
    of_each = " UNION ALL ".join(
        "(SELECT id, open_due FROM tasks FORCE INDEX (ix_tasks_county_pressing) "
        f"WHERE county_code = '{code}' AND pressing = 2 AND open_due IS NOT NULL ORDER BY open_due, id LIMIT {PAGE})"
        for code in counties
    )
    first = f"SELECT id FROM ({of_each}) some ORDER BY open_due, id LIMIT {PAGE}"
    return f"SELECT tasks.* FROM ({first}) first JOIN tasks ON tasks.id = first.id ORDER BY open_due, tasks.id"


def _asked_ms(connection: Connection, statement: str) -> float:
    connection.exec_driver_sql(statement).all()
    began = clock.monotonic()
    for _ in range(ASKED):
        connection.exec_driver_sql(statement).all()
    return (clock.monotonic() - began) / ASKED * 1000
