"""A data folder of an older program is brought to the newest schema with everything that is in it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, MetaData, Numeric, Table, func, insert, select

from backend.db import Base, db
from backend.schema import migrate
from tests.migrations.test_migrations import VERSION, _drift
from tests.migrations.test_migrations import empty as empty

pytestmark = pytest.mark.shows("story.1")
FIRST = "0001"
LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)


def _reflected() -> MetaData:
    found = MetaData()
    found.reflect(db.engine)
    found.remove(found.tables[VERSION])
    return found


def _value(column: Column[Any]) -> object:
    """Return something that such a column can hold; every id is 1, so that rows point at one another."""
    known = Base.metadata.tables.get(column.table.name)
    if known is not None and column.name in known.c and isinstance(known.c[column.name].type, JSON):
        return {}
    kinds: list[tuple[type[Any], object]] = [
        (Boolean, True),
        (Integer, 1),
        (Numeric, 1),
        (DateTime, LONG_AGO),
        (Date, date(2026, 1, 2)),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), "1")


def _typed(table: Table) -> Table:
    """Return the old table with the types that JSON and moments need to be written."""
    for column in table.c:
        if _value(column) == {}:
            column.type = JSON()
    return table


def _fill_each_table_with_a_row() -> set[str]:
    tables = [_typed(table) for table in _reflected().sorted_tables]
    with db.engine.begin() as connection:
        for table in tables:
            connection.execute(insert(table).values({column.name: _value(column) for column in table.c}))
    return {table.name for table in tables}


def test_what_an_older_program_wrote_is_still_there_after_all_migrations(empty: Flask) -> None:
    migrate(FIRST)
    tables = _fill_each_table_with_a_row()
    assert len(tables) > 20

    migrate()

    now = _reflected().tables
    with db.engine.connect() as connection:
        rows = {name: connection.scalar(select(func.count()).select_from(now[name])) for name in tables}
    assert rows == dict.fromkeys(tables, 1)
    assert _drift() == []
