"""Every figure of the bench, part by part: what is measured, in which unit, and its aim."""

from bench import console, nation, reminders, sqlite_requests
from bench.figures import HIGHER, LOWER, Figure

REQUESTS: dict[str, Figure] = {
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
    "worker memory": Figure("memory of one worker after the rounds", "MB", LOWER),
}
MILLION: dict[str, Figure] = {
    "million mariadb": Figure("queue page at 1,000,000 cases, of 10,000, MariaDB", "ms", LOWER, 1.3, is_growth=True),
    "million sqlite": Figure("queue page at 1,000,000 cases, of 10,000, SQLite", "ms", LOWER, 1.3, is_growth=True),
    "invariants mariadb": Figure("wrong in 1,000 of the million loaded cases, MariaDB", "things", LOWER, 0),
    "invariants sqlite": Figure("wrong in 1,000 of the million loaded cases, SQLite", "things", LOWER, 0),
}
IMPORTS: dict[str, Figure] = {
    "roster": Figure("roster of 100,000 people looked through and taken in", "s", LOWER, 120),
    "roster memory": Figure("roster of 100,000 people, memory", "MB", LOWER, 400),
    "alerts": Figure("1,000,000 alert rows matched against 1,000,000 people", "s", LOWER, 90),
    "alerts of floor": Figure("1,000,000 alert rows, of read, HMAC, insert and join by hand", "s", LOWER, 3.0),
    "alerts memory": Figure("1,000,000 alert rows, memory", "MB", LOWER, 400),
}
ROUNDS: dict[str, Figure] = {
    "rounds": Figure("250,000 households' visits of a month", "s", LOWER, 60),
}
BY_PART: dict[str, dict[str, Figure]] = {
    "requests": REQUESTS,
    "sqlite": sqlite_requests.figures(),
    "million": MILLION,
    "console": console.figures(),
    "nation": nation.figures(),
    "reminders": reminders.figures(),
    "imports": IMPORTS,
    "rounds": ROUNDS,
}
FIGURES: dict[str, Figure] = {key: figure for part in BY_PART.values() for key, figure in part.items()}


def beside_one_row() -> list[Figure]:
    """Return each request beside the cheapest thing of its kind: what writes beside an INSERT, a page beside hello."""
    kinds = {"declare": "insert", "decide": "insert", "tasks": "select", "queue": "hello"}
    return [
        Figure(f"{name}, of {FIGURES[kind].name}", "req/s", HIGHER, None, FIGURES[name].values, FIGURES[kind].values)
        for name, kind in kinds.items()
    ]


def all_figures() -> dict[str, list[Figure]]:
    """Return every figure by its part."""
    found = {part: list(figures.values()) for part, figures in BY_PART.items()}
    found["requests"] += beside_one_row()
    return found
