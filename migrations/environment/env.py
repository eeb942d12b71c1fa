"""Runs migrations inside the application's context, on its own engine."""

from alembic import context
from flask import current_app

import backend.models  # noqa: F401 - makes the tables known
from backend.db import Base, Moment, Sealed, Symbols, Words, db


def render_item(kind, item, autogen_context):
    if kind == "type" and isinstance(item, (Moment, Sealed, Symbols, Words)):
        name = type(item).__name__
        autogen_context.imports.add(f"from backend.db import {name}")
        return f"{name}({getattr(item, 'length', '')})"
    return False


def run() -> None:
    assert current_app
    with db.engine.connect() as connection:
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


run()
