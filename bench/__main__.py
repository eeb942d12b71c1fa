"""`python -m bench` measures everything, with ONLY=part,part in the environment these; the last line is the outcome."""

import os
import sys

from bench import console, imports, million, nation, reminders, rounds, sqlite_requests, throughput
from bench.catalogue import FIGURES, all_figures
from bench.figures import table
from bench.kept import is_a_try, keep
from bench.servers import databases
from bench.settings import DATA

IN_ROUNDS = frozenset({"hello", "insert", "select", "declare", "decide", "tasks", "queue"})
AFTER_ROUNDS = {
    "sqlite": sqlite_requests,
    "million": million,
    "reminders": reminders,
    "imports": imports,
    "rounds": rounds,
    "console": console,
    "nation": nation,
}
PARTS = IN_ROUNDS | AFTER_ROUNDS.keys()


def main() -> int:
    """Measure, keep the results and print the table; 1 when a measured figure misses its aim."""
    only = os.environ.get("ONLY", "")
    parts = frozenset(only.split(",")) if only else PARTS
    if not parts <= PARTS:
        print(f"ONLY may be of these: {', '.join(sorted(PARTS))}", file=sys.stderr)
        return 2
    DATA.mkdir(parents=True, exist_ok=True)
    try:
        _measure(parts)
    finally:  # what was measured before something failed is kept and told too
        by_part = all_figures()
        if is_a_try():
            print("tried at another size: the results are not kept")
        else:
            keep(by_part)
        figures = [each for some in by_part.values() for each in some if each.values or not only]
        print(table(figures))
    missed = [each.name for each in figures if each.values and not each.is_ok]
    print(
        f"{len(missed)} of {len(figures)} figures miss their aim: {'; '.join(missed)}"
        if missed
        else "every aim is kept"
    )
    return 1 if missed else 0


def _measure(parts: frozenset[str]) -> None:
    with databases() as server:
        if parts & IN_ROUNDS:
            throughput.measure(server, FIGURES, parts & IN_ROUNDS)
        for name, part in AFTER_ROUNDS.items():
            if name in parts:
                part.measure(server, FIGURES)


if __name__ == "__main__":
    sys.exit(main())
