"""Makes an installation what it was before the first test, quickly: most tests write a few of its tables."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect

KEPT = ("counties", "regions", "policy_versions")
"""Tables that hold the county: put back when a test changed them, and only then."""
NOT_OURS = {*KEPT, "schema_version"}
DATABASE = "shouwang.sqlite3"
"""The files of the embedded database begin so."""


@dataclass(frozen=True)
class _Table:
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class Beginning:
    """What a database held, which files there were, and the keys, before the first test."""

    def __init__(self, engine: Engine, folder: Path, keys: Path) -> None:
        self._folder, self._keys = folder, keys
        self._ring = keys.read_bytes()
        with engine.connect() as connection:
            names = [name for name in inspect(connection).get_table_names() if name not in NOT_OURS]
            self._sqlite = connection.dialect.name == "sqlite"
            self._held = _held(names, "" if self._sqlite else " FROM DUAL")
            self._county = {name: _read(connection, name) for name in KEPT}
            self._mark = self._marked(connection)

    def restore(self, engine: Engine) -> None:
        """Take back whatever was written since."""
        with engine.begin() as connection:
            held = [name for (name,) in connection.exec_driver_sql(self._held)]
            changed = self._marked(connection) != self._mark
            if held or changed:
                self._without_keys(connection, held, changed=changed)
        for path in self._folder.iterdir():
            if path != self._keys and not path.name.startswith(DATABASE):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        if self._keys.read_bytes() != self._ring:
            self._keys.write_bytes(self._ring)

    def _without_keys(self, connection: Connection, held: Sequence[str], *, changed: bool) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON" if self._sqlite else "SET FOREIGN_KEY_CHECKS=0")
        for name in [*held, *(KEPT if changed else ())]:
            connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608 - names come from the database
        for name, table in self._county.items() if changed else ():
            marks = ", ".join(("?" if self._sqlite else "%s",) * len(table.columns))
            columns = ", ".join(table.columns)
            connection.exec_driver_sql(f"INSERT INTO {name} ({columns}) VALUES ({marks})", list(table.rows))  # noqa: S608
        if not self._sqlite:
            connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS=1")

    def _marked(self, connection: Connection) -> object:
        """Return what differs when anything of the county differs."""
        if self._sqlite:
            return [frozenset(_read(connection, name).rows) for name in KEPT]
        return [tuple(row) for row in connection.exec_driver_sql(f"CHECKSUM TABLE {', '.join(KEPT)}")]


def _held(names: Sequence[str], nothing: str) -> str:
    """Return the question which of these tables hold anything, whoever wrote it: a program beside us may have."""
    return " UNION ALL ".join(f"SELECT '{name}'{nothing} WHERE EXISTS (SELECT 1 FROM {name})" for name in names)  # noqa: S608 - names come from the database


def _read(connection: Connection, name: str) -> _Table:
    found = connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608 - ours
    return _Table(tuple(found.keys()), [tuple(row) for row in found])
