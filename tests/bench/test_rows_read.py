"""A page of a queue costs the same however large the county is: counted in rows and steps, with no clock."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from backend.db import db
from backend.models import Task
from backend.services import counties, tasks
from backend.services.tasks import Cursor, Filters, Whose
from backend.workflow.states import Kind
from bench.copies import SHARES, Desks, Stencil, copies
from bench.load import load
from tests.conftest import REGIONS
from tests.people import VILLAGE, Cast

SMALL, LARGE = 8_000, 40_000
"""Open duties: with the closed ones of the same cases about 20,000 and 100,000; a million are loaded by the bench."""
PAGE = 50
UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
QUEUES = {
    "a village's desk": ("village", Whose.MINE),
    "a village": ("village", Whose.ALL),
    "a township's desk": ("reviewer", Whose.MINE),
    "a township": ("reviewer", Whose.ALL),
    "the county's desk": ("county_lead", Whose.MINE),
    "the county": ("county_lead", Whose.ALL),
}
DUTIES = {"village": Kind.ACCEPT, "reviewer": Kind.TOWN_REVIEW, "county_lead": Kind.COUNTY_DECISION}
"""Desks and a kind of duty of which each owes many."""


@pytest.mark.shows("story.9", "console.2")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_page_reads_as_many_rows_of_100_000_duties_as_of_20_000(
    app: Flask, cast: Cast, stencils: list[Stencil], desks: Desks
) -> None:
    with county_of(SMALL, app, stencils, desks) as duties:
        small = costs(cast)
    assert duties == pytest.approx(SMALL, rel=0.05)

    with county_of(LARGE, app, stencils, desks) as duties:
        large = costs(cast)

    assert duties == pytest.approx(LARGE, rel=0.05)
    assert large == pytest.approx(small, rel=0.1)


def cases_with(duties: int, stencils: list[Stencil]) -> int:
    """How many copies have about so many open duties."""
    mean = {
        state: statistics.mean(len(each.of.owed) for each in stencils if each.of.state is state) for state in SHARES
    }
    return round(duties * sum(SHARES.values()) / sum(share * mean[state] for state, share in SHARES.items()))


@contextmanager
def county_of(duties: int, app: Flask, stencils: list[Stencil], desks: Desks) -> Iterator[int]:
    """Fill the county with about so many duties of copied cases, and yield how many there are."""
    villages = [row["code"] for row in counties.read_regions(REGIONS) if row["level"] == "village"]
    villages.sort(key=lambda code: code != VILLAGE)
    with app.app_context():
        cases = copies(cases_with(duties, stencils), stencils, villages, until=UNTIL)
        load(str(db.engine.url), cases, desks, tables=["tasks"])
        with db.engine.connect() as connection:
            tables = Task.__table__
            yield connection.scalar(select(func.count()).select_from(tables).where(tables.c.open_due.is_not(None))) or 0
    with app.app_context(), db.engine.begin() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:
            connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS=0")  # or it does not empty a table that others name
        connection.exec_driver_sql("DELETE FROM tasks" if is_sqlite else "TRUNCATE TABLE tasks")
        if not is_sqlite:
            connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS=1")


def costs(cast: Cast) -> dict[str, int]:
    """What the first page and one from the middle cost, queue by queue."""
    found = {}
    for name, (login, whose) in QUEUES.items():
        first, last = middle(cast, login, whose)
        found[f"{name}, first page"] = cost(cast, login, whose)
        found[f"{name}, middle"] = cost(cast, login, whose, after=last)
        found[f"{name}, back from the middle"] = cost(cast, login, whose, before=first)
    for login, kind in DUTIES.items():
        found[f"{kind} of {login}"] = cost(cast, login, Whose.MINE, filters=Filters(kind=kind))
    return found


def middle(cast: Cast, login: str, whose: Whose) -> tuple[Cursor, Cursor]:
    """The ends of the day half-way down a queue: a page on from there, or back, asks for its day's rest and for others.

    Elsewhere a page may find all its rows on one day and ask once; whether it does is chance, and not what is measured.
    """
    with cast.acting(login) as actor:
        query = tasks._of(actor, whose).with_only_columns(Task.due_on, Task.id)
        rows = db.session.execute(query.order_by(Task.open_due, Task.id)).all()
    assert len(rows) > 2 * PAGE
    day = rows[len(rows) // 2].due_on
    of_day = [Cursor(*row) for row in rows if row.due_on == day]
    return of_day[0], of_day[-1]


def cost(cast: Cast, login: str, whose: Whose, **asked: Any) -> int:
    """The rows that MariaDB read, or the steps that SQLite took, for one page."""
    with cast.acting(login) as actor:
        connection = db.session.connection()
        is_sqlite = connection.dialect.name == "sqlite"
        # Once without counting: the first statement of a connection also reads what tables there are.
        tasks.queue(by=actor, whose=whose, size=PAGE, **asked)
        with counting_steps(connection) if is_sqlite else counting_rows(connection) as count:
            page = tasks.queue(by=actor, whose=whose, size=PAGE, **asked)
        assert len(page.items) == PAGE
    return count[0]


@contextmanager
def counting_steps(connection: Any) -> Iterator[list[int]]:
    count = [0]

    def step() -> int:
        count[0] += 1
        return 0

    driver = connection.connection.driver_connection
    driver.set_progress_handler(step, 1)
    yield count
    driver.set_progress_handler(None, 1)


@contextmanager
def counting_rows(connection: Any) -> Iterator[list[int]]:
    def rows_read() -> int:
        status = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler_read%%'").all()
        return sum(int(value) for _, value in status)

    asking = -rows_read() + rows_read()
    count, before = [0], rows_read()
    yield count
    count[0] = rows_read() - before - asking
