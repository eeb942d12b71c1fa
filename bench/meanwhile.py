"""How long a family waits whose declaration comes while something long goes on: the slowest of all that came."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

from backend import clock
from backend.services import sign_ins
from bench import duties, requests
from bench.client import HOST, PATIENCE
from bench.county import County, make_empty, settings_for, villages
from bench.figures import Figure
from bench.servers import Databases, Server, environment_of, serving, valkey
from bench.settings import APP_ID, CHECKOUT, COUNTY, DATA
from bench.sweeps import county_on
from wsgi import create_app

WORKS = ("sweep", "import", "recompute", "rotation")
SEEDING = "seeding"
LASTS = 20.0
"""Seconds for which declarations come; the work is broken off then, as it may be."""
APART = 0.15
"""Seconds between an answer and the next declaration: people do not come without a pause."""
QUIET = 5.0
HOUSEHOLDS = 400
PHONES = 48


def measure(server: Databases, figures: dict[str, Figure]) -> None:
    """Declare during each piece of work on each kind of database, beside the same with nothing going on."""
    for kind in ("mariadb", "sqlite"):
        county = county_on(server, kind)
        duties.make_overdue_again(county.url)
        tokens = county.farmers(PHONES)
        with valkey() as redis_url:
            settings = settings_for(county.url, county.home, redis_url)
            with serving(f"meanwhile-{kind}", "wsgi:create_app()", settings) as web:
                _slowest(web, tokens, QUIET)  # warm
                alone = _slowest(web, tokens, QUIET)
                for work in WORKS:
                    with _going_on(county, work):
                        figures[f"during {work} {kind}"].values.append(_slowest(web, tokens, LASTS))
                    figures[f"during {work} {kind}"].floors.append(alone)
        _measure_seeding(server, kind, figures[f"during {SEEDING} {kind}"], alone)


def _slowest(web: Server, tokens: list[str], seconds: float) -> float:
    """Declare for so long, one after the other; return the milliseconds of the slowest."""
    slowest, number, until = 0.0, 0, clock.monotonic() + seconds
    with closing(HTTPConnection(HOST, web.port, timeout=PATIENCE)) as connection:
        while clock.monotonic() < until:
            number += 1
            began = clock.monotonic()
            _declare(connection, tokens[number % len(tokens)], villages()[number % len(villages())])
            slowest = max(slowest, clock.monotonic() - began)
            time.sleep(APART)
    return slowest * 1000


def _declare(connection: HTTPConnection, token: str, village: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": str(uuid4()),
        "Content-Type": "application/json",
    }
    connection.request("POST", "/api/v1/declarations", requests.declaration(village), headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 201:
        raise RuntimeError(f"a declaration was refused: {answer.status} {said[:300]!r}")


@contextmanager
def _going_on(county: County, work: str) -> Iterator[None]:
    environment = {**os.environ, "BENCH_URL": county.url, "BENCH_HOME": str(county.home)}
    words = [sys.executable, "-m", "bench.background", work]
    process = subprocess.Popen(words, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout or ():
            if line == "begun\n":
                break
        yield
        if process.poll() not in {None, 0}:
            raise RuntimeError(f"the {work} failed meanwhile")
    finally:
        process.kill()
        process.wait(PATIENCE)


def _measure_seeding(server: Databases, kind: str, figure: Figure, alone: float) -> None:
    """Declare while a demonstration is being made, in a demonstration of its own."""
    home = DATA / f"seeding_{kind}"
    home.mkdir(parents=True, exist_ok=True)
    url = server.url(f"seeding_{kind}") if kind == "mariadb" else f"sqlite:///{home / 'county.sqlite3'}"
    make_empty(url)
    (home / "demo-progress.json").unlink(missing_ok=True)
    environment = {**os.environ, **environment_of(settings_for(url, home)), "DEMO": "1"}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "migrate"], cwd=CHECKOUT, env=environment, check=True, stdout=subprocess.DEVNULL)
    make = [*flask, "demo", "make", "--households", str(HOUSEHOLDS)]
    process = subprocess.Popen(make, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _await_households(home, process)
        with valkey() as redis_url:
            settings = settings_for(url, home, redis_url)
            tokens = _farmers(url, home)
            with serving(f"seeding-{kind}", "wsgi:create_app()", settings) as web:
                _slowest(web, tokens, QUIET)  # warm
                figure.values.append(_slowest(web, tokens, LASTS))
                figure.floors.append(alone)
    finally:
        process.kill()
        process.wait(PATIENCE)


def _await_households(home: Path, process: "subprocess.Popen[bytes]") -> None:
    until = clock.monotonic() + 4 * PATIENCE
    while not (home / "demo-progress.json").exists():
        if process.poll() is not None or clock.monotonic() > until:
            raise RuntimeError("the demonstration did not begin")
        time.sleep(0.2)


def _farmers(url: str, home: Path) -> list[str]:
    app, found = create_app(settings_for(url, home)), []
    for number in range(PHONES):
        with app.app_context():
            found.append(sign_ins.open_phone(APP_ID, f"farmer-{number}", COUNTY).token)
    return found
