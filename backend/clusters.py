"""Several database servers that are one cluster (Galera): which of them this program speaks to, and when it moves."""

import re
import socket
from contextlib import suppress
from typing import Any

import pymysql
import structlog
from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from backend import clock

log = structlog.get_logger()

Address = tuple[str, int]
ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+)(:(?P<port>[0-9]{1,5}))?")
HIGHEST_PORT = 65535

NOT_TAKING_PART = 1047
"""What a server answers that has lost sight of the others: it refuses everything until it finds them."""
CANNOT_CONNECT = 2003
SPEAKS_WITHIN = 2.0
LEFT_ALONE = 3.0
"""Seconds in which a server that did not answer is not asked again: a dead machine must not cost every request."""
WIRE = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 8000),
)
"""A machine without power says no farewell: within eight seconds the kernel finds out."""
STATUS = "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_local_state', 'uptime')"
SYNCED = "4"


def addresses(words: str, port: int) -> tuple[Address, ...]:
    """Read "host:port,host:port"; a port that is not named is `port`. Raises ValueError, in Chinese, for all else."""
    found = []
    for word in filter(None, (each.strip() for each in words.split(","))):
        matched = ADDRESS.fullmatch(word)
        if matched is None or int(matched["port"] or port) > HIGHEST_PORT:
            raise ValueError(f"“{word}”不是“主机:端口”；几台之间用英文逗号隔开。")
        found.append((matched["host"].strip("[]"), int(matched["port"] or port)))
    return tuple(found)


class Cluster:
    """Connects to the one member that everybody writes to: of those that take part, the one that runs longest.

    Every process comes to the same answer without asking the others, and a member that comes back does not take the
    writing back: rows that one writer locks are not locked at another, so there must be one.
    """

    def __init__(self, hosts: tuple[Address, ...]) -> None:
        self._hosts = hosts
        self._left_alone: dict[Address, float] = {}
        self.writer: Address | None = None

    def watch(self, engine: Engine) -> None:
        """Have the engine connect here and leave what is no longer the writer; ValueError for another driver."""
        if engine.driver != "pymysql":
            raise ValueError("DATABASE_HOSTS 要和 mysql+pymysql:// 开头的 DATABASE_URL 一起用。")
        event.listen(engine, "do_connect", self.connect)
        event.listen(engine, "checkout", self._leave_others)
        event.listen(engine, "handle_error", _is_lost)

    def connect(self, dialect: Dialect, record: ConnectionPoolEntry, words: Any, values: dict[str, Any]) -> Any:
        """Return a connection to the writer; an `OperationalError` when no member takes part."""
        found: list[tuple[int, Address, Any]] = []
        for host in self._hosts:
            connection = self._asked(host, dialect, values)
            if connection is not None and (uptime := _takes_part_since(connection)):
                found.append((uptime, host, connection))
        if not found:
            raise pymysql.OperationalError(CANNOT_CONNECT, "no member of the database cluster takes part")
        (_, host, chosen), *others = sorted(found, key=lambda each: -each[0])
        for _, _, other in others:
            other.close()
        if host != self.writer:
            log.info("database_writer", host=host[0], port=host[1])
        self.writer = record.info["host"] = host
        record.info["is_new"] = True
        return chosen

    def _asked(self, host: Address, dialect: Dialect, values: dict[str, Any]) -> Any:
        if clock.monotonic() < self._left_alone.get(host, 0.0):
            return None
        try:
            wire = _wire(host)
            there = {"host": host[0], "port": host[1], "defer_connect": True}
            connection: Any = dialect.connect(**values | there)
            connection.connect(wire)
        except (OSError, pymysql.Error) as error:
            self._left_alone[host] = clock.monotonic() + LEFT_ALONE
            number = error.args[0] if error.args and isinstance(error.args[0], int) else None
            log.warning("database_member_away", host=host[0], port=host[1], error=type(error).__name__, number=number)
            return None
        return connection

    def _leave_others(self, connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
        is_new = record.info.pop("is_new", False)
        if not is_new and record.info.get("host") != self.writer:
            raise DisconnectionError


def _wire(host: Address) -> socket.socket:
    """Call a server and wait for its greeting: of one that is frozen the kernel still takes calls."""
    wire = socket.create_connection(host, SPEAKS_WITHIN)
    try:
        if not wire.recv(1, socket.MSG_PEEK):
            raise ConnectionError
        for level, option, value in WIRE:
            wire.setsockopt(level, option, value)
    except OSError:
        wire.close()
        raise
    return wire


def _takes_part_since(connection: Any) -> int:
    """Return the seconds that a member has been up; 0 for one that does not take part, which is hung up on."""
    with suppress(pymysql.Error):
        with connection.cursor() as cursor:
            cursor.execute(STATUS)
            said = {name.lower(): value for name, value in cursor.fetchall()}
        if said.get("wsrep_ready") == "ON" and said.get("wsrep_local_state") == SYNCED:
            return max(int(said["uptime"]), 1)
        connection.close()
    return 0


def _is_lost(context: ExceptionContext) -> None:
    """Treat a member that fell out as gone: its connections would answer pings and refuse all else."""
    if context.original_exception.args[:1] == (NOT_TAKING_PART,):
        context.is_disconnect = True
