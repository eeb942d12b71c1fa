"""The console at a million cases: queue, home, search and case page, each beside its statements typed by hand."""

import json
import os
import re
import statistics
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import pymysql
from flask import Flask
from sqlalchemy import func, select

from admin.sessions import COOKIE
from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.access.scope import act_within
from backend.db import db
from backend.models import Case, CaseEvent, Task
from backend.services import finding, sign_ins, talks, tasks
from backend.services.tasks import Cursor, Whose
from backend.workflow.states import State
from backend.workflow.tasks import CALM
from bench import bare_pages, requests
from bench.capture import Recipe, listening
from bench.client import drive, request
from bench.county import PASSWORD_OF_ALL, County, keep_loaded, villages
from bench.figures import LOWER, Figure
from bench.floor import say
from bench.servers import Databases, serving
from bench.settings import COUNTY, LARGE, MANY, ROUNDS, SECONDS, SMALL, WARM_UP

CASES = int(os.environ.get("CONSOLE_CASES", LARGE))
ROWS = int(os.environ.get("CONSOLE_ROWS", "100000"))
DEEP, EVENTS = 50_000, 50
ASKED_OF_THE_DATABASE, FORMS = 200, "shouwang_forms"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Shown:
    """One page that is measured: its request, and over how many connections."""

    name: str
    path: str
    cookie: str
    body: dict[str, str] | None = None
    connections: tuple[int, ...] = (1,)

    @property
    def wire(self) -> bytes:
        """Return the request as it goes over the wire."""
        if self.body is None:
            return request("GET", self.path, Cookie=self.cookie)
        form = "application/x-www-form-urlencoded"
        return request("POST", self.path, body=urlencode(self.body).encode(), Cookie=self.cookie, Content_Type=form)


def figures() -> dict[str, Figure]:
    """Return what is measured, with its aims."""
    at = f"at {CASES:,} cases"

    def page(words: str, aim: float) -> Figure:
        return Figure(f"console: {words} {at}, p95", "ms", LOWER, aim, is_absolute=True)

    found = f"console: exact ID search {at}, in the database"
    return {
        "console queue 1": page("first queue page", 120),
        f"console queue {MANY}": page(f"first queue page, {MANY} connections", 400),
        "console deep": Figure(f"console: the page after {DEEP:,} duties, of the first, median", "ms", LOWER, 1.2),
        "console home 1": page("home page with its counts", 150),
        "console search 1": page("page of an exact ID search", 60),
        "console search database": Figure(found, "ms", LOWER, 5, is_absolute=True),
        "console case 1": page(f"case page with {EVENTS} events", 120),
        "console xlsx": Figure(f"console: xlsx of {ROWS:,} rows", "s", LOWER, 60, is_absolute=True),
        "console xlsx memory": Figure(f"console: xlsx of {ROWS:,} rows, memory", "MB", LOWER, 300, is_absolute=True),
    }


def measure(server: Databases, found: dict[str, Figure]) -> None:
    """Load the county once, take down what each page says, and time pages and floors in turn."""
    name = f"mariadb_{CASES}"
    county = keep_loaded(name, server.url(name), CASES)
    pages, deep = _pages(county), _deep(county)
    _write_plan(county, name, server, pages)
    small = keep_loaded(f"mariadb_{SMALL}", server.url(f"mariadb_{SMALL}"), SMALL)
    small_pages = _pages(small)
    with (
        serving("console-small", "wsgi:create_app()", small.settings) as at_small,
        serving("console", "wsgi:create_app()", county.settings) as ours,
        serving("bare-pages", "bench.bare_pages:make()", county.settings) as floor,
    ):
        for _ in range(ROUNDS):
            for page, small_page in zip(pages, small_pages, strict=True):
                bare = request("GET", f"/{page.name}")
                for connections in page.connections:
                    figure = found[f"console {page.name} {connections}"]
                    figure.values.append(_p95(ours.port, page.wire, connections))
                    figure.floors.append(_p95(floor.port, bare, connections))
                    figure.small.append(_p95(at_small.port, small_page.wire, connections))
            first = Shown("first", deep.path.partition("&")[0], deep.cookie)
            found["console deep"].floors.append(_median(ours.port, first.wire))
            found["console deep"].values.append(_median(ours.port, deep.wire))
    _time_search(county, name, server, found["console search database"])
    _time_export(server, found)


def _pages(county: County) -> list[Shown]:
    town = villages()[0][:9]
    desk = f"{COOKIE}={county.console_of('reviewer', Role.TOWN_REVIEW, town)}"
    forms, token = _form_token(county.app, desk)
    typed = {"csrf_token": token, "search": _known_number(county)}
    return [
        Shown("queue", "/console/queue/", desk, connections=(1, MANY)),
        Shown("home", "/console/", desk),
        Shown("search", "/console/queue/search", f"{desk}; {forms}", typed),
        Shown("case", f"/console/cases/{_long_case(county, town)}", desk),
    ]


def _deep(county: County) -> Shown:
    whole = f"{COOKIE}={county.console_of('county', Role.COUNTY_LEAD, COUNTY)}"
    return Shown("deep", f"/console/queue/?tab=all&after={_deep_cursor(county)}", whole)


def _form_token(app: Flask, cookie: str) -> tuple[str, str]:
    answer = app.test_client(use_cookies=False).get("/console/queue/", headers={"Cookie": cookie})
    [token, *_] = _TOKEN.findall(answer.get_data(as_text=True))
    [forms] = [each.partition(";")[0] for each in answer.headers.getlist("Set-Cookie") if each.startswith(FORMS)]
    return forms, token


