"""A county's rows go down each migration and up again, and nothing that both sides know of is another afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import Script
from sqlalchemy import make_url

from backend import clock
from backend.app import create_bare_app
from backend.db import db
from backend.schema import migrate, unmigrate
from backend.settings import Settings
from bench.county import County, fill, open_county
from tests.contents import Columns, Contents, columns_of, contents
from tests.faults.town import fresh_database
from tests.migrations.test_locks import steps
from tests.migrations.test_migrations import VERSION
from tests.migrations.test_with_rows import FIRST

pytestmark = [pytest.mark.shows("story.1"), pytest.mark.slow, pytest.mark.timeout(1500)]
CASES = 4_000
ROWS = 100_000
LONGEST_LOCK, AT_ROWS = 60.0, 1_000_000
"""Seconds that a migration may take where there are so many rows."""
THROWN_AWAY = {"0007": {"tasks"}, "0017": {"hazards"}}
"""What the schema below has no place for: duties without a case, dangers that no visit has found."""
MADE = {"0017": {"hazards", "tasks"}}
"""What a migration enters anew from what is there: the dangers that checks of homes have found, and their duties."""
REMADE = frozenset().union(*THROWN_AWAY.values(), *MADE.values())


@pytest.fixture(params=["sqlite", "mariadb"])
def county(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[County]:
    """A county with as many cases as make a hundred thousand rows, at the newest schema."""
    url = f"sqlite:///{tmp_path / 'county.sqlite3'}"
    if request.param == "mariadb":
        url = fresh_database(request.getfixturevalue("mariadb_url"), "many_rows")
    found = open_county(url, tmp_path)
    fill(found, CASES)
    with found.app.app_context():
        yield found
        db.session.remove()
        db.engine.dispose()
    if request.param == "mariadb":
        fresh_database(url, str(make_url(url).database))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Columns]:
    """Return the tables and their columns at each revision."""
    app, found = create_bare_app(Settings(data_dir=tmp_path_factory.mktemp("empty"))), {}
    with app.app_context():
        for revision in (FIRST, *(step.revision for step in steps())):
            migrate(revision)
            with db.engine.connect() as connection:
                found[revision] = columns_of(connection)
            del found[revision][VERSION]
        db.engine.dispose()
    return found


def test_a_hundred_thousand_rows_go_down_and_up_each_migration_unchanged(
    county: County, known: dict[str, Columns]
) -> None:
    newest = known[steps()[-1].revision]
    always = {table: names for table, names in _common(known[FIRST], newest).items() if table not in REMADE}
    in_the_beginning = _held(always)
    rows = sum(rows for rows, _ in _held(newest).values())
    assert rows > ROWS
    lost, changed, too_long = {}, {}, {}

    for step in reversed(steps()):
        below = str(step.down_revision)
        both = _common(known[step.revision], known[below])
        before = _held(both)
        unmigrate(below)
        down = _held(both)
        began = clock.monotonic()
        migrate(step.revision)
        seconds = (clock.monotonic() - began) * AT_ROWS / rows
        lost |= _differing(step, before, down)
        changed |= _differing(step, down, _held(both))
        too_long |= {step.revision: seconds} if seconds > LONGEST_LOCK else {}
        unmigrate(below)
    migrate()

    assert (lost, changed, too_long) == (THROWN_AWAY, MADE, {})
    assert _held(always) == in_the_beginning


def _differing(step: Script, one: Contents, other: Contents) -> dict[str, set[str]]:
    found = {table for table in one if one[table] != other[table]}
    return {str(step.revision): found} if found else {}


def _common(one: Columns, other: Columns) -> Columns:
    return {table: set(names) & set(other[table]) for table, names in one.items() if table in other}


def _held(columns: Columns) -> Contents:
    with db.engine.connect() as connection:
        return contents(connection, columns)
