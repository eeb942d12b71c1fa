"""Declare, decide and the two pages, each beside the same statements typed by hand, interleaved."""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from admin.sessions import COOKIE
from backend.access.permissions import Role
from backend.workflow.states import State
from bench import requests
from bench.capture import Recipe, Said, listening, recipe, statements
from bench.client import drive, request
from bench.copies import READY_TO_DECIDE, Copy
from bench.county import FARMERS, County, fill, make_empty, open_county, villages
from bench.figures import Figure
from bench.floor import PLAN
from bench.load import engine_for
from bench.servers import Databases, Server, serving, valkey
from bench.settings import DATA, FEW, MANY, MOST, ROUNDS, SECONDS, WARM_UP

CASES = 40_000
MOST_DECLARATIONS, MOST_DECISIONS = 600, 600
"""More than can be answered in a second: what is prepared must not run out."""


@dataclass
class Work:
    """A county of its own for what changes rows, and what was learnt of its requests."""

    county: County
    farmers: list[str]
    village_phone: str
    console: str
    reviewers: dict[str, str]
    undecided: Iterator[Copy]
    recipes: dict[str, Recipe]
    answers: dict[str, object]

    def declarations(self, seconds: float) -> list[bytes]:
        """Return fresh declarations for so many seconds; half of the phones are the floor's: nobody opens its rows."""
        return requests.declarations(self.farmers[FARMERS // 2 :], villages(), int(MOST_DECLARATIONS * seconds))

    def decisions(self, seconds: float) -> list[bytes]:
        """Return decisions on cases that nobody has decided yet."""
        return list(requests.decisions(self.reviewers, self._some(seconds)))

    def decisions_by_hand(self, seconds: float) -> list[bytes]:
        """Return the same for the floor: the statements are said about real cases, so that each changes its rows."""
        return [request("POST", f"/decide/{case.id}") for case in self._some(seconds)]

    def _some(self, seconds: float) -> Iterator[Copy]:
        for _ in range(int(MOST_DECISIONS * seconds)):
            case = next(self.undecided, None)
            if case is None:
                raise RuntimeError("not enough cases to decide on were loaded")
            yield case


def prepare(server: Databases, redis_url: str) -> Work:
    """Make the county, load its cases, and take down what each request says."""
    work = make_work(server.url("work"), DATA / "work", redis_url, CASES)
    _one_row_table(work.county.url)
    _learn(work)
    _write_plan(work, server)
    return work


def make_work(url: str, home: Path, redis_url: str, cases: int) -> Work:
    """Make a county of its own on this database, load its cases, and sign everybody in who sends something."""
    home.mkdir(parents=True, exist_ok=True)
    make_empty(url)
    county = open_county(url, home, redis_url)
    fill(county, cases, shares=READY_TO_DECIDE)
    # The last township decides nothing: its queue stays as it was while the pages of it are measured.
    *deciding, quiet = sorted({code[:9] for code in villages()})
    undecided = (
        case
        for case in county.copies(cases, READY_TO_DECIDE)
        if case.state == State.VISITED and case.village[:9] != quiet
    )
    return Work(
        county=county,
        farmers=county.farmers(),
        village_phone=county.phone_of("village", Role.VILLAGE, villages()[0]),
        console=f"{COOKIE}={county.console_of(f'reviewer-{quiet}', Role.TOWN_REVIEW, quiet)}",
        reviewers={code: county.phone_of(f"reviewer-{code}", Role.TOWN_REVIEW, code) for code in deciding},
        undecided=undecided,
        recipes={},
        answers={},
    )


def _one_row_table(url: str) -> None:
    with engine_for(url).connect() as connection:
        connection.exec_driver_sql("CREATE TABLE bench_rows (id BIGINT PRIMARY KEY, words VARCHAR(200))")
        connection.exec_driver_sql("INSERT INTO bench_rows VALUES (1, '屋顶漏雨，没钱修')")
        connection.commit()


def _learn(work: Work) -> None:
    """Send each request twice within this process, after it is warm, and take down what it says."""
    app = work.county.app
    phone = {"Authorization": f"Bearer {work.farmers[0]}"}

    def declare() -> object:
        return _sent(app, "/api/v1/declarations", requests.declaration(villages()[0]), phone)

    declare()
    taken, work.answers["declare"] = _twice(app, declare)
    work.recipes["declare"] = recipe(*taken)

    decided = [next(case for case in work.undecided if case.village == villages()[0]) for _ in range(3)]
    reviewer = {"Authorization": f"Bearer {work.reviewers[villages()[0][:9]]}"}
    left = iter(decided)

    def decide() -> object:
        case = next(left)
        return _sent(app, f"/api/v1/cases/{case.id}/decisions", requests.decision(case), reviewer)

    decide()
    taken, work.answers["decide"] = _twice(app, decide)
    work.recipes["decide"] = recipe(*taken, case_id=decided[1].id)

    village = {"Authorization": f"Bearer {work.village_phone}"}
    for name, path, headers in (
        ("tasks", "/api/v1/tasks?size=50", village),
        ("queue", "/console/queue/", {"Cookie": work.console}),
    ):
        _get(app, path, headers)
        with listening(app) as script:
            _get(app, path, headers)
        work.recipes[name] = Recipe(script, [], [])


def _twice(app: Flask, send: Callable[[], object]) -> tuple[list[list[Said]], object]:
    taken, answer = [], None
    for _ in range(2):
        with listening(app) as script:
            answer = send()
        taken.append(script)
    return taken, answer


def _sent(app: Flask, path: str, body: bytes, headers: dict[str, str]) -> object:
    named = {**headers, "Idempotency-Key": str(uuid.uuid4())}
    answer = app.test_client().post(path, data=body, headers=named, content_type="application/json")
    if answer.status_code != 201:
        raise RuntimeError(answer.get_data(as_text=True))
    return answer.json


def _get(app: Flask, path: str, headers: dict[str, str]) -> None:
    answer = app.test_client(use_cookies=False).get(path, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status} {answer.get_data(as_text=True)[:300]}")


def _write_plan(work: Work, server: Databases) -> None:
    plan = {
        "database": "bench_work",
        "socket": str(server.socket),
        "recipes": {name: each.as_json() for name, each in work.recipes.items()},
        "answers": work.answers,
        "farmers": work.county.accounts_of_farmers(FARMERS // 2),
        "console_token": work.console.partition("=")[2],
    }
    PLAN.write_text(json.dumps(plan, ensure_ascii=False))


Requests = Callable[[float], Sequence[bytes]]


@dataclass(frozen=True)
class Pair:
    """One kind of request: ours and the floor's; what is prepared for one use only is not sent again."""

    name: str
    ours: Requests
    floors: Requests
    ours_again: bool = True
    floors_again: bool = True


def _always(message: bytes) -> Requests:
    return lambda _: [message]


def pairs(work: Work) -> list[Pair]:
    """Return what is measured beside its floor."""

    return [
        Pair("declare", work.declarations, _always(request("POST", "/declare")), ours_again=False),
        Pair("decide", work.decisions, work.decisions_by_hand, ours_again=False, floors_again=False),
        Pair("tasks", _always(requests.task_page(work.village_phone)), _always(request("GET", "/tasks"))),
        Pair("queue", _always(requests.console_page(work.console)), _always(request("GET", "/queue"))),
    ]


ONE_ROW = {
    "hello": request("GET", "/hello"),
    "insert": request("POST", "/insert"),
    "select": request("GET", "/select"),
}


def measure(server: Databases, figures: dict[str, Figure], parts: frozenset[str]) -> None:
    """Measure the chosen parts in rounds: the floor, then ours, then the next part."""
    with valkey() as redis_url:
        work = prepare(server, redis_url)
        for name, script in work.recipes.items():
            figures[f"{name} statements"].values.append(statements(script.script))
        settings = work.county.settings
        with (
            serving("ours", "wsgi:create_app()", settings) as ours,
            serving("floor", "bench.floor:make()", settings) as floor,
        ):
            for number in range(ROUNDS):
                print(f"round {number + 1} of {ROUNDS}", flush=True)
                _round(ours, floor, work, figures, parts)
            figures["worker memory"].values.append(ours.worker_megabytes())


def _round(ours: Server, floor: Server, work: Work, figures: dict[str, Figure], parts: frozenset[str]) -> None:
    for name, message in ONE_ROW.items():
        if parts & {name, "declare", "decide", "tasks", "queue"}:
            figures[name].values.append(rate(floor, _always(message), MANY, again=True))
    for pair in pairs(work):
        if pair.name in parts:
            figures[pair.name].floors.append(rate(floor, pair.floors, MANY, again=pair.floors_again))
            figures[pair.name].values.append(rate(ours, pair.ours, MANY, again=pair.ours_again))
    if "declare" in parts:
        figures["declare at 16"].floors.append(rate(ours, work.declarations, FEW, again=False))
        figures["declare at 16"].values.append(rate(ours, work.declarations, MOST, again=False))


def rate(server: Server, requests_for: Requests, connections: int, *, again: bool) -> float:
    """Send for some seconds, after a second of the same; return the answers a second."""
    drive(server.port, requests_for(WARM_UP), connections=connections, seconds=WARM_UP, again=again)
    return drive(server.port, requests_for(SECONDS), connections=connections, seconds=SECONDS, again=again).rate
