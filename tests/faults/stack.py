"""A stack of stand-in programs under the real launcher, so that its faults are tried in seconds."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend import clock
from deploy.run import processes, valkey
from deploy.run.__main__ import read_plan
from deploy.run.folder import CHECKOUT, Folder
from deploy.run.launcher import launch
from deploy.run.plan import Assembly, Plan
from deploy.run.supervision import Program, ask
from deploy.run.words import Refusal, say

# Like a work horse of RQ: a child in a process group of its own; and one that does not listen.
STUBBORN = (
    "import os, signal, time; "
    "os.fork() or (os.setpgrp(), signal.signal(signal.SIGTERM, signal.SIG_IGN)); time.sleep(600)"
)
ONCE = "print('made everything')"
BROKEN = "import sys; sys.exit('no database today')"


def assemble(plan: Plan, folder: Folder) -> Assembly:
    """Put stand-ins in the places of the web and the workers; Valkey is real."""

    def script(text: str) -> tuple[str, ...]:
        return (sys.executable, "-c", text)

    pages = folder.path / "pages"
    pages.mkdir(exist_ok=True)
    for name in ("healthz", "readyz"):
        (pages / name).touch()
    web = ("-m", "http.server", str(plan.port), "--bind", "127.0.0.1", "--directory", str(pages))
    programs = [
        Program("valkey", (valkey.find_server(), str(valkey.write_settings(folder)))),
        Program("web", (sys.executable, *web)),
        Program("once", script(ONCE), once=True),
    ]
    if plan.given.get("WITH_STUBBORN"):
        programs.append(Program("stubborn", script(STUBBORN), patience=2))
    if plan.given.get("WITH_BROKEN"):
        programs.append(Program("broken", script(BROKEN), once=True))
    return Assembly(dict(plan.given), (script("print('migrated')"),), tuple(programs))


@dataclass
class Started:
    """A launcher that runs in the background, with what it has said so far."""

    launcher: subprocess.Popen[bytes]
    data: Path
    port: int
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def record(self) -> processes.Record:
        record = processes.read_record(self.data / "run/record.json")
        assert record is not None
        return record

    def pids(self) -> dict[str, int]:
        return pids(self.data)

    def supervisor_pid(self) -> int:
        return int((self.data / "run/supervisord.pid").read_text())

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.launcher.send_signal(number)
        return self.launcher.wait(30)


def pids(data: Path) -> dict[str, int]:
    """The supervisor's view: the pid of each program that runs."""
    socket = (data / "run/sockets").resolve() / "supervisor.sock"
    return {each["name"]: each["pid"] for each in ask(socket, "getAllProcessInfo") if each["pid"]}


@contextlib.contextmanager
def started(data: Path, port: int, *, waiting: bool = True, **environment: str) -> Iterator[Started]:
    """Start a launcher, by default wait until its stack is ready or it gave up, and end whatever of it is left."""
    ready, output = data.parent / f"ready-{port}", data.parent / f"output-{port}"
    ready.unlink(missing_ok=True)
    words = ["--data", str(data), "--port", str(port), "--ready-file", str(ready), "--end-with-parent", "--empty"]
    with output.open("wb") as file:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.stack", *words],
            cwd=CHECKOUT,
            env={**os.environ, **environment},
            stdout=file,
            stderr=file,
        )
    try:
        if waiting:
            eventually(lambda: ready.exists() or launcher.poll() is not None, within=60)
        yield Started(launcher, data, port, output)
    finally:
        launcher.send_signal(signal.SIGTERM)
        launcher.wait(60)


def refusal(data: Path, port: int, **environment: str) -> str:
    """What the launcher says when it does not start."""
    with started(data, port, waiting=False, **environment) as stack:
        assert stack.launcher.wait(10) == 1
        return stack.said


def eventually(true: Callable[[], object], *, within: float = 15) -> None:
    """Wait until something is so; fail when it is not so in time."""
    deadline = clock.monotonic() + within
    while not true():
        assert clock.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


if __name__ == "__main__":
    try:
        sys.exit(launch(read_plan(sys.argv[1:]), assemble))
    except Refusal as refused:
        say(str(refused))
        sys.exit(1)
