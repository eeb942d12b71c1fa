"""How work that goes on for long leaves room for people: it steps aside often enough for whoever stands at the door."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from backend import clock
from backend.db import MARIADB, db

T = TypeVar("T")

WORKS_FOR, RESTS_FOR = 0.25, 0.11
"""Seconds of work, and of the pause after it."""


class Pace:
    """Steps aside now and then, between two transactions; only where there is one writer.

    SQLite has one writer, and who waits for it looks again every tenth of a second at the latest: only a pause as
    long as that lets everybody in who stands at the door. Small gaps between transactions left the web waiting for
    ten seconds. MariaDB locks rows, and nobody waits at a door.
    """

    def __init__(self, *, works_for: float = WORKS_FOR) -> None:
        self._works_for = works_for
        self._rests = db.engine.dialect.name not in MARIADB
        self._rested = clock.monotonic()

    def rest_at_times(self) -> None:
        """Pause if enough has been done; never call it within a transaction."""
        if self._rests and clock.monotonic() - self._rested >= self._works_for:
            time.sleep(RESTS_FOR)
            self._rested = clock.monotonic()

    def between(self, things: Iterable[T]) -> Iterator[T]:
        """Yield each thing, and pause at times after what was done with one."""
        for each in things:
            yield each
            self.rest_at_times()
