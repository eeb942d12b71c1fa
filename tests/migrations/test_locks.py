"""Each migration states what it keeps people from while it runs, and the database is asked whether that is so."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pymysql
import pytest
from alembic.script import Script, ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, event, inspect

from backend.db import db
from backend.schema import alembic_config, migrate
from tests.migrations.test_migrations import VERSION
from tests.migrations.test_migrations import empty as empty
from tests.migrations.test_with_rows import FIRST, _fill_each_table_with_a_row

pytestmark = pytest.mark.shows("story.1")
ALTER = re.compile(r"\s*ALTER TABLE `?(?P<table>\w+)`?")
CREATE_INDEX = re.compile(r"\s*CREATE (UNIQUE )?INDEX .* ON `?(?P<table>\w+)`?")
DROP_INDEX = re.compile(r"\s*DROP INDEX `?(?P<index>\w+)`? ON `?(?P<table>\w+)`?")
CHANGE_ROWS = re.compile(r"\s*(UPDATE|DELETE FROM) `?(?P<table>\w+)`?")
NOT_ONLINE = {1845, 1846}
"""MariaDB's errors: it cannot do this while others write."""

Columns = dict[tuple[str, str], dict[str, Any]]


def steps() -> list[Script]:
    """Return the migrations in their order but the first, which finds nothing that could be locked."""
    return [*reversed(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))][1:]


@pytest.mark.parametrize("empty", ["mariadb"], indirect=True)
def test_each_migration_names_the_tables_that_it_locks_and_those_it_takes_from_the_program_before(
    empty: Flask,
) -> None:
    """MariaDB is told to do each change with LOCK=NONE and refuses where it cannot, however few rows there are."""
    migrate(FIRST)
    _fill_each_table_with_a_row()
    found, stated = {}, {}

    for step in steps():
        before = _columns()
        with _asked_for_no_lock({table for table, _ in before} - {VERSION}) as locked:
            migrate(step.revision)
        found[step.revision] = sorted(locked), sorted(_broken(before, _columns()))
        stated[step.revision] = sorted(step.module.locks), sorted(step.module.breaks)

    assert found == stated


@contextmanager
def _asked_for_no_lock(there: set[str]) -> Iterator[set[str]]:
    """Collect which of the tables are locked: altered in a way that MariaDB cannot do online, or rows changed."""
    locked: set[str] = set()

    def run(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        if (found := CHANGE_ROWS.match(statement)) is not None:
            locked.update({found["table"]} & there)
        online, table = _online(statement)
        if table not in there:
            return False
        try:
            cursor.execute(online, parameters)
        except pymysql.Error as error:
            if error.args[0] not in NOT_ONLINE:
                raise
            locked.add(table)
            return False
        return True

    event.listen(Engine, "do_execute", run)
    yield locked
    event.remove(Engine, "do_execute", run)


def _online(statement: str) -> tuple[str, str]:
    """Return the statement so that it fails rather than lock, and the table; two empty texts for another statement."""
    ways: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
        (ALTER, lambda _: f"{statement}, LOCK=NONE"),
        (CREATE_INDEX, lambda _: f"{statement} LOCK=NONE"),
        (DROP_INDEX, lambda found: f"ALTER TABLE {found['table']} DROP INDEX {found['index']}, LOCK=NONE"),
    ]
    for pattern, way in ways:
        if (found := pattern.match(statement)) is not None:
            return way(found), found["table"]
    return "", ""


def _columns() -> Columns:
    found = inspect(db.engine).get_multi_columns()
    return {(table, column["name"]): dict(column) for (_, table), columns in found.items() for column in columns}


def _broken(before: Columns, after: Columns) -> set[str]:
    """Return the tables that a program which knows only the columns of before cannot read or write any more."""
    tables = {table for table, _ in before}
    gone = {table for table, _ in before.keys() - after.keys()}
    needs = {key for key, column in after.items() if _is_demanded(column)}
    demanded = needs - {key for key, column in before.items() if _is_demanded(column)}
    return gone | {table for table, _ in demanded if table in tables}


def _is_demanded(column: dict[str, Any]) -> bool:
    return not column["nullable"] and column["default"] is None
