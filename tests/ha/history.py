"""Clients that declare and decide at a steady pace, and write down every answer: the history that is judged later."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from typing import Any

import requests

from backend import clock
from bench.requests import declaration

PATIENCE = 60.0
"""As long as a proxy waits."""
OK = frozenset({200, 201})
AGAIN = 503


@dataclass(frozen=True)
class Answer:
    """One request and what came of it; `status` 0: the connection was refused or cut."""

    kind: str
    key: str
    asked_at: float
    answered_at: float
    status: int
    retry_after: str
    name: str
    """What was written: the receipt's number, or the case; empty when nothing was acknowledged."""
    said: str = ""

    @property
    def is_written(self) -> bool:
        return self.status in OK and bool(self.name)


@dataclass
class History:
    """Every answer, in the order in which they came."""

    answers: list[Answer] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: Answer) -> None:
        with self.lock:
            self.answers.append(answer)

    def between(self, began: float, ended: float) -> list[Answer]:
        with self.lock:
            return [each for each in self.answers if began <= each.answered_at < ended]

    def gap(self, began: float, ended: float) -> float:
        """Return the longest time without any acknowledged write."""
        times = [began, *sorted(each.answered_at for each in self.between(began, ended) if each.is_written), ended]
        return max(later - earlier for earlier, later in pairwise(times))


@dataclass
class Clients:
    """People with phones; `web` is where they reach the county."""

    web: str
    history: History
    over: threading.Event = field(default_factory=threading.Event)

    def declare(self, phones: Sequence[str], villages: Sequence[str], pause: float) -> None:
        """Declare for one new family after the other."""
        for phone, village in zip(cycle(phones), cycle(villages), strict=False):
            if self.over.wait(pause):
                return
            body = json.loads(declaration(village))
            self._write("declare", "/declarations", phone, body, lambda said: str(said["receipt_no"]))

    def decide(self, cadres: Sequence[str], pause: float) -> None:
        """Take up what each village owes, one duty after the other."""
        for cadre in cycle(cadres):
            if self.over.wait(pause):
                return
            for duty in self._duties(cadre):
                if self.over.wait(pause):
                    return
                body = {"action": "accept", "version": duty["version"]}
                case = str(duty["case_id"])
                self._write("decide", f"/cases/{case}/decisions", cadre, body, lambda _, case=case: case)

    def _duties(self, cadre: str) -> list[dict[str, Any]]:
        answer = self._ask("look", "GET", "/tasks?size=50", cadre, None, "", lambda _: "")
        if answer is None or answer.status_code not in OK:
            return []
        return [each for each in answer.json()["items"] if each["kind"] == "accept"]

    def _write(self, kind: str, path: str, token: str, body: Any, name: Callable[[Any], str]) -> None:
        """Send it with one key until it is acknowledged, as the client on a phone does."""
        key = str(uuid.uuid4())
        while not self.over.is_set():
            answer = self._ask(kind, "POST", path, token, body, key, name)
            if answer is not None and answer.status_code != AGAIN:
                return
            time.sleep(0.5)

    def _ask(
        self, kind: str, method: str, path: str, token: str, body: Any, key: str, name: Callable[[Any], str]
    ) -> requests.Response | None:
        headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
        began, answer, named = clock.monotonic(), None, ""
        with suppress(requests.RequestException):
            address = f"{self.web}/api/v1{path}"
            answer = requests.request(method, address, json=body, headers=headers, timeout=PATIENCE)
            named = name(answer.json()) if answer.status_code in OK else ""
        status, again = (answer.status_code, answer.headers.get("Retry-After", "")) if answer is not None else (0, "")
        said = "" if answer is None or status in OK else answer.text[:300]
        self.history.note(Answer(kind, key, began, clock.monotonic(), status, again, named, said))
        return answer


@contextmanager
def working(*works: Callable[[], None], over: threading.Event) -> Iterator[None]:
    """Let them work in the background until the block is left."""
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)
