"""MariaDB in a backup: its own client programs dump, load, fetch the binary log and play it again."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, make_url

from backend import clock
from backend.errors import Invalid, NotPossibleNow
from backend.schema import VERSION
from backend.services.backups.folders import AT_ONCE
from backend.services.backups.manifests import Position
from backend.services.storage import settings

LOG_MADE = slice(4, 8)
"""The bytes of a binary log that say when its server began it: another server's log of the same name differs."""
ENCODING = "--default-character-set=utf8mb4"
_ALIASES = {"mariadb": "mysql", "mariadb-dump": "mysqldump", "mariadb-binlog": "mysqlbinlog"}
_POSITION = re.compile(rb"CHANGE MASTER TO MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+)")
_TABLE = re.compile(rb"\nINSERT INTO `([^`]+)` VALUES")
_END = b"-- Dump completed"
_TLS = {"ssl_ca": "ssl-ca", "ssl_cert": "ssl-cert", "ssl_key": "ssl-key"}


class Out(Protocol):
    """Whatever takes the bytes of a dump."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""


def address() -> URL:
    """Return where backups connect: BACKUP_DATABASE_URL, whose account may read the log, or the program's own."""
    known = settings()
    return make_url(known.backup_database_url or known.database)


@dataclass
class Dumped:
    """What went by while a dump was written: the rows of each table, the position in the binary log, and since when."""

    rows: dict[str, int] = field(default_factory=dict)
    position: Position | None = None
    began: datetime | None = None


class _Reader:
    """Counts rows in a dump as it passes: each begins on a line of its own, and no text holds a bare line break."""

    def __init__(self) -> None:
        self.found = Dumped()
        self._table = ""
        self._rest = b"\n"
        self.is_complete = False

    def take(self, piece: bytes) -> None:
        """Look at the next piece, up to its last line break."""
        self.found.began = self.found.began or clock.real_now()  # its state is older, its position as old as that
        text = self._rest + piece
        end = text.rfind(b"\n")
        self._count(text[:end])
        self._rest = text[end:]

    def close(self) -> Dumped:
        """Return what was found; `NotPossibleNow` where the dump did not come to its end."""
        self._count(self._rest)
        if not self.is_complete:
            raise NotPossibleNow("数据库没有导完就断了，这次备份不算，请再做一次。")
        return self.found

    def _count(self, text: bytes) -> None:
        if self.found.position is None and (position := _POSITION.search(text)):
            self.found.position = Position(position[1].decode(), int(position[2]))
        begin = 0
        for table in _TABLE.finditer(text):
            self._add(text.count(b"\n(", begin, table.start()))
            self._table, begin = table[1].decode(), table.end()
        self._add(text.count(b"\n(", begin))
        self.is_complete = self.is_complete or _END in text

    def _add(self, rows: int) -> None:
        if rows:
            self.found.rows[self._table] = self.found.rows.get(self._table, 0) + rows


def dump(out: Out, *, with_log: bool) -> Dumped:
    """Write one consistent state of the database to `out`; people go on working meanwhile.

    The schema's version comes last, on its own: a database that was loaded half is not one that a program starts on.
    Errors: `NotPossibleNow` with what the client said.
    """
    name = str(address().database)
    log = ["--master-data=2"] if with_log else []
    everything = _dump(out, [*log, f"--ignore-table={name}.{VERSION}", name])
    version = _dump(out, [name, VERSION])
    return replace(everything, rows=everything.rows | version.rows)


def _dump(out: Out, words: Sequence[str]) -> Dumped:
    always = [
        *("--single-transaction", "--quick", "--skip-lock-tables", "--hex-blob", "--no-tablespaces", "--no-autocommit"),
        *("--max-allowed-packet=1G", ENCODING),
    ]
    reader = _Reader()
    with _client("mariadb-dump", [*always, *words], stdout=subprocess.PIPE) as client:
        for piece in _pieces(client):
            reader.take(piece)
            out.write(piece)
    return reader.close()


