"""`python -m bench` measures everything, with ONLY=part in the environment one part; the last line is the outcome."""

import os
import sys

from bench import console, imports, million, reminders, rounds, throughput
from bench.figures import HIGHER, LOWER, Figure, table, write
from bench.servers import databases
from bench.settings import DATA

FIGURES: dict[str, Figure] = {
    "hello": Figure("hello, 8 connections", "req/s", HIGHER),
    "insert": Figure("one-row INSERT, 8 connections", "req/s", HIGHER),
    "select": Figure("one-row SELECT, 8 connections", "req/s", HIGHER),
    "declare": Figure("declare, 8 connections, of the same by hand", "req/s", HIGHER, 0.40),
    "declare statements": Figure("declare, statements", "statements", LOWER, 16),
    "declare at 16": Figure("declare at 16 connections, of declare at 2", "req/s", HIGHER, 1.0),
    "decide": Figure("decide, 8 connections, of the same by hand", "req/s", HIGHER, 0.40),
    "decide statements": Figure("decide, statements", "statements", LOWER, 14),
    "tasks": Figure("task page of 50, 8 connections, of the same by hand", "req/s", HIGHER, 0.40),
    "tasks statements": Figure("task page, statements", "statements", LOWER, 4),
    "queue": Figure("console queue page of 50, 8 connections, of the same by hand", "req/s", HIGHER, 0.60),
    "queue statements": Figure("console queue page, statements", "statements", LOWER, 8),
    "million mariadb": Figure("queue page at 1,000,000 cases, of 10,000, MariaDB", "ms", LOWER, 1.3),
    "million sqlite": Figure("queue page at 1,000,000 cases, of 10,000, SQLite", "ms", LOWER, 1.3),
    "invariants mariadb": Figure("wrong in 1,000 of the million loaded cases, MariaDB", "things", LOWER, 0),
    "invariants sqlite": Figure("wrong in 1,000 of the million loaded cases, SQLite", "things", LOWER, 0),
    "roster": Figure("roster of 100,000 people looked through and taken in", "s", LOWER, 120),
    "roster memory": Figure("roster of 100,000 people, memory", "MB", LOWER, 400),
    "alerts": Figure("1,000,000 alert rows matched against 1,000,000 people", "s", LOWER, 90),
    "alerts of floor": Figure("1,000,000 alert rows, of read, HMAC, insert and join by hand", "s", LOWER, 3.0),
    "alerts memory": Figure("1,000,000 alert rows, memory", "MB", LOWER, 400),
    "rounds": Figure("250,000 households' visits of a month", "s", LOWER, 60),
    "worker memory": Figure("memory of one worker after the rounds", "MB", LOWER),
    **reminders.figures(),
    **console.figures(),
}
IN_ROUNDS = frozenset({"hello", "insert", "select", "declare", "decide", "tasks", "queue"})
PARTS = IN_ROUNDS | {"million", "reminders", "imports", "rounds", "console"}


def main() -> int:
    """Measure, write the results and print the table; 1 when a measured figure misses its aim."""
    only = os.environ.get("ONLY", "")
    parts = frozenset({only}) if only else PARTS
    if not parts <= PARTS:
        print(f"ONLY may be one of: {', '.join(sorted(PARTS))}", file=sys.stderr)
        return 2
    DATA.mkdir(parents=True, exist_ok=True)
    with databases() as server:
        if parts & IN_ROUNDS:
            throughput.measure(server, FIGURES, parts & IN_ROUNDS)
        if "million" in parts:
            million.measure(server, FIGURES)
        if "reminders" in parts:
            reminders.measure(server, FIGURES)
        if "imports" in parts:
            imports.measure(server, FIGURES)
        if "rounds" in parts:
            rounds.measure(server, FIGURES)
        if "console" in parts:
            console.measure(server, FIGURES)
    figures = [*FIGURES.values(), *beside_one_row()]
    write(figures)
    print(table(figures))
    missed = [each.name for each in figures if each.values and not each.is_ok]
    print(
        f"{len(missed)} of {len(figures)} figures miss their aim: {'; '.join(missed)}"
        if missed
        else "every aim is kept"
    )
    return 1 if missed else 0


def beside_one_row() -> list[Figure]:
    """Return each request beside the cheapest thing of its kind: what writes beside an INSERT, a page beside hello."""
    kinds = {"declare": "insert", "decide": "insert", "tasks": "select", "queue": "hello"}
    return [
        Figure(f"{name}, of {FIGURES[kind].name}", "req/s", HIGHER, None, FIGURES[name].values, FIGURES[kind].values)
        for name, kind in kinds.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
