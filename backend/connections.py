"""How a connection to SQLite or MariaDB is made and kept: its manners, whether it lives, which index a page names."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine, FromClause, Select, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from backend import clock

MARIADB_PORT = 3306
IN_TRANSACTION = 1  # SERVER_STATUS_IN_TRANS of the protocol
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])
TRUSTED_SECONDS = 1.0
"""A connection given back so short a time ago is taken to be alive."""


class _NamesIndexes(SQLiteCompiler):
    """SQLAlchemy hands table hints to every dialect but SQLite's."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """Write the hint behind the table's name, where SQLite looks for INDEXED BY."""
        return text


def read_by(index: str, table: type[Any], query: Query) -> Query:
    """Have a query read `table` by this index, whatever the planner thinks of its statistics.

    For pages whose cost must not depend on them: a scope's equality beside a desk's is a second index to be tempted by.
    """
    forced = f"FORCE INDEX ({index})"
    query = query.with_hint(table, f"INDEXED BY {index}", "sqlite")
    return query.with_hint(table, forced, "mysql").with_hint(table, forced, "mariadb")


def prepare(engine: Engine) -> None:
    """Teach the engine our manners: SQLite's pragmas and BEGIN IMMEDIATE, MariaDB's mode and lock wait."""
    if engine.dialect.name == "sqlite":
        engine.dialect.statement_compiler = _NamesIndexes
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_mariadb)
        event.listen(engine, "reset", _end_what_is_open)
        event.listen(engine, "checkin", _note_return)
        event.listen(engine, "checkout", _asks_whether_alive(engine))


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is what loses updates
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_mariadb(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SET SESSION innodb_lock_wait_timeout=5, "
            "sql_mode='STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION,PIPES_AS_CONCAT'"
        )


def _end_what_is_open(connection: Any, record: ConnectionPoolEntry, state: object) -> None:
    """Roll back what somebody left open; after a commit there is nothing, and asking would be a round trip."""
    if getattr(connection, "server_status", IN_TRANSACTION) & IN_TRANSACTION:
        connection.rollback()


def _note_return(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["returned_at"] = clock.monotonic()


def _asks_whether_alive(engine: Engine) -> Callable[[Any, ConnectionPoolEntry, object], None]:
    """Make the check of a connection that lay idle; one just used needs no question, which is a round trip."""

    def ask(connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
        if clock.monotonic() - record.info.get("returned_at", 0.0) < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    return ask


def _as_text(value: Any) -> str:
    """Write a document as people would: escaped, one Chinese sign takes six, and each of them is escaped once more."""
    return json.dumps(value, ensure_ascii=False)


def engine_options(url: str, *, statement_seconds: int | None = 30) -> dict[str, Any]:
    """Return how connections are made and kept for this address; without `statement_seconds` they wait for ever."""
    # The text of an error never holds what was written: names and numbers would end up in logs.
    always = {"hide_parameters": True, "json_serializer": _as_text}
    if url.startswith("sqlite"):
        return {**always, "connect_args": {"timeout": 10}}
    return {
        **always,
        "isolation_level": "READ COMMITTED",
        "pool_recycle": 280,
        "pool_reset_on_return": None,  # `_end_what_is_open` does it, when there is something to end
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": 10,
        "connect_args": {"connect_timeout": 2, "read_timeout": statement_seconds, "charset": "utf8mb4"},
    }