def _known_number(county: County) -> str:
    """Declare a family with a right ID number, for those of the copies are nobody's; and return it."""
    body = requests.declaration(villages()[0])
    [phone] = county.farmers(1)
    named = {"Authorization": f"Bearer {phone}", "Idempotency-Key": str(uuid.uuid4())}
    client = county.app.test_client()
    answer = client.post("/api/v1/declarations", data=body, headers=named, content_type="application/json")
    if answer.status_code != 201:
        raise RuntimeError(answer.get_data(as_text=True))
    return str(json.loads(body)["id_number"])


def _acting(county: County, login: str, work: Callable[[Actor], object]) -> object:
    with county.app.app_context():
        actor = sign_ins.sign_in(login, PASSWORD_OF_ALL, address="127.0.0.1").actor
        db.session.remove()
    with county.app.app_context():
        act_within(actor.scope)
        return work(actor)


def _long_case(county: County, town: str) -> int:
    """Return a case that waits for the township, with so many events: talks with the family fill it up."""

    def work(actor: Actor) -> int:
        waits = select(Case.id).where(Case.township_code == town, Case.state == State.VISITED).order_by(Case.id)
        case_id = db.session.scalars(waits.limit(1)).one()
        events = db.session.scalar(select(func.count(CaseEvent.id)).where(CaseEvent.case_id == case_id)) or 0
        for _ in range(events, EVENTS):
            talks.note_talk(case_id, "phone", by=actor, words="打电话问过，家里情况没有变化。")
        return case_id

    found = _acting(county, "reviewer", work)
    assert isinstance(found, int)  # noqa: S101 - for the type checker
    return found


def _deep_cursor(county: County) -> str:
    """Return the place behind so many duties of the county; behind half of them where there are fewer."""

    def work(actor: Actor) -> str:
        query = tasks._of(actor, Whose.ALL).with_only_columns(Task.due_on, Task.id)  # noqa: SLF001
        ordered = query.where(Task.pressing == CALM).order_by(Task.open_due, Task.id)
        for depth in (DEEP, CASES // 2):
            row = db.session.execute(ordered.offset(depth).limit(1)).first()
            if row is not None:
                return str(Cursor(row.due_on, row.id))
        raise RuntimeError("the county owes too little to leaf through")

    return str(_acting(county, "county", work))


def _write_plan(county: County, name: str, server: Databases, pages: list[Shown]) -> None:
    recipes = {}
    for page in pages:
        for _ in range(2):  # the first time names are read that are remembered afterwards
            with listening(county.app) as script:
                client, headers = county.app.test_client(use_cookies=False), {"Cookie": page.cookie}
                if page.body is None:
                    answer = client.get(page.path, headers=headers)
                else:
                    answer = client.post(page.path, data=page.body, headers=headers)
            if answer.status_code != 200:
                raise RuntimeError(f"{page.path}: {answer.status} {answer.get_data(as_text=True)[:300]}")
        recipes[page.name] = Recipe(script, [], []).as_json()
    plan = {"database": f"bench_{name}", "socket": str(server.socket), "recipes": recipes}
    bare_pages.PLAN.write_text(json.dumps(plan, ensure_ascii=False))


def _p95(port: int, message: bytes, connections: int) -> float:
    drive(port, [message], connections=connections, seconds=WARM_UP)
    return drive(port, [message], connections=connections, seconds=SECONDS).p95_ms


def _median(port: int, message: bytes) -> float:
    drive(port, [message], connections=1, seconds=WARM_UP)
    return drive(port, [message], connections=1, seconds=SECONDS).median_ms


def _time_search(county: County, name: str, server: Databases, figure: Figure) -> None:
    """Say the statements of a search to the database alone, again and again; the floor is one row by its key."""
    number = _known_number(county)

    def search(actor: Actor) -> None:
        if not finding.find(number, by=actor).items:
            raise RuntimeError("the family that was just declared was not found")

    with listening(county.app) as script:
        _acting(county, "reviewer", search)
    asked = [said for said in script if re.search(r"\b(person_digests|cases|tasks|households)\b", said.statement)]
    with pymysql.connect(unix_socket=str(server.socket), user="root", database=f"bench_{name}") as connection:
        for _ in range(ROUNDS):
            figure.values.append(_milliseconds(lambda: say(connection, Recipe(asked, [], []))))
            figure.floors.append(_milliseconds(lambda: connection.query("SELECT 1")))


def _milliseconds(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ASKED_OF_THE_DATABASE):
        began = clock.monotonic()
        work()
        took.append(clock.monotonic() - began)
    return statistics.median(took) * 1000


def _time_export(server: Databases, found: dict[str, Figure]) -> None:
    """Make the ledger of clues of a county with so many of them, in a process of its own, as a worker does."""
    name = f"mariadb_{ROWS}"
    county = keep_loaded(name, server.url(name), ROWS)
    county.console_of("exporter", Role.COUNTY_OP, COUNTY)
    for step in ("floor", "export"):
        words = [sys.executable, "-m", "bench.exporting", step, county.url, str(county.home), str(ROWS)]
        took = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        for figure, measured in (("console xlsx", took["seconds"]), ("console xlsx memory", took["megabytes"])):
            rows = found[figure].floors if step == "floor" else found[figure].values
            rows.append(measured)
