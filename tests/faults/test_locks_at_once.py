"""Real deadlocks, and rows that somebody else holds, under a web of several processes: nobody sees an error of ours."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import pymysql
import pytest
from flask import Flask
from sqlalchemy import make_url

from backend.models import Case, CaseEvent
from backend.services import audit
from bench.invariants import broken
from bench.requests import id_number
from tests.at_once import at_once
from tests.faults.serving import Answer, Server, until
from tests.people import Cast, Maker, Phone

pytestmark = [pytest.mark.shows("scale.6", "story.bad.reliability_21"), pytest.mark.timeout(1500)]
CLIENTS = 4
"""As many as one process serves at a time, wherever they come out."""
SCRATCH = "a_heavy_hand"
WRITE_MUCH = f"INSERT INTO {SCRATCH}.written SELECT seq FROM seq_1_to_2000"  # noqa: S608
"""Of two that block each other MariaDB undoes the one that has written less: whoever wrote this is kept."""
HOLD_DUTIES = "SELECT id FROM tasks WHERE case_id = %s FOR UPDATE"
HOLD_CASE = "SELECT id FROM cases WHERE id = %s FOR UPDATE"


class Hand:
    """Somebody at the database itself, with a transaction of their own."""

    def __init__(self, app: Flask) -> None:
        socket = str(make_url(str(app.config["SQLALCHEMY_DATABASE_URI"])).query["unix_socket"])
        self._connection = pymysql.connect(unix_socket=socket, user="root", database="shouwang")
        self.does("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")

    def does(self, statement: str, *values: object) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)

    def counts(self, what: str) -> int:
        """Return one of the server's own numbers."""
        with self._connection.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS LIKE %s", (what,))
            [(_, found)] = cursor.fetchall()
        return int(found)

    def lets_go(self) -> None:
        self._connection.rollback()

    def leaves(self) -> None:
        self._connection.close()


@pytest.fixture
def hands(app: Flask) -> Iterator[list[Hand]]:
    """One hand for each client, and a table for what they write and undo."""
    with ExitStack() as held:
        found = [Hand(app) for _ in range(CLIENTS)]
        found[0].does(f"CREATE DATABASE {SCRATCH}")
        held.callback(found[0].does, f"DROP DATABASE {SCRATCH}")
        found[0].does(f"CREATE TABLE {SCRATCH}.written (number INT)")
        for each in found:
            held.callback(each.lets_go)
        yield found
    for each in found:
        each.leaves()


def _deadlocked(hands: list[Hand], cases: list[int], posts: list[Callable[[], Answer]]) -> list[Answer]:
    """Hold what each step will want, let all wait, and then want what they hold: one of each two must be undone."""
    for hand, case_id in zip(hands, cases, strict=True):
        hand.does(WRITE_MUCH)
        hand.does(HOLD_DUTIES, case_id)
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = [clients.submit(post) for post in posts]
        until(lambda: hands[0].counts("Innodb_row_lock_current_waits") == CLIENTS)
        for hand, case_id in zip(hands, cases, strict=True):
            hand.does(HOLD_CASE, case_id)
            hand.lets_go()
        return [each.result() for each in answers]


def _acceptance(make: Maker, server: Server, village: Phone, case_id: int) -> Callable[[], Answer]:
    body = {"action": "accept", "version": make.duty(case_id).version}
    return partial(server.post, village, f"/cases/{case_id}/decisions", key=str(uuid.uuid4()), **body)


def _are_whole(app: Flask, make: Maker) -> bool:
    with app.app_context():
        halves = broken([case.id for case in make.rows(Case)])
        return halves + audit.verify(app.extensions["settings"].data_dir / "no-roots") == []


@pytest.mark.parametrize(("size", "times"), [("web", 1), pytest.param("wide_web", 50, marks=pytest.mark.slow)])
def test_whoever_is_undone_by_a_deadlock_is_served_all_the_same(
    app: Flask, make: Maker, cast: Cast, server: Server, hands: list[Hand], note: Callable[..., None], times: int
) -> None:
    """Reliability 21: 1213."""
    village, before, told = cast.phone("village"), hands[0].counts("Innodb_deadlocks"), Counter[int]()
    for turn in range(times):
        cases = [
            make.declaration(openid=f"of-{turn}-{number}", id_number=id_number()).case_id for number in range(CLIENTS)
        ]
        posts = [_acceptance(make, server, village, case_id) for case_id in cases]
        told.update(each.status for each in _deadlocked(hands, cases, posts))

    undone = hands[0].counts("Innodb_deadlocks") - before
    note(f"{undone} deadlocks", messages=sum(told.values()), others=dict(told), allowed=0)
    assert undone == CLIENTS * times
    assert told == {201: CLIENTS * times}
    accepted = [row.case_id for row in make.rows(CaseEvent) if row.action == "accept"]
    assert sorted(accepted) == sorted(case.id for case in make.rows(Case))
    assert _are_whole(app, make)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["wide_web"])
def test_whoever_waits_too_long_for_a_row_is_told_to_come_back(
    app: Flask, make: Maker, cast: Cast, server: Server, hands: list[Hand], size: str
) -> None:
    """Reliability 21: 1205, until the tries are used up."""
    case_id, village = make.case(), cast.phone("village")
    posts = [_acceptance(make, server, village, case_id) for _ in range(CLIENTS)]
    hands[0].does(HOLD_CASE, case_id)

    refused = at_once(posts)
    hands[0].lets_go()
    again = at_once(posts)

    assert {(each.status, each.json["code"]) for each in refused} == {(503, "try_later")}
    assert all(each.headers["Retry-After"] for each in refused)
    assert Counter(each.status for each in again) == {201: 1, 409: CLIENTS - 1}
    assert [row.action for row in make.rows(CaseEvent)].count("accept") == 1
    assert _are_whole(app, make)
