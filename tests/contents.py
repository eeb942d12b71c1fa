"""What is in each table, as a number of rows and a sum over them that no order changes."""

import zlib
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, inspect

from backend.db import MARIADB

Columns = Mapping[str, Collection[str]]
Contents = dict[str, tuple[int, int]]


def columns_of(connection: Connection) -> dict[str, list[str]]:
    """Return each table with its columns."""
    found = inspect(connection).get_multi_columns()
    return {table: sorted(column["name"] for column in columns) for (_, table), columns in found.items()}


def contents(connection: Connection, columns: Columns) -> Contents:
    """Return of each table how many rows it has, and the sum of the checksums of what these columns of them hold."""
    is_mariadb = connection.dialect.name in MARIADB
    if not is_mariadb:
        connection.connection.create_function("checksum", -1, _checksum, deterministic=True)  # type: ignore[attr-defined]
    found: Contents = {}
    for table, names in sorted(columns.items()):
        summed = f"CRC32(CONCAT_WS(',',{_in_hex(names)}))" if is_mariadb else f"checksum({_quoted(names)})"
        asked = f"SELECT COUNT(*), COALESCE(SUM({summed}), 0) FROM `{table}`"  # noqa: S608 - names of the schema
        [row] = connection.exec_driver_sql(asked)
        found[table] = (int(row[0]), int(row[1]))
    return found


def _quoted(names: Collection[str]) -> str:
    return ",".join(f"`{name}`" for name in sorted(names))


def _in_hex(names: Collection[str]) -> str:
    """Bytes, for MariaDB does not compare what is written in two collations; nothing is told from an empty text."""
    return ",".join(f"COALESCE(HEX(CAST(`{name}` AS BINARY)),'-')" for name in sorted(names))


def _checksum(*values: object) -> int:
    return zlib.crc32(repr(values).encode())
