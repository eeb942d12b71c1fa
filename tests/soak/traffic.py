"""Mixed traffic at a steady pace: people declare, look at their lists, go and see, decide."""

import json
import random
import threading
import time
import uuid
from bisect import insort
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

from backend import clock
from bench.requests import id_number
from tests.faults.serving import HOST, Answer, read
from tests.people import FORM, VILLAGE

HANDS = 8
IDLE = 3.0
"""Seconds; the server keeps an idle connection for five."""
A_DAY = 4
"""Families for whom one account speaks: a fifth would be too many."""
SHARES = {"declare": 15, "tasks": 35, "case": 20, "queue": 20, "act": 10}
"""Of a hundred things done, some of two requests: most are looks at a list or a case."""
NEXT = {
    "accept": ("decisions", {"action": "accept"}),
    "visit": ("visits", {"findings": "情况属实", "conclusion": "risk"}),
}
"""What a village does about a duty of each kind, where it asks for no more than this."""


@dataclass(frozen=True)
class People:
    """Who is at work: how a farmer comes, with a phone of their own, the token of a cadre's, a console's cookie."""

    farmer: Callable[[int], str]
    village: str
    console: str


@dataclass
class Slice:
    """What was seen in one part of the time: things done, sorted seconds of each answer, whatever was no success."""

    done: int = 0
    took: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    def p99_ms(self) -> float:
        """Return the time within which 99 of 100 were answered."""
        return self.took[int(len(self.took) * 0.99)] * 1000 if self.took else 0.0


@dataclass
class Traffic:
    """Hands that ask at random, each over one kept-alive connection; `rate`: things done a second by all together."""

    port: int
    people: People
    rate: float = 0.0
    slice: Slice = field(default_factory=Slice)
    stop: threading.Event = field(default_factory=threading.Event)
    turn: threading.Lock = field(default_factory=threading.Lock)
    serial: int = 0
    farmer: str = ""

    def run(self, seconds: float) -> Slice:
        """Ask for so long; without a rate as fast as answers come."""
        self.slice, self.stop = Slice(), threading.Event()
        hands = [threading.Thread(target=self._ask_on, args=(number,)) for number in range(HANDS)]
        for each in hands:
            each.start()
        time.sleep(seconds)
        self.stop.set()
        for each in hands:
            each.join()
        return self.slice

    def _ask_on(self, number: int) -> None:
        dice, due, asked = random.Random(), clock.monotonic(), clock.monotonic()
        with closing(HTTPConnection(HOST, self.port, timeout=60)) as line:
            while not self.stop.is_set():
                if self.rate:
                    due += dice.expovariate(self.rate / HANDS)
                    self.stop.wait(max(0.0, due - clock.monotonic()))
                    due = max(due, clock.monotonic() - 1)
                if clock.monotonic() - asked > IDLE:
                    line.close()  # as a proxy does, before the server hangs up on it
                [what] = dice.choices(list(SHARES), weights=list(SHARES.values()))
                self._do(line, what, dice)
                asked = clock.monotonic()

    def _do(self, line: HTTPConnection, what: str, dice: random.Random) -> None:
        try:
            DOES[what](self, line, dice)
        except Exception as error:  # whatever goes wrong with a request is a figure of the table
            self._note(0.0, f"{what} {error!r}"[:100])
            line.close()
        with self.turn:
            self.slice.done += 1

    def _timed(self, line: HTTPConnection, method: str, path: str, headers: dict[str, str], body: Any = None) -> Answer:
        content = json.dumps(body) if body is not None else None
        began = clock.monotonic()
        line.request(method, path, content, headers | ({"Content-Type": "application/json"} if body else {}))
        answer = read(line)
        # Two hands that take up the same duty: the slower one is told so, and that is right.
        fine = answer.status < 400 or answer.status == 409
        self._note(clock.monotonic() - began, "" if fine else f"{method} {path[:30]} {answer.status}")
        return answer

    def _note(self, seconds: float, failed: str) -> None:
        with self.turn:
            if failed:
                self.slice.failed[failed] += 1
            else:
                insort(self.slice.took, seconds)

    def _declare(self, line: HTTPConnection, dice: random.Random) -> None:
        with self.turn:
            self.serial += 1
            if self.serial % A_DAY == 1:
                self.farmer = self.people.farmer(self.serial)
            told, name = _bearer(self.farmer) | _key(), _name(self.serial)
        form = FORM | {"id_number": id_number(), "village_code": VILLAGE, "head_name": name}
        self._timed(line, "POST", "/api/v1/declarations", told, form)

    def _tasks(self, line: HTTPConnection, dice: random.Random) -> Any:
        return self._timed(line, "GET", "/api/v1/tasks?size=20", _bearer(self.people.village)).json

    def _case(self, line: HTTPConnection, dice: random.Random) -> None:
        # Some duties are about no case: a list that is owed, a meeting.
        if cases := [each["case_id"] for each in self._tasks(line, dice)["items"] if each["case_id"]]:
            path = f"/api/v1/cases/{dice.choice(cases)}"
            self._timed(line, "GET", path, _bearer(self.people.village))

    def _queue(self, line: HTTPConnection, dice: random.Random) -> None:
        self._timed(line, "GET", "/console/queue/", {"Cookie": self.people.console})

    def _act(self, line: HTTPConnection, dice: random.Random) -> None:
        due = [each for each in self._tasks(line, dice)["items"] if each["kind"] in NEXT]
        if due:
            duty = dice.choice(due)
            what, body = NEXT[duty["kind"]]
            path, told = f"/api/v1/cases/{duty['case_id']}/{what}", _bearer(self.people.village) | _key()
            self._timed(line, "POST", path, told, body | {"version": duty["version"]})


DOES: dict[str, Callable[[Traffic, HTTPConnection, random.Random], Any]] = {
    "declare": Traffic._declare,
    "tasks": Traffic._tasks,
    "case": Traffic._case,
    "queue": Traffic._queue,
    "act": Traffic._act,
}


def _name(serial: int) -> str:
    return "张" + chr(0x4E00 + serial % 2000)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}
