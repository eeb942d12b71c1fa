"""A MariaDB server of the tests' own: private folder, Unix socket, gone with the test run."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql

PLAIN = "--innodb-use-native-aio=0"
"""The kernel has so many asynchronous requests for all programs: several test runs beside each other use them up."""

INSTALL_AGAIN_AFTER = (0, 2, 5)
"""Seconds. The last try leaves `PLAIN` out."""

_running: "dict[Path, subprocess.Popen[bytes]]" = {}


@contextmanager
def running(folder: Path | None = None, *, durable: bool = False, options: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the address of an empty database; `durable` flushes each commit as production does.

    `options` are the server's own words beside ours.
    """
    home = Path(folder or tempfile.mkdtemp(prefix="sw-mdb-"))
    data, socket = home / "data", home / "s.sock"
    if not data.exists():
        install(data)
    _running[home] = start(home, durable=durable, options=options)
    try:
        _create(socket)
        yield f"mysql+pymysql://root@localhost/shouwang?unix_socket={socket}"
    finally:
        stop(_running.pop(home))
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


def stop(server: "subprocess.Popen[bytes]") -> None:
    """End a server; one that takes its time on a loaded machine is killed, which it can mend by itself."""
    server.terminate()
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def crash(home: Path) -> None:
    """Kill the running server of `home` without a word (kill -9)."""
    _running[home].kill()
    _running[home].wait()


def start_again(home: Path) -> None:
    """Start a crashed server on what it left; it recovers by itself."""
    _running[home] = start(home)


def install(data: Path) -> None:
    """Make the system tables of an empty server: one test process at a time, and again when it did not work."""
    log = data.with_name("install.log")
    with (Path(tempfile.gettempdir()) / f"sw-mdb-{os.getuid()}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for wait in INSTALL_AGAIN_AFTER:
            time.sleep(wait)
            shutil.rmtree(data, ignore_errors=True)
            with log.open("ab") as output:
                made = subprocess.run(
                    [
                        "mariadb-install-db",
                        "--no-defaults",
                        f"--datadir={data}",
                        f"--user={_user()}",
                        "--skip-test-db",
                        "--auth-root-authentication-method=normal",
                        *([PLAIN] if wait != INSTALL_AGAIN_AFTER[-1] else []),
                    ],
                    stdout=output,
                    stderr=output,
                    timeout=240,
                )
            if made.returncode == 0:
                return
    shutil.rmtree(data, ignore_errors=True)
    free = shutil.disk_usage(log.parent).free // 2**20
    raise RuntimeError(f"no MariaDB for the tests; {free} MiB are free here; it said: {log.read_text()[-2000:]}")


def _user() -> str:
    return "root" if os.getuid() == 0 else os.environ.get("USER", "nobody")


def start(home: Path, *, durable: bool = False, options: tuple[str, ...] = ()) -> "subprocess.Popen[bytes]":
    """Start the server of `home` and wait until it answers."""
    for plain in ((),) if durable else ((PLAIN,), ()):
        if (server := _started(home, (*plain, *options), flush=1 if durable else 2)) is not None:
            return server
    raise RuntimeError((home / "log").read_text()[-2000:])


def version() -> str:
    """Return the version of the server that would be started."""
    said = subprocess.run([_binary(), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split("Ver", 1)[-1].split("-MariaDB")[0].strip()


def _binary() -> str:
    return shutil.which("mariadbd") or "/usr/sbin/mariadbd"


def _started(home: Path, options: tuple[str, ...], *, flush: int) -> "subprocess.Popen[bytes] | None":
    with (home / "log").open("ab") as log:
        before = log.tell()
        server = subprocess.Popen(
            [
                _binary(),
                "--no-defaults",
                f"--datadir={home / 'data'}",
                f"--socket={home / 's.sock'}",
                f"--pid-file={home / 'pid'}",
                f"--user={_user()}",
                "--skip-networking",
                "--innodb-buffer-pool-size=256M",
                f"--innodb-flush-log-at-trx-commit={flush}",
                "--max-connections=300",
                *options,  # the last word of a kind counts
            ],
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    for _ in range(2400):  # two minutes: a loaded machine takes its time
        if b"ready for connections" in (home / "log").read_bytes()[before:]:
            return server
        if server.poll() is not None:
            return None
        time.sleep(0.05)
    stop(server)
    return None


def _create(socket: Path) -> None:
    with pymysql.connect(unix_socket=str(socket), user="root") as connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES LIKE 'shouwang'")
        if not cursor.fetchall():
            cursor.execute("CREATE DATABASE shouwang CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
