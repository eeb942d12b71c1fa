"""A stack of one's own for the story, the tests and the bench: started, ready, and always stopped again."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend import clock
from deploy.run.folder import CHECKOUT
from deploy.run.plan import LOOPBACK

WITHIN = 180.0
"""Seconds that a stack gets to become ready, and to stop."""


@dataclass(frozen=True)
class Stack:
    """A running stack: addresses without a slash at the end (`wechat` is empty without an emulator)."""

    web: str
    wechat: str
    data: Path
    pid: int


@contextlib.contextmanager
def running(
    *,
    data: Path,
    port: int | None = None,
    demo: bool = True,
    crowd: bool = False,
    tick: int = 1,
    environment: Mapping[str, str] | None = None,
    within: float = WITHIN,
) -> Iterator[Stack]:
    """Start a stack in `data`, wait until it is ready, yield it, and stop it whatever happens.

    `environment` is added to the caller's (DATABASE_URL for MariaDB, REDIS_URL for another Redis). Should the caller
    be killed, the kernel tells the stack to stop; so do not call this from a thread that ends before the block does.
    Raises RuntimeError with the launcher's words when the stack does not start.
    """
    port = port or free_ports()
    words = ["--data", str(data), "--port", str(port), "--tick", str(tick), "--demo" if demo else "--empty"]
    with tempfile.TemporaryDirectory() as folder:
        ready, output = Path(folder, "ready"), Path(folder, "output")
        words += ["--ready-file", str(ready), "--end-with-parent", *(() if crowd else ("--no-crowd",))]
        with output.open("wb") as file:
            launcher = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "deploy.run", *words],
                cwd=CHECKOUT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        try:
            addresses = json.loads(_wait_for(ready, launcher, output, within))
            yield Stack(addresses["web"], addresses["wechat"], data, launcher.pid)
        finally:
            stop(launcher)


def stop(launcher: subprocess.Popen[bytes]) -> None:
    """Ask a launcher to stop and wait for it; ask again, which hurries it, when it takes too long."""
    launcher.send_signal(signal.SIGTERM)
    try:
        launcher.wait(WITHIN)
    except subprocess.TimeoutExpired:
        launcher.send_signal(signal.SIGTERM)
        launcher.wait(WITHIN)


def free_ports() -> int:
    """Return a port that is free just now together with the next one, below those that the kernel hands out."""
    while True:
        # Not `random`: two test processes with the same seed would take the same port.
        port = 10_000 + 2 * secrets.randbelow(11_000)
        if _is_free(port) and _is_free(port + 1):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _wait_for(ready: Path, launcher: subprocess.Popen[bytes], output: Path, within: float) -> str:
    deadline = clock.monotonic() + within
    while not ready.exists():
        if launcher.poll() is not None or clock.monotonic() > deadline:
            raise RuntimeError(f"The stack did not become ready:\n{output.read_text(errors='replace')}")
        time.sleep(0.05)
    return ready.read_text()
