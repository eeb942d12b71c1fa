"""Reminders: the sweep, the senders, and how long people wait while long work goes on; `ONLY=reminders`."""

from bench import meanwhile, senders, sweeps
from bench.figures import HIGHER, LOWER, Figure
from bench.servers import Databases

KINDS = {"mariadb": "MariaDB", "sqlite": "SQLite"}
TIMES = {"mariadb": 1, "sqlite": 3}
"""SQLite may take three times as long."""
MOST_MS = {"mariadb": 300, "sqlite": 1000}
WORDS = {
    "sweep": "a sweep",
    "import": "an import",
    "recompute": "a recomputation",
    "rotation": "a rotation of keys",
    "seeding": "a seeding",
}


def figures() -> dict[str, Figure]:
    """Return the figures; each has the bare ceiling, or the quiet, of the same run beside it."""
    found: dict[str, Figure] = {}
    for kind, name in KINDS.items():
        sweep = f"sweep, 100,000 overdue of 1,000,000 duties, of the same by hand, {name}"
        found[f"sweep {kind}"] = Figure(sweep, "s", LOWER, 60 * TIMES[kind], is_absolute=True)
        again = f"the next sweep, with nothing new to say, {name}"
        found[f"sweep again {kind}"] = Figure(again, "ms", LOWER, 50 * TIMES[kind])
        found[f"sweep memory {kind}"] = Figure(f"memory grown since a fifth of the sweep, {name}", "part", LOWER, 0.1)
    for hands, aim in ((1, 60), (8, 150)):
        sends = f"4 senders, {hands} in flight each, provider of 50 ms, of bare calls"
        found[f"send {hands}"] = Figure(sends, "msg/s", HIGHER, aim, is_absolute=True)
    for kind, name in KINDS.items():
        for work, words in WORDS.items():
            waits = f"slowest declaration during {words}, of the slowest without, {name}"
            found[f"during {work} {kind}"] = Figure(waits, "ms", LOWER, MOST_MS[kind], is_absolute=True)
    return found


def measure(server: Databases, found: dict[str, Figure]) -> None:
    """Measure all of it."""
    senders.measure(server, found)
    sweeps.measure(server, found)
    meanwhile.measure(server, found)
