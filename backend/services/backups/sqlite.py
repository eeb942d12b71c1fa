"""SQLite in a backup: a copy through its own backup interface, while people go on writing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from backend.errors import NotPossibleNow
from backend.services.storage import settings


def place() -> Path:
    """Return the database's file."""
    return Path(settings().database.removeprefix("sqlite:///").partition("?")[0])


def copy(to: Path) -> dict[str, int]:
    """Copy the database as it is now and return the rows of each table; `NotPossibleNow` if it is damaged.

    In one step: with its write-ahead log writers do not wait for that, and in several steps each write begins it anew.
    """
    try:
        with closing(sqlite3.connect(place())) as live, closing(sqlite3.connect(to)) as kept:
            live.backup(kept)
            kept.execute("PRAGMA journal_mode=DELETE")
            return counts(kept)
    except sqlite3.Error as error:
        raise NotPossibleNow(f"数据库文件读不出来（{error}），请先看磁盘。") from error


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the rows of each table."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    ours = [name for name in names if not name.startswith("sqlite_")]
    return {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in ours}  # noqa: S608


def put_back(copied: Path) -> None:
    """Make the copy the database: page by page through the same interface, so that no other process sees half of it."""
    with closing(sqlite3.connect(copied)) as kept, closing(sqlite3.connect(place())) as live:
        kept.backup(live)