def _pieces(client: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    while client.stdout is not None and (piece := client.stdout.read(AT_ONCE)):
        yield piece


def load(pieces: Iterable[bytes]) -> None:
    """Give SQL to the database; `NotPossibleNow` with what the client said."""
    words = ["--max-allowed-packet=1G", "--binary-mode", ENCODING, str(address().database)]
    with _client("mariadb", words, stdin=subprocess.PIPE) as client:
        _feed(client, pieces)


def _feed(client: "subprocess.Popen[bytes]", pieces: Iterable[bytes]) -> None:
    pipe = client.stdin
    with suppress(BrokenPipeError):  # it has said why, and its status is looked at
        for piece in pieces if pipe else ():
            pipe.write(piece)  # type: ignore[union-attr]


def drop(tables: Sequence[str]) -> None:
    """Remove these tables, whatever points at them."""
    names = ",".join(f"`{name}`" for name in tables)
    load([f"SET foreign_key_checks=0; DROP TABLE IF EXISTS {names};\n".encode()])


def fetch_logs(folder: Path, first: str) -> None:
    """Bring the server's binary logs from `first` on into the folder; the last one held is fetched again, whole.

    Errors: `NotPossibleNow` where the server's logs do not go on from those: it was restored, or has thrown them away.
    """
    held = sorted(each.name for each in folder.iterdir())
    fresh = folder.parent / f".{folder.name}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        words = ["--read-from-remote-server", "--raw", "--to-last-log", f"--result-file={fresh}/"]
        with _client("mariadb-binlog", [*words, held[-1] if held else first]):
            pass
        if held and _made(folder / held[-1]) != _made(fresh / held[-1]):
            raise NotPossibleNow("数据库的日志和上一次的接不上（库恢复过或者换过），请先做一次完整备份。")
        for each in sorted(fresh.iterdir()):
            each.replace(folder / each.name)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _made(log: Path) -> bytes:
    if not log.exists():
        return b""
    with log.open("rb") as file:
        return file.read(LOG_MADE.stop)[LOG_MADE]


def replay(logs: Sequence[Path], begin: Position, *, end: int, until: datetime | None, was_called: str) -> None:
    """Do again what the logs hold from `begin` to a byte of the last one, or to a moment; whole transactions only."""
    name = str(address().database)
    words = [f"--start-position={begin.at}", f"--stop-position={end}", f"--database={was_called}"]
    if was_called != name:
        words.append(f"--rewrite-db={was_called}->{name}")
    if until is not None:
        words.append(f"--stop-datetime={until.astimezone(UTC):%Y-%m-%d %H:%M:%S}")
    with _client("mariadb-binlog", [*words, *map(str, logs)], stdout=subprocess.PIPE, connects=False) as reader:
        load(_pieces(reader))


@contextmanager
def _client(
    program: str, words: Sequence[str], *, stdin: int | None = None, stdout: int | None = None, connects: bool = True
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a client program; its password goes through a file that only we can read, never on the command line."""
    binary = shutil.which(program) or shutil.which(_ALIASES[program])
    if binary is None:
        raise Invalid(f"这台机器上没有 {program}，请安装发行版的 mariadb-client。")
    with tempfile.TemporaryDirectory(prefix="sw-backup-") as folder, tempfile.TemporaryFile() as said:
        options = Path(folder) / "client.cnf"
        options.touch(0o600)
        options.write_text(_options(address()) if connects else "", encoding="utf-8")
        client = subprocess.Popen(  # noqa: S603 - our own words; the name of the program is looked up
            [binary, f"--defaults-file={options}", *words],
            stdin=stdin or subprocess.DEVNULL,
            stdout=stdout or subprocess.DEVNULL,
            stderr=said,
            env=_environment(),
        )
        try:
            yield client
        except BaseException:
            client.kill()
            raise
        finally:
            _end(client)
        if client.returncode:
            said.seek(0)
            last = (said.read().decode(errors="replace").strip().splitlines() or ["没有说原因"])[-1]
            raise NotPossibleNow(f"{program}：{last}")


def _end(client: "subprocess.Popen[bytes]") -> None:
    for pipe in (client.stdin, client.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    client.wait()


def _environment() -> Mapping[str, str]:
    """Moments are said in UTC: the log's reader takes them in the machine's zone."""
    return {**os.environ, "TZ": "UTC"}


def _options(url: URL) -> str:
    given = {"host": url.host, "port": url.port, "user": url.username, "socket": url.query.get("unix_socket")}
    given |= {name: url.query.get(key) for key, name in _TLS.items()}
    lines = [f"{name}={value}" for name, value in given.items() if value]
    if url.password:
        secret = str(url.password).replace("\\", "\\\\")
        lines.append(f'password="{secret}"')
    return "\n".join(["[client]", *lines, ""])
