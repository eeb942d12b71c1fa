"""The servers that are measured: gunicorn as in production, with a MariaDB and a Valkey of the bench's own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pymysql

from backend import clock
from backend.settings import Settings
from bench.client import HOST, PATIENCE
from bench.settings import CHECKOUT, DATA
from deploy.run.valkey import find_server
from tests import mariadb

ROOMY = ("innodb_buffer_pool_size=1073741824", "innodb_log_file_size=1073741824", "innodb_io_capacity=4000")
"""As a server with a county's data has them: the defaults are for the smallest machine."""


@dataclass(frozen=True)
class Databases:
    """A MariaDB server of the bench's own, with each commit flushed as in production."""

    socket: Path

    def url(self, name: str) -> str:
        """Return the address of one of its databases."""
        return f"mysql+pymysql://root@localhost/bench_{name}?unix_socket={self.socket}"


@contextmanager
def databases() -> Iterator[Databases]:
    """Start the bench's MariaDB on its kept folder."""
    home = DATA / "mariadb"
    home.mkdir(parents=True, exist_ok=True)
    with mariadb.running(home, durable=True):
        found = Databases(home / "s.sock")
        with closing(pymysql.connect(unix_socket=str(found.socket), user="root")) as connection:
            for setting in ROOMY:
                connection.query(f"SET GLOBAL {setting}")
        yield found


@contextmanager
def valkey() -> Iterator[str]:
    """Start a Valkey on a socket of its own and yield its address."""
    with tempfile.TemporaryDirectory(prefix="sw-bench-") as folder:
        door = Path(folder) / "valkey.sock"
        words = ("--port", "0", "--unixsocket", str(door), "--dir", folder, "--save", "", "--appendonly", "yes")
        server = subprocess.Popen([find_server(), *words], stdout=subprocess.DEVNULL)
        try:
            _wait(door.exists)
            yield f"unix://{door}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


@dataclass(frozen=True)
class Server:
    """A web server that answers on a port."""

    port: int
    pid: int

    def worker_megabytes(self) -> float:
        """Return the resident memory of its largest worker."""
        largest: int = max(child.memory_info().rss for child in psutil.Process(self.pid).children())
        return largest / 2**20


@contextmanager
def serving(name: str, program: str, settings: Settings) -> Iterator[Server]:
    """Serve a program with production's settings and two workers; its output goes to a file of the ignored folder."""
    port, log = free_port(), DATA / f"{name}.log"
    words = ["-m", "gunicorn", "-c", "python:deploy.run.gunicorn_settings", "--bind", f"{HOST}:{port}", program]
    with tempfile.TemporaryDirectory(prefix="sw-metrics-") as metrics, log.open("wb") as output:
        environment = {**os.environ, **environment_of(settings), "PROMETHEUS_MULTIPROC_DIR": metrics}
        server = subprocess.Popen([sys.executable, *words], cwd=CHECKOUT, env=environment, stdout=output, stderr=output)
        try:
            _wait(lambda: _answers(port) or server.poll() is not None)
            if server.poll() is not None:
                raise RuntimeError(log.read_text()[-2000:])
            yield Server(port, server.pid)
        finally:
            server.terminate()
            server.wait(PATIENCE)


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment of a process that runs with these settings."""
    return {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "DATA_DIR": str(settings.data_dir),
        "KEYS_FILE": settings.keys_file,
        "SECRET_KEY": settings.secret_key,
        "WECHAT_APP_ID": settings.wechat_app_id,
        "SECURE_COOKIES": "0",
        "DEMO": "0",
        "PYTHONPATH": str(CHECKOUT),
    }


def free_port() -> int:
    """Return a port that is free just now."""
    with socket.socket() as door:
        door.bind((HOST, 0))
        port: int = door.getsockname()[1]
    return port


def _answers(port: int) -> bool:
    """Say whether a worker answers; the door alone is open before one has started."""
    with suppress(OSError), closing(HTTPConnection(HOST, port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/healthz")
        connection.getresponse()
        return True
    return False


def _wait(true: Callable[[], bool]) -> None:
    until = clock.monotonic() + 4 * PATIENCE  # a loaded machine takes its time
    while not true():
        if clock.monotonic() > until:
            raise TimeoutError("a server of the bench did not start")
        time.sleep(0.05)
