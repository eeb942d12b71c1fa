"""Loads invented cases: LOAD DATA on MariaDB, executemany on SQLite, a few minutes for a million."""

import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from backend import clock
from backend.db import Base
from bench.copies import Copy, Desks
from bench.patterns import Row

TABLES = tuple(table.name for table in Base.metadata.sorted_tables)
"""Parents before children."""
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n"})
_MUST_ESCAPE = re.compile(r"[\\\t\n]")
AT_ONCE = 4000
"""Cases in one batch and transaction."""
SAID_EVERY = 50_000

RowsOf = Callable[[str, Copy, Desks], list[Row]]


def all_rows(table: str, copy: Copy, desks: Desks) -> list[Row]:
    """Return a copy's rows of a table as they are."""
    return copy.pattern.rows(table, copy, desks)


def engine_for(url: str) -> Engine:
    """Return an engine for loading only: no foreign keys, for parents and children come in the same transaction."""
    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=NullPool)
        event.listen(engine, "connect", _hurry_sqlite)
        return engine
    engine = create_engine(url, poolclass=NullPool, connect_args={"charset": "utf8mb4", "local_infile": True})
    event.listen(engine, "connect", _hurry_mariadb)
    return engine


def _hurry_sqlite(connection: Any, record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-400000"):
        connection.execute(f"PRAGMA {pragma}")


def _hurry_mariadb(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION foreign_key_checks=0, unique_checks=0, sql_log_bin=0")


def load(
    url: str,
    cases: Iterable[Copy],
    desks: Desks,
    *,
    tables: Sequence[str] = TABLES,
    total: int = 0,
    rows_of: RowsOf = all_rows,
) -> None:
    """Write the rows of these copies; with `total`, say now and then how far it is.

    `rows_of` may change each copy's rows of a table, or leave them out.
    """
    engine, began, done = engine_for(url), clock.monotonic(), 0
    with engine.connect() as connection:
        for batch in _batches(cases):
            for table in tables:
                write(connection, table, [row for case in batch for row in rows_of(table, case, desks)])
            connection.commit()
            done += len(batch)
            if total and done // SAID_EVERY != (done - len(batch)) // SAID_EVERY:
                seconds = clock.monotonic() - began
                print(f"  {done:,} of {total:,} cases, {seconds:.0f} s", file=sys.stderr, flush=True)
        _analyze(connection, tables)


def _batches(cases: Iterable[Copy]) -> Iterator[list[Copy]]:
    batch: list[Copy] = []
    for case in cases:
        batch.append(case)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def write(connection: Connection, table: str, rows: Sequence[Row]) -> None:
    """Write rows of one table, all with the same columns, in one statement."""
    if not rows:
        return
    columns = ",".join(f"`{name}`" for name in rows[0])
    if connection.dialect.name == "sqlite":
        values = [tuple(row.values()) for row in rows]
        marks = ",".join("?" * len(rows[0]))
        connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(_told(value) for value in row.values()) + "\n" for row in rows)
        file.flush()
        connection.exec_driver_sql(
            f"LOAD DATA LOCAL INFILE '{file.name}' INTO TABLE {table} CHARACTER SET utf8mb4 ({columns})"
        )


def _told(value: object) -> str:
    """Write a value as LOAD DATA reads it."""
    if value is None:
        return r"\N"
    text = value if isinstance(value, str) else str(value)
    return text.translate(_ESCAPES) if _MUST_ESCAPE.search(text) else text


def _analyze(connection: Connection, tables: Sequence[str]) -> None:
    """Let the database look at what it holds now, as it does by itself after a while."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("ANALYZE")
    else:
        connection.exec_driver_sql(f"ANALYZE TABLE {','.join(tables)}")
    connection.commit()
