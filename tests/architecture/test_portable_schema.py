"""The schema asks for nothing that TiDB, OceanBase or Galera lack: read off what is declared, and off migrations."""

import ast

import pytest
from sqlalchemy import BigInteger
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable

from backend.db import Base
from tests.architecture.reading import Source, last_name, sources, words

NUMBERED = {
    "staged_rows": "rows of one file, by their place in it",
    "audit_batches": "the seal's own number, given by the one job that seals",
    "demo_clock": "one row, in a demonstration only",
}
"""Tables whose key is a small number: given by whoever writes them, never by the database."""
READS_TIME_OFF_AN_ID = {
    "backend/db.py": "says how",
    "backend/services/sends.py": "looks back further than clocks differ, and asks each row's own time as well",
    "backend/services/audit.py": "leaves the last seconds alone",
    "backend/services/looks.py": "finds the day's part of an index; a look near midnight may be kept twice",
    "backend/services/backups/making.py": "files up to the moment of a copy; more of them do no harm",
}
"""Ids sort by time up to the clocks of several machines: whoever relies on that says why it is enough."""
SKIPS_LOCKED = {
    "backend/services/reminders.py": "one sweep at a time has the lease",
    "backend/services/leases.py": "several may take up what a dead process left",
    "backend/services/claims.py": "several senders lease messages",
    "backend/services/circuits.py": "messages that waited for a way are let go",
    "backend/services/exports/making.py": "several workers take exports",
}
"""Where a server that knows no SKIP LOCKED has to be thought of: docs/scale.md."""
STEPS_OF_MIGRATIONS = {
    "add_column",
    "alter_column",
    "batch_alter_table",
    "bulk_insert",
    "create_check_constraint",
    "create_foreign_key",
    "create_index",
    "create_table",
    "create_unique_constraint",
    "drop_column",
    "drop_constraint",
    "drop_index",
    "drop_table",
    "execute",
    "f",
    "get_bind",
    "get_context",
    "rename_table",
}
SAID_IN_MIGRATIONS = ("UPDATE ", "DELETE ", "INSERT ")


def _tables() -> list[str]:
    return [str(CreateTable(table).compile(dialect=mysql.dialect())) for table in Base.metadata.sorted_tables]


@pytest.mark.shows("scale.3")
def test_no_table_has_a_counter_of_the_database_and_each_has_a_key() -> None:
    tables = Base.metadata.sorted_tables

    assert [table.name for table in tables if not table.primary_key.columns] == []
    assert [table.name for table in tables if table.autoincrement_column is not None] == []
    assert [statement for statement in _tables() if "AUTO_INCREMENT" in statement] == []


@pytest.mark.shows("scale.3")
def test_a_key_of_one_number_is_wide_enough_to_be_made_anywhere() -> None:
    narrow = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.primary_key.columns
        if column.type.python_type is int and not isinstance(column.type, BigInteger)
    }

    assert narrow == set(NUMBERED)


@pytest.mark.shows("scale.3")
def test_foreign_keys_check_and_do_nothing() -> None:
    """So that they can be left out: no row is deleted or changed by one."""
    acting = [
        str(key)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_key_constraints
        if key.ondelete or key.onupdate or key.match
    ]
    relying = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.passive_deletes or relation.cascade.delete
    ]

    assert (acting, relying) == ([], [])


@pytest.mark.shows("scale.3")
def test_indexes_are_plain_and_no_value_is_made_by_the_database() -> None:
    tables = Base.metadata.sorted_tables

    assert [index.name for table in tables for index in table.indexes if index.dialect_kwargs] == []
    made = [column for table in tables for column in table.columns if column.server_default or column.computed]
    assert made == []


@pytest.mark.shows("scale.3")
def test_migrations_make_tables_and_indexes_and_nothing_that_runs_by_itself() -> None:
    migrations = sources("migrations")
    said = [statement for source in migrations for statement in _said(source)]

    assert {call for source in migrations for call in _steps(source)} <= STEPS_OF_MIGRATIONS
    assert said
    assert [statement for statement in said if not statement.startswith(SAID_IN_MIGRATIONS)] == []


def _steps(source: Source) -> set[str]:
    calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    return {
        node.func.attr
        for node in calls
        if isinstance(node.func, ast.Attribute) and last_name(node.func.value) == "op" and node.func.attr
    }


def _said(source: Source) -> list[str]:
    return [said for node in source.calls("execute") if node.args and (said := words(node.args[0])) is not None]


@pytest.mark.shows("scale.3")
def test_whoever_takes_ids_for_times_is_listed() -> None:
    uses = {source.name for source in sources() for _ in source.calls("first_id_at")} | {"backend/db.py"}

    assert uses == set(READS_TIME_OFF_AN_ID)


@pytest.mark.shows("scale.3")
def test_whoever_passes_over_locked_rows_is_listed() -> None:
    uses = {
        source.name
        for source in sources()
        for node in source.calls("with_for_update")
        if any(keyword.arg == "skip_locked" for keyword in node.keywords)
    }

    assert uses == set(SKIPS_LOCKED)
