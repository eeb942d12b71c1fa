"""What the emulator remembers over a restart: phones, permissions, templates and received messages, in SQLite."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

TemplateKind = Literal["one_time", "long_term", "service"]

_TABLES = """
CREATE TABLE IF NOT EXISTS phone (
    openid TEXT PRIMARY KEY, service_openid TEXT NOT NULL UNIQUE, unionid TEXT NOT NULL, nickname TEXT NOT NULL,
    phone_number TEXT, follows INTEGER NOT NULL, high_risk INTEGER NOT NULL, visited_at REAL);
CREATE TABLE IF NOT EXISTS template (
    template_id TEXT PRIMARY KEY, title TEXT NOT NULL, kind TEXT NOT NULL, keys TEXT NOT NULL,
    is_banned INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS permission (
    openid TEXT NOT NULL, template_id TEXT NOT NULL, left_over INTEGER NOT NULL, is_blocked INTEGER NOT NULL,
    PRIMARY KEY (openid, template_id));
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, openid TEXT NOT NULL, template_id TEXT NOT NULL, title TEXT NOT NULL, lines TEXT NOT NULL,
    page TEXT, msgid TEXT NOT NULL, client_msg_id TEXT, sent_on TEXT NOT NULL, sent_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS message_of_phone ON message (openid, template_id, sent_on);
CREATE TABLE IF NOT EXISTS message_key (
    openid TEXT NOT NULL, client_msg_id TEXT NOT NULL, msgid TEXT NOT NULL, kept_at REAL NOT NULL,
    PRIMARY KEY (openid, client_msg_id));
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Phone:
    """One person's phone: an openid in the mini-program and another in the service account."""

    openid: str
    service_openid: str
    unionid: str
    nickname: str
    phone_number: str | None
    follows: bool
    high_risk: bool
    visited_at: float | None


@dataclass(frozen=True, slots=True)
class Template:
    """A message template: its keys with the words people see beside them."""

    template_id: str
    title: str
    kind: TemplateKind
    keys: Mapping[str, str]
    is_banned: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A message as the phone shows it; `sent_at` is business time, ISO, in China."""

    openid: str
    template_id: str
    title: str
    lines: tuple[tuple[str, str], ...]
    page: str | None
    msgid: str
    client_msg_id: str | None
    sent_on: str
    sent_at: str


class Store:
    """The tables; every caller holds the world's lock, so one connection serves all threads."""

    def __init__(self, folder: Path | None) -> None:
        path = ":memory:" if folder is None else str(folder / "emulator.sqlite3")
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + _TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _one(self, statement: str, *values: object) -> Any:  # SQLite rows are untyped
        return self._db.execute(statement, values).fetchone()

    def add_phone(self, phone: Phone) -> None:
        """Remember a new phone."""
        self._db.execute(
            "INSERT INTO phone VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(phone.openid, phone.service_openid, phone.unionid, phone.nickname, phone.phone_number),
                *(phone.follows, phone.high_risk, phone.visited_at),
            ),
        )

    def phone(self, openid: str) -> Phone | None:
        """Return the phone with this openid of the mini-program."""
        return _phone(self._one("SELECT * FROM phone WHERE openid = ?", openid))

    def phone_in_service(self, service_openid: str) -> Phone | None:
        """Return the phone with this openid of the service account."""
        return _phone(self._one("SELECT * FROM phone WHERE service_openid = ?", service_openid))

    def followers(self, after: str, most: int) -> list[str]:
        """Return the openids in the service account of whoever follows it, after one of them, in a fixed order."""
        rows = self._db.execute(
            "SELECT service_openid FROM phone WHERE follows AND rowid >"
            " coalesce((SELECT rowid FROM phone WHERE service_openid = ?), 0) ORDER BY rowid LIMIT ?",
            (after, most),
        )
        return [row["service_openid"] for row in rows]

    def count_followers(self) -> int:
        """Count whoever follows the service account."""
        return int(self._one("SELECT count(*) AS n FROM phone WHERE follows")["n"])

    def phones(self, most: int) -> list[tuple[Phone, int]]:
        """Return the phones with the number of messages on each, those with the newest message first."""
        rows = self._db.execute(
            "SELECT phone.*, count(message.id) AS received FROM phone LEFT JOIN message USING (openid)"
            " GROUP BY phone.openid ORDER BY max(message.id) DESC, phone.rowid DESC LIMIT ?",
            (most,),
        )
        return [(phone, row["received"]) for row in rows if (phone := _phone(row))]

    def set_visited(self, openid: str, at: float) -> None:
        """Note when the account last opened the mini-program (real Unix seconds)."""
        self._db.execute("UPDATE phone SET visited_at = ? WHERE openid = ?", (at, openid))

    def set_follows(self, openid: str, follows: bool) -> None:
        """Note whether the person follows the service account."""
        self._db.execute("UPDATE phone SET follows = ? WHERE openid = ?", (follows, openid))

    def put_template(self, template: Template) -> None:
        """Add or replace a template."""
        self._db.execute(
            "INSERT OR REPLACE INTO template VALUES (?, ?, ?, ?, ?)",
            (
                *(template.template_id, template.title, template.kind),
                *(json.dumps(dict(template.keys), ensure_ascii=False), template.is_banned),
            ),
        )

    def template(self, template_id: str) -> Template | None:
        """Return a template of this app."""
        row = self._one("SELECT * FROM template WHERE template_id = ?", template_id)
        if row is None:
            return None
        keys: dict[str, str] = json.loads(row["keys"])
        return Template(row["template_id"], row["title"], row["kind"], keys, bool(row["is_banned"]))

    def left_over(self, openid: str, template_id: str) -> int:
        """Return how many sends the person still allows; 0 if they switched the template off."""
        row = self._one(
            "SELECT left_over FROM permission WHERE openid = ? AND template_id = ? AND NOT is_blocked",
            openid,
            template_id,
        )
        return row["left_over"] if row else 0

    def allow(self, openid: str, template_id: str, more: int, is_blocked: bool) -> None:
        """Add to (or take from) what a person allows, and switch the template on or off."""
        self._db.execute(
            "INSERT INTO permission VALUES (?1, ?2, max(?3, 0), ?4) ON CONFLICT DO UPDATE"
            " SET left_over = max(left_over + ?3, 0), is_blocked = ?4",
            (openid, template_id, more, is_blocked),
        )

    def add_message(self, message: Received) -> None:
        """Put a message on a phone."""
        self._db.execute(
            "INSERT INTO message (openid, template_id, title, lines, page, msgid, client_msg_id, sent_on, sent_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(message.openid, message.template_id, message.title, json.dumps(message.lines, ensure_ascii=False)),
                *(message.page, message.msgid, message.client_msg_id, message.sent_on, message.sent_at),
            ),
        )

    def messages(self, openid: str, most: int) -> list[Received]:
        """Return the newest messages of a phone, newest first."""
        rows = self._db.execute("SELECT * FROM message WHERE openid = ? ORDER BY id DESC LIMIT ?", (openid, most))
        return [
            Received(
                *(row["openid"], row["template_id"], row["title"]),
                tuple((label, value) for label, value in json.loads(row["lines"])),
                *(row["page"], row["msgid"], row["client_msg_id"], row["sent_on"], row["sent_at"]),
            )
            for row in rows
        ]

    def sent_on(self, openid: str, template_id: str, day: str) -> int:
        """Count the messages of one template to one person on one business day."""
        row = self._one(
            "SELECT count(*) AS n FROM message WHERE openid = ? AND template_id = ? AND sent_on = ?",
            *(openid, template_id, day),
        )
        return int(row["n"])

    def keep_key(self, openid: str, client_msg_id: str, msgid: str, at: float) -> None:
        """Remember under which msgid a client_msg_id was delivered, and at which second of real time."""
        self._db.execute("INSERT OR REPLACE INTO message_key VALUES (?, ?, ?, ?)", (openid, client_msg_id, msgid, at))

    def sent_as(self, openid: str, client_msg_id: str, *, since: float) -> str | None:
        """Return the msgid under which this client_msg_id was delivered since then; an older key is forgotten."""
        row = self._one(
            "SELECT msgid FROM message_key WHERE openid = ? AND client_msg_id = ? AND kept_at > ?",
            *(openid, client_msg_id, since),
        )
        return row["msgid"] if row else None

    def setting(self, name: str, default: str) -> str:
        """Return a remembered setting."""
        row = self._one("SELECT value FROM setting WHERE name = ?", name)
        return row["value"] if row else default

    def set_setting(self, name: str, value: str) -> None:
        """Remember a setting."""
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def _phone(row: Any) -> Phone | None:  # SQLite rows are untyped
    if row is None:
        return None
    return Phone(
        *(row["openid"], row["service_openid"], row["unionid"], row["nickname"], row["phone_number"]),
        *(bool(row["follows"]), bool(row["high_risk"]), row["visited_at"]),
    )
