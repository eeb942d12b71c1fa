"""Runs migrations inside the application's context, on a connection that waits for them."""

from alembic import context

import backend.models  # noqa: F401 - makes the tables known
from backend.app import patient_connection
from backend.db import Base, Moment, Sealed, Symbols, Words


def render_item(kind, item, autogen_context):
    if kind == "type" and isinstance(item, (Moment, Sealed, Symbols, Words)):
        name = type(item).__name__
        autogen_context.imports.add(f"from backend.db import {name}")
        return f"{name}({getattr(item, 'length', '')})"
    return False


def run() -> None:
    with patient_connection() as connection:
        # A table that SQLite makes anew is dropped once: meanwhile nobody may miss its rows.
        _watch_references(connection, watch=False)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=False,
            version_table="schema_version",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        _watch_references(connection, watch=True)


def _watch_references(connection, *, watch):
    # Past SQLAlchemy, which would begin a transaction first: inside one the setting has no effect.
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA foreign_keys={'ON' if watch else 'OFF'}")


run()
