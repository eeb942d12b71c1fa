"""A page of the queue at a million cases beside the same page at ten thousand, on both databases."""

from contextlib import ExitStack
from random import Random

from sqlalchemy import select

from admin.sessions import COOKIE
from backend.access.permissions import Role
from backend.db import db
from backend.models import Case
from bench import requests
from bench.client import drive
from bench.county import County, keep_loaded, villages
from bench.figures import Figure
from bench.invariants import broken
from bench.servers import Databases, Server, serving
from bench.settings import COUNTY, DATA, DRAWN, LARGE, ROUNDS, SECONDS, SMALL, WARM_UP


def measure(server: Databases, figures: dict[str, Figure]) -> None:
    """Load what is not there yet, check what is drawn, and time the pages in turn on one connection."""
    with ExitStack() as stack:
        found: dict[str, list[tuple[Server, list[bytes]]]] = {}
        for kind in ("mariadb", "sqlite"):
            small, large = (_county(server, kind, cases) for cases in (SMALL, LARGE))
            figures[f"invariants {kind}"].values.append(_complaints(large))
            found[kind] = [
                (stack.enter_context(serving(f"{kind}-{name}", "wsgi:create_app()", county.settings)), _pages(county))
                for name, county in (("small", small), ("large", large))
            ]
        for _ in range(ROUNDS):
            for kind, ((at_small, small_pages), (at_large, large_pages)) in found.items():
                figures[f"million {kind}"].floors.append(_milliseconds(at_small, small_pages))
                figures[f"million {kind}"].values.append(_milliseconds(at_large, large_pages))


def _county(server: Databases, kind: str, cases: int) -> County:
    name = f"{kind}_{cases}"
    (DATA / name).mkdir(parents=True, exist_ok=True)
    url = server.url(name) if kind == "mariadb" else f"sqlite:///{DATA / name / 'county.sqlite3'}"
    return keep_loaded(name, url, cases)


def _pages(county: County) -> list[bytes]:
    """Return the pages that are opened in turn: a township's desk, all of it, and all of the county."""
    town = f"{COOKIE}={county.console_of('reviewer', Role.TOWN_REVIEW, villages()[0][:9])}"
    whole = f"{COOKIE}={county.console_of('county', Role.COUNTY_LEAD, COUNTY)}"
    return [
        requests.console_page(town),
        requests.console_page(town, "?tab=all"),
        requests.console_page(whole),
        requests.console_page(whole, "?tab=all"),
    ]


def _complaints(county: County) -> int:
    """Check cases drawn at random, print what is wrong with them, and return how many things are."""
    with county.app.app_context(), db.engine.connect() as connection:
        every = connection.scalars(select(Case.__table__.c.id)).all()
        found = broken(Random(LARGE).sample(every, DRAWN))
    for line in found[:10]:
        print(f"  {line}")
    return len(found)


def _milliseconds(server: Server, pages: list[bytes]) -> float:
    drive(server.port, pages, connections=1, seconds=WARM_UP)
    return drive(server.port, pages, connections=1, seconds=SECONDS).median_ms
