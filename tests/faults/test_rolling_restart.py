"""The web and the workers are restarted while people use them: nobody sees it, and nothing is sent twice."""

import json
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from flask import Flask

from backend.models import Declaration
from bench.requests import id_number
from tests.faults.people import cadres_phone, phone
from tests.faults.serving import HOST, Server, until
from tests.faults.stack import eventually, pids
from tests.faults.town import Town, fresh_database, town
from tests.people import FORM, Cast, Maker

pytestmark = [pytest.mark.shows("scale.6"), pytest.mark.timeout(1800)]
HANDS, PATIENCE = 4, 180.0
WRITES_EVERY = 5


@dataclass
class Crowd:
    """Clients with kept-alive connections, as the proxy in front has them, who ask until so many were answered."""

    port: int
    farmers: Sequence[str]
    village: str
    most: int
    answered: Counter[int] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    declared: list[int] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0

    def run(self) -> list[threading.Thread]:
        hands = [threading.Thread(target=self._ask_on) for _ in range(HANDS)]
        for each in hands:
            each.start()
        return hands

    def _ask_on(self) -> None:
        with closing(HTTPConnection(HOST, self.port, timeout=PATIENCE)) as line:
            while (number := self._next()) <= self.most:
                try:
                    self._ask(line, number)
                except (OSError, HTTPException) as error:
                    self.failed.append(f"{number}: {error!r}")
                    line.close()

    def _next(self) -> int:
        with self.turn:
            self.asked += 1
            return self.asked

    def _ask(self, line: HTTPConnection, number: int) -> None:
        writes = number % WRITES_EVERY == 0
        if writes:
            farmer = self.farmers[number // WRITES_EVERY % len(self.farmers)]
            told = {"Authorization": f"Bearer {farmer}", "Idempotency-Key": str(uuid.uuid4())}
            body = json.dumps(FORM | {"id_number": id_number()})
            line.request("POST", "/api/v1/declarations", body, told | {"Content-Type": "application/json"})
        else:
            line.request("GET", "/api/v1/tasks?size=20", headers={"Authorization": f"Bearer {self.village}"})
        answer = line.getresponse()
        content = answer.read()
        self.answered[answer.status] += 1
        if answer.status >= 400:
            self.failed.append(f"{number}: {answer.status} {content[:200]!r}")
        elif writes:
            self.declared.append(int(json.loads(content)["id"]))


def _rolled(master: int) -> int:
    """Let the web's master restart its workers; return how many of the old ones are gone once it is done."""
    before = psutil.Process(master).children()
    psutil.Process(master).send_signal(signal.SIGHUP)
    gone, left = psutil.wait_procs(before, timeout=PATIENCE)
    assert left == []
    return len(gone)


def test_the_web_is_restarted_and_no_request_fails(
    app: Flask, make: Maker, cast: Cast, web: Server, note: Callable[..., None]
) -> None:
    """Reliability 45, the web alone."""
    crowd = Crowd(
        web.port, [cast.farmer(f"of-{each}").token for each in range(60)], cast.phone("village").token, most=1000
    )

    hands, gone = crowd.run(), 0
    while any(each.is_alive() for each in hands):
        gone += _rolled(web.process.pid)
        until(lambda: web.alive_within() < PATIENCE)
        for each in hands:
            each.join(1)

    note(
        f"{gone} web workers restarted under load", messages=sum(crowd.answered.values()), others=crowd.failed[:3] or ""
    )
    assert crowd.failed == []
    assert crowd.answered == {200: 800, 201: 200}
    assert gone >= len(web.workers)
    assert sorted(crowd.declared) == sorted(row.id for row in make.rows(Declaration))


@pytest.fixture
def place(mariadb_url: str, tmp_path: Path) -> Iterator[Town]:
    with town(tmp_path / "var", fresh_database(mariadb_url, "rolling"), SEND_WORKERS="2", SEND_HANDS="4") as found:
        found.order(kind="latency", milliseconds=50, count=None)
        yield found


@pytest.mark.slow
def test_the_web_and_the_workers_are_restarted_under_load(place: Town, note: Callable[..., None]) -> None:
    """Reliability 45."""
    people, port = 2000, urlsplit(place.stack.web).port
    assert port
    place.settle(people)
    place.settle(1, "cadre")
    crowd = Crowd(
        port, [phone(place, f"farmer-{each}") for each in range(1000)], cadres_phone(place, "cadre-0"), most=20_000
    )
    place.owe_each("rolled")
    hands, gone = crowd.run(), 0
    while any(each.is_alive() for each in hands):
        gone += _rolled(pids(place.stack.data)["web"])
        for sender in ("send", "send-2"):  # SIGTERM: it ends what it has begun
            place.stop(sender)
            place.start(sender)
        time.sleep(3)
    eventually(lambda: place.is_over("rolled"), within=300)

    received = [count for openid, count in place.received().items() if openid.startswith("person-")]
    twice = sum(count > 1 for count in received)
    note(
        f"{gone} web workers and both senders restarted, again and again",
        messages=people,
        received=len(received),
        twice=twice,
        uncertain=place.states("rolled")["uncertain"],
        others=crowd.failed[:3] or f"{sum(crowd.answered.values())} requests",
        allowed=0,
    )
    assert crowd.failed == []
    assert sum(crowd.answered.values()) == crowd.most
    assert (len(received), twice, dict(place.states("rolled"))) == (people, 0, {"sent": people})
