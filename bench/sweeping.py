"""Runs one sweep in a process of its own, `python -m bench.sweeping`, and says how long it took and what it held."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

from backend import clock
from backend.services import reminders
from bench.county import open_county
from bench.duties import MOMENT

SAMPLED_EVERY = 0.25
FIRST_PART = 0.2
"""Until then a sweep learns who is where; from then on it must not grow."""


@dataclass(frozen=True)
class Swept:
    """What came of it: duties that spoke, seconds, memory grown since its first fifth (a part), the next sweep (ms)."""

    spoken: int
    seconds: float
    grown: float
    again_ms: float


@dataclass
class _Memory:
    """The resident memory of this process, looked at while something runs."""

    samples: list[int] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        try:
            yield
        finally:
            self.over.set()
            watcher.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self.over.wait(SAMPLED_EVERY):
            self.samples.append(process.memory_info().rss)

    @property
    def grown(self) -> float:
        """By how much it grew after the first part, as a part of what it was then."""
        if len(self.samples) < 1 / FIRST_PART:
            return 0.0
        settled = self.samples[int(len(self.samples) * FIRST_PART)]
        return max(self.samples) / settled - 1


def run(url: str, home: Path, moment: datetime = MOMENT) -> Swept:
    """Sweep until nothing is due, then once more; at the moment around which the data lie."""
    app, memory, spoken = open_county(url, home).app, _Memory(), 0
    with clock.at(moment), app.app_context():
        began = clock.monotonic()
        with memory.watched():
            while found := reminders.sweep():
                spoken += found
                print(f"  {spoken:,} duties, {clock.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        seconds = clock.monotonic() - began
        began = clock.monotonic()
        spoken += reminders.sweep()
        again = clock.monotonic() - began
    return Swept(spoken, seconds, memory.grown, again * 1000)


if __name__ == "__main__":
    at = datetime.fromisoformat(os.environ.get("BENCH_MOMENT", MOMENT.isoformat()))
    print(json.dumps(asdict(run(os.environ["BENCH_URL"], Path(os.environ["BENCH_HOME"]), at))))
