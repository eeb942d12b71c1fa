"""The database is killed again and again while people declare and decide: what was promised is there, and whole."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url, select

from backend.access.scope import as_system
from backend.db import db
from backend.models import Case, CaseEvent, Declaration, IdempotencyKey, Message, ReceiptLine
from backend.services import audit
from bench.invariants import broken
from bench.requests import id_number
from tests import mariadb
from tests.faults.serving import Answer, Server, until
from tests.people import FORM, Cast, Maker, Phone

pytestmark = [pytest.mark.shows("scale.6"), pytest.mark.timeout(3000)]
HANDS = 4
DECLARE, DECIDE = "/api/v1/declarations", "/api/v1/cases/{}/decisions"


@dataclass
class History:
    """What the clients wrote down: what was promised to them, and what they were told otherwise."""

    declared: list[int] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    unpolite: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def note(self, answer: Answer) -> bool:
        """Say whether it was promised; a server in trouble says when to come back and shows no error of ours."""
        self.told[str(answer.status)] += 1
        if answer.status == 503 and "Retry-After" not in answer.headers:
            self.unpolite.append("503 without Retry-After")
        is_still_running = answer.status == 409 and answer.json["code"] == "still_running"  # sent again too soon
        if answer.status not in {200, 201, 503} and not is_still_running:
            self.unpolite.append(f"{answer.status} {answer.json}")
        return answer.status in {200, 201}

    def goes_on(self, declared: int, decided: int) -> bool:
        """Say whether both were promised anew; whoever hears of an error of ours waits no longer."""
        assert self.unpolite == []
        return len(self.declared) > declared and len(self.decided) > decided


def _headers(phone: Phone, key: str = "") -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in phone._headers(key or str(uuid.uuid4())).items()}


def _asked(server: Server, history: History, method: str, path: str, body: Any = None, **headers: str) -> Answer | None:
    try:
        answer = server.ask(method, path, body, **headers)
    except (OSError, HTTPException) as error:
        history.told[type(error).__name__] += 1
        history.unpolite.append(f"the web hung up: {error!r}")
        return None
    return answer if history.note(answer) else None


def _declare(server: Server, history: History, phones: Iterator[Phone]) -> None:
    """Declare families nobody knows, each with a key of its own; what failed is sent again under the same key."""
    while not history.stop.is_set():
        phone = next(phones)
        body, key = FORM | {"id_number": id_number()}, str(uuid.uuid4())
        for _ in range(2):
            if answer := _asked(server, history, "POST", DECLARE, body, **_headers(phone, key)):
                history.declared.append(int(answer.json["id"]))
                break
        time.sleep(0.05)  # one account may speak for few families a day


def _decide(server: Server, history: History, village: Phone) -> None:
    """Accept whatever waits in the village."""
    while not history.stop.is_set():
        page = _asked(server, history, "GET", "/api/v1/tasks?size=5", **_headers(village))
        for duty in page.json["items"] if page else ():
            if duty["kind"] != "accept":
                continue
            body = {"action": "accept", "version": duty["version"]}
            if _asked(server, history, "POST", DECIDE.format(duty["case_id"]), body, **_headers(village)):
                history.decided.append(int(duty["case_id"]))


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.slow)])
def test_what_was_promised_survives_every_kill_and_nothing_is_there_by_halves(
    app: Flask, make: Maker, cast: Cast, web: Server, note: Callable[..., None], kills: int
) -> None:
    """Reliability 20."""
    home = Path(str(make_url(str(app.config["SQLALCHEMY_DATABASE_URI"])).query["unix_socket"])).parent
    dice, history = random.Random(20), History()
    village, farmers = cast.phone("village"), [cast.farmer(f"of-{number}") for number in range(40 + 10 * kills)]
    hands = [
        threading.Thread(target=_declare, args=(web, history, cycle(farmers[hand :: HANDS - 1])))
        for hand in range(HANDS - 1)
    ]
    hands.append(threading.Thread(target=_decide, args=(web, history, village)))
    for each in hands:
        each.start()
    try:
        for _ in range(kills):
            seen = len(history.declared), len(history.decided)
            until(lambda seen=seen: history.goes_on(*seen))
            time.sleep(dice.uniform(0, 0.3))
            mariadb.crash(home)
            mariadb.start_again(home)
        seen = len(history.declared), len(history.decided)
        until(lambda: history.goes_on(*seen))
    finally:
        history.stop.set()
        for each in hands:
            each.join()

    with app.app_context():
        db.engine.dispose()
    lost, halves = _judge(app, make, history)
    note(
        f"the database killed {kills} times",
        messages=len(history.declared) + len(history.decided),
        neither=lost,
        others=dict(history.told),
        allowed=0,
    )
    assert history.unpolite == []
    assert (lost, halves) == (0, [])


def _judge(app: Flask, make: Maker, history: History) -> tuple[int, list[str]]:
    """Return how many promises are not kept, and what is half written."""
    declarations, lines = {row.id: row for row in make.rows(Declaration)}, make.rows(ReceiptLine)
    decided = {row.case_id for row in make.rows(CaseEvent) if row.action == "accept"}
    lost = sum(each not in declarations for each in history.declared)
    lost += sum(each not in decided for each in history.decided)
    with app.app_context():
        halves = broken([row.id for row in make.rows(Case)])
        halves += [str(each) for each in audit.verify(app.extensions["settings"].data_dir / "no-roots")]
    with app.app_context(), as_system("a test judges"):
        kept = db.session.scalars(select(IdempotencyKey.key)).all()
    owed = {f"receipt:{row.declaration_id}:{row.id}" for row in lines if row.kind != "received"}
    told = {row.subject for row in make.rows(Message) if row.kind == "progress"}
    halves += [f"owed to nobody: {each}" for each in owed - told] + [f"about nothing: {each}" for each in told - owed]
    if len({row.declaration_id for row in lines}) != len(declarations):
        halves.append("a declaration without a receipt")
    if len(kept) != len(declarations) + len(decided):
        halves.append(f"{len(kept)} kept answers for {len(declarations)} declarations and {len(decided)} decisions")
    return lost, halves
