"""Gunicorn as it is deployed, on a database of the tests, with processes that can be counted, told and killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil

from backend import clock
from backend.settings import Settings
from deploy.run.folder import CHECKOUT
from deploy.run.words import say
from tests.people import Phone

HOST = "127.0.0.1"
PATIENCE, STARTS_WITHIN = 120.0, 180.0


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers, and the body as JSON where it is."""

    status: int
    headers: Mapping[str, str]
    json: Any


@dataclass(frozen=True)
class Server:
    """A gunicorn that answers on a port."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    @contextmanager
    def connected(self, *, within: float = PATIENCE) -> Iterator[HTTPConnection]:
        """Hold a connection for one request or for many."""
        with closing(HTTPConnection(HOST, self.port, timeout=within)) as connection:
            yield connection

    def ask(self, method: str, path: str, body: Any = None, *, within: float = PATIENCE, **headers: str) -> Answer:
        """Ask once over a connection of its own; raises what the network raises."""
        with self.connected(within=within) as connection:
            return ask_over(connection, method, path, body, **headers)

    def post(self, by: Phone, path: str, *, key: str = "", **body: Any) -> Answer:
        """Send something as this phone does, under a fresh key where none is given."""
        headers = {name.replace("-", "_"): value for name, value in by._headers(key or str(uuid.uuid4())).items()}
        return self.ask("POST", by.address + path, body, **headers)

    def open(self) -> socket.socket:
        return socket.create_connection((HOST, self.port), timeout=PATIENCE)

    def alive_within(self) -> float:
        """Return how many seconds /healthz takes over a new connection."""
        began = clock.monotonic()
        assert self.ask("GET", "/healthz").status == 200
        return clock.monotonic() - began


def ask_over(connection: HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """Ask over a connection that is held, and read the whole answer, so that it can be asked again."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = json.dumps(body).encode() if body is not None else None
    if content is not None:
        named["Content-Type"] = "application/json"
    connection.request(method, path, content, named)
    return read(connection)


def read(connection: HTTPConnection) -> Answer:
    """Read the answer of a connection that was asked."""
    answer = connection.getresponse()
    content = answer.read()
    is_json = answer.getheader("Content-Type", "").startswith("application/json")
    return Answer(answer.status, dict(answer.getheaders()), json.loads(content) if is_json else None)


@contextmanager
def serving(settings: Settings, *, within_shell: Sequence[str] = (), **more: str) -> Iterator[Server]:
    """Serve the whole program on these settings; `within_shell` is what runs it, e.g. in a namespace of its own."""
    with closing(socket.socket()) as probe, tempfile.TemporaryDirectory(prefix="sw-metrics-") as metrics:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
        probe.close()
        log = Path(metrics) / "gunicorn.log"
        words = ["-m", "gunicorn", "-c", "python:deploy.run.gunicorn_settings", "--bind", f"{HOST}:{port}"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*within_shell, sys.executable, *words, "wsgi:create_app()"],
                cwd=CHECKOUT,
                env={**os.environ, **environment_of(settings), "PROMETHEUS_MULTIPROC_DIR": metrics, **more},
                stdout=output,
                stderr=output,
            )
        server = Server(port, process, log)
        try:
            until(lambda: process.poll() is not None or server.alive_within() > 0, within=STARTS_WITHIN)
            assert process.poll() is None, log.read_text()[-3000:]
            yield server
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGQUIT)  # at once: nobody waits for those who hang on its connections
            process.wait(PATIENCE)
            bugs = [line for line in log.read_text(errors="replace").splitlines() if '"level": "info"' not in line]
            say("\n".join(bugs)[-6000:])  # shown beside a test that failed


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment of a process with these settings."""
    return {
        "DATABASE_URL": settings.database,
        "DATA_DIR": str(settings.data_dir),
        "KEYS_FILE": settings.keys_file,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "WECHAT_APP_ID": settings.wechat_app_id,
        "SECURE_COOKIES": "0",
        "DEMO": "1" if settings.demo else "0",
    }


def until(true: Callable[[], bool], *, within: float = PATIENCE) -> None:
    """Wait until something is so; the network's errors mean that it is not yet."""
    deadline = clock.monotonic() + within
    while True:
        with suppress(OSError, HTTPException):
            if true():
                return
        assert clock.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
