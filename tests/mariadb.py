"""A MariaDB server of the tests' own: private folder, Unix socket, gone with the test run."""

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


@contextmanager
def running(folder: Path | None = None, *, durable: bool = False) -> Iterator[str]:
    """Yield the address of an empty database; `durable` flushes each commit as production does."""
    home = Path(folder or tempfile.mkdtemp(prefix="sw-mdb-"))
    data, socket = home / "data", home / "s.sock"
    user = "root" if os.getuid() == 0 else os.environ.get("USER", "nobody")
    if not data.exists():
        made = ("mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={user}", "--skip-test-db", PLAIN)
        subprocess.run(
            [*made, "--auth-root-authentication-method=normal"], check=True, stdout=subprocess.DEVNULL, timeout=120
        )
    server = start(home, durable=durable)
    try:
        _create(socket)
        yield f"mysql+pymysql://root@localhost/shouwang?unix_socket={socket}"
    finally:
        server.terminate()
        server.wait(30)
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


def start(home: Path, *, durable: bool = False) -> "subprocess.Popen[bytes]":
    """Start the server of `home` and wait until it answers."""
    user = "root" if os.getuid() == 0 else os.environ.get("USER", "nobody")
    binary = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    before = (home / "log").stat().st_size if (home / "log").exists() else 0
    log = (home / "log").open("ab")
    server = subprocess.Popen(
        [
            binary,
            "--no-defaults",
            f"--datadir={home / 'data'}",
            f"--socket={home / 's.sock'}",
            f"--pid-file={home / 'pid'}",
            f"--user={user}",
            "--skip-networking",
            *(() if durable else (PLAIN,)),
            "--innodb-buffer-pool-size=256M",
            f"--innodb-flush-log-at-trx-commit={1 if durable else 2}",
            "--max-connections=300",
        ],
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    log.close()
    for _ in range(2400):  # two minutes: a loaded machine takes its time
        if b"ready for connections" in (home / "log").read_bytes()[before:]:
            return server
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError((home / "log").read_text()[-2000:])


def _create(socket: Path) -> None:
    with pymysql.connect(unix_socket=str(socket), user="root") as connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES LIKE 'shouwang'")
        if not cursor.fetchall():
            cursor.execute("CREATE DATABASE shouwang CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
