"""What happens in the demonstration, in its order, and how far and how fast it has come."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from backend import clock
from backend.access.permissions import Action
from backend.demo.lives import Life, Step
from backend.services.demo import COUNTY
from backend.services.demo_village import TOGETHER

TALKS_EVERY = 2.0
"""Seconds between two lines about how far it has come."""


class Act(NamedTuple):
    """What happens to one household at one instant: its declaration (no step), or a step."""

    at: datetime
    life: Life
    step: Step | None

    @property
    def company(self) -> tuple[datetime, str]:
        """Whoever has the same instant and company is dealt with together: at a sitting, on a sheet, in a batch."""
        action = self.step.do.action if self.step else None
        if action is Action.COUNTY_APPROVE:
            return self.at, COUNTY
        together = TOGETHER.get(action) if action else None
        village = self.life.household.village_code
        return self.at, f"{village} {together.__name__}" if together else f"{self.life.number}"


def in_order(everybody: Iterable[Life]) -> Iterator[Sequence[Act]]:
    """Yield what happens, the earliest first, with those together who sit together."""
    acts = [
        Act(at, life, step)
        for life in everybody
        for at, step in [(life.declared_at, None), *((step.at, step) for step in life.steps)]
    ]
    for _, company in groupby(sorted(acts, key=lambda act: act.company), key=lambda act: act.company):
        yield list(company)


class Lived:
    """Counts the households that have come to the end of their lives so far."""

    def __init__(self, everybody: Iterable[Life]) -> None:
        self._left = Counter({life.number: 1 + len(life.steps) for life in everybody})
        self.whole = 0

    def note(self, acts: Iterable[Act]) -> None:
        """Note that something happened, or could not happen, to these households."""
        for act in acts:
            self._left[act.life.number] -= 1
            self.whole += self._left[act.life.number] == 0


class Talk:
    """Says now and then how far it has come."""

    def __init__(self) -> None:
        self._talked = clock.monotonic()

    def is_time_to_talk(self) -> bool:
        """Say whether the last line is long enough ago."""
        if clock.monotonic() - self._talked < TALKS_EVERY:
            return False
        self._talked = clock.monotonic()
        return True
