"""A worker killed between commit and answer, deadlocks, locks that others hold: what the client sees of it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest
from flask import Flask, request_finished
from sqlalchemy import event, make_url

from backend import clock
from backend.db import CROWDED, FULL, db
from backend.models import Case, CaseEvent, Declaration, IdempotencyKey
from tests.at_once import at_once
from tests.people import APP_ID, FORM, Cast, Maker, id_number

KEY = "6f0d8a52-5555-4000-8000-000000000001"
PASSING = sorted({1213, 1205, 2006, 2013, 1030} | CROWDED | FULL)
AT_THE_FIRST_INSERT = [("idempotency_keys", number) for number in (1213, 2013, 1114)]
"""Who waits for the row of a key hears something else (1205): that the first request is still running."""


@pytest.fixture
def server(app: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[int, Path]]:
    """A gunicorn on the tests' own database: its port, and the file that kills a worker after its next commit."""
    order, settings = tmp_path / "die", app.extensions["settings"]
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": "tests",
        "WECHAT_APP_ID": APP_ID,
        "SECURE_COOKIES": "false",
        "DEMO": "true",
        "DIE_AFTER_COMMIT": str(order),
    }
    command = ["-m", "gunicorn", "-w", "1", "-b", f"127.0.0.1:{port}", "--error-logfile", str(tmp_path / "log")]
    process = subprocess.Popen(
        [sys.executable, *command, "tests.faults.dying_server:application"],
        cwd=request.config.rootpath,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _eventually(lambda: _ask(port, "GET", "/healthz")[0] == 200)
        yield port, order
    finally:
        process.terminate()
        process.wait(20)


def _eventually(true: Callable[[], bool]) -> None:
    deadline = clock.monotonic() + 30
    while True:
        try:
            if true():
                return
        except (OSError, http.client.HTTPException):
            pass
        assert clock.monotonic() < deadline
        time.sleep(0.1)


def _ask(port: int, method: str, path: str, body: Any = None, headers: Any = None) -> tuple[int, Any, dict[str, str]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, json.dumps(body) if body else None, headers or {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), dict(answer.getheaders())


@pytest.mark.shows("story.6")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_crash_between_commit_and_answer_replays(
    make: Maker, cast: Cast, server: tuple[int, Path], kind: str
) -> None:
    port, order = server
    headers = {**cast.farmer()._headers(KEY), "Content-Type": "application/json"}
    order.touch()

    with pytest.raises((OSError, http.client.HTTPException)):
        _ask(port, "POST", "/api/v1/declarations", FORM, headers)
    assert not order.exists()
    assert len(make.rows(Case)) == 1
    _eventually(lambda: _ask(port, "GET", "/healthz")[0] == 200)
    status, receipt, told = _ask(port, "POST", "/api/v1/declarations", FORM, headers)

    assert (status, told["Idempotency-Replayed"]) == (201, "true")
    assert [str(row.id) for row in make.rows(Declaration)] == [receipt["id"]]
    assert receipt["timeline"][0]["kind"] == "received"


@pytest.fixture
def failing(app: Flask) -> Iterator[Callable[..., list[int]]]:
    """Let the database answer so many inserts (of audit rows) with an error number; returns the numbers told."""
    with app.app_context():
        engine = db.engine
    told: list[int] = []
    left: dict[str, Any] = {"times": 0, "number": 0, "table": ""}

    def fail(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
        if left["times"] and statement.startswith(f"INSERT INTO {left['table']} "):
            left["times"] -= 1
            told.append(left["number"])
            raise pymysql.err.OperationalError(left["number"], 'Got error 28 "No space left on device" from storage')

    def order(number: int, times: int, table: str = "audit_rows") -> list[int]:
        left.update(number=number, times=times, table=table)
        return told

    event.listen(engine, "do_execute", fail)
    yield order
    event.remove(engine, "do_execute", fail)


@pytest.mark.shows("story.bad.reliability_21")
@pytest.mark.parametrize("number", [1213, 1205])
@pytest.mark.parametrize("times", [1, 3])
def test_a_deadlock_or_lock_wait_is_retried_up_to_three_times(
    make: Maker, cast: Cast, failing: Callable[..., list[int]], number: int, times: int
) -> None:
    phone = cast.farmer()
    told = failing(number, times)

    assert phone.post("/declarations", **FORM).status_code == 201
    assert told == [number] * times
    assert len(make.rows(Case)) == len(make.rows(CaseEvent)) == len(make.rows(IdempotencyKey)) == 1


@pytest.mark.shows("story.bad.reliability_21")
def test_a_step_met_by_a_deadlock_is_taken_again_as_it_was_asked_for(
    make: Maker, cast: Cast, failing: Callable[[int, int], list[int]]
) -> None:
    case_id, village = make.case(), cast.phone("village")
    told, version = failing(1213, 3), make.duty(case_id).version

    assert village.post(f"/cases/{case_id}/decisions", action="accept", version=version).status_code == 201
    assert told == [1213] * 3
    assert [row.action for row in make.rows(CaseEvent)].count("accept") == 1


@pytest.mark.shows("story.bad.reliability_21", "story.6")
@pytest.mark.parametrize(("table", "number"), [*(("audit_rows", each) for each in PASSING), *AT_THE_FIRST_INSERT])
def test_when_it_does_not_help_the_client_is_told_to_come_back(
    make: Maker, cast: Cast, failing: Callable[..., list[int]], table: str, number: int
) -> None:
    phone = cast.farmer()
    told = failing(number, 99, table)

    answer = phone.post("/declarations", key=KEY, **FORM)
    failing(number, 0)
    again = phone.post("/declarations", key=KEY, **FORM)

    assert (answer.status_code, answer.json["code"]) == (503, "try_later")
    assert answer.json["message"] == "系统正忙，请过一会儿再试。"
    assert answer.headers["Retry-After"]
    assert 1 <= len(told) <= 4
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers


@pytest.mark.shows("story.bad.reliability_21")
def test_a_row_that_somebody_holds_is_waited_for(make: Maker, cast: Cast, app: Flask) -> None:
    case_id, village = make.case(), cast.phone("village")
    url = make_url(str(app.config["SQLALCHEMY_DATABASE_URI"]))
    with pymysql.connect(unix_socket=url.query["unix_socket"], user="root", database="shouwang") as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM cases WHERE id = %s FOR UPDATE", (case_id,))
        release = threading.Timer(1.0, other.rollback)
        release.start()
        began = clock.monotonic()
        answer = village.post(f"/cases/{case_id}/decisions", action="accept", version=make.duty(case_id).version)
        release.join()

    assert answer.status_code == 201
    assert 0.5 < clock.monotonic() - began < 5


@pytest.mark.shows("scale.6")
def test_a_connection_that_dies_once_the_answer_is_made_does_not_cost_it(make: Maker, cast: Cast, app: Flask) -> None:
    """What was committed and answered stays so, whatever becomes of the connection afterwards."""
    phone, url = cast.farmer(), make_url(str(app.config["SQLALCHEMY_DATABASE_URI"]))

    def kill(sender: Flask, **more: Any) -> None:
        thread = db.session.connection().connection.dbapi_connection.thread_id()  # type: ignore[union-attr]
        with pymysql.connect(unix_socket=url.query["unix_socket"], user="root") as other, other.cursor() as cursor:
            cursor.execute(f"KILL {thread}")
        time.sleep(0.2)

    with request_finished.connected_to(kill, app):
        killed = [phone.post("/declarations", key=KEY, **FORM).status_code, phone.get("/declarations").status_code]

    assert killed == [201, 200]
    assert phone.post("/declarations", key=KEY, **FORM).headers["Idempotency-Replayed"] == "true"


@pytest.mark.shows("story.bad.reliability_21")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_many_writers_at_once_see_no_error(make: Maker, cast: Cast, kind: str) -> None:
    phones = [cast.farmer(f"of-{number}") for number in range(8)]
    work = [
        lambda phone=phones[serial % 8], serial=serial: phone.post(
            "/declarations", **(FORM | {"id_number": id_number(serial % 10)})
        )
        for serial in range(80)
    ]

    answers = at_once(work, hands=8)

    assert Counter(each.status_code for each in answers) == {201: 80}
    assert len(make.rows(Case)) == 10
