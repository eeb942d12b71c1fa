"""Web and worker groups, each as it runs on a machine of its own: one supervisor with its programs, killed together."""

import sys
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.run.folder import Folder
from deploy.run.supervision import Program, Supervisor
from tests.faults.stack import eventually
from tests.ha.galera import LOOPBACK

UP = "RUNNING"
PATIENCE = 240.0
"""Seconds that programs get to start on a busy machine."""


@dataclass
class Machine:
    """A group under its supervisor."""

    name: str
    home: Path
    programs: tuple[Program, ...]
    environment: Mapping[str, str]
    port: int = 0
    supervisor: Supervisor | None = field(default=None, repr=False)

    @property
    def web(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        self.home.mkdir(mode=0o700, exist_ok=True)
        folder = Folder(self.home, lock=-1)
        folder.clear_run()
        metrics = {"PROMETHEUS_MULTIPROC_DIR": str(folder.run / "metrics")}
        self.supervisor = Supervisor(folder, self.programs, {**self.environment, **metrics})

    def await_up(self) -> None:
        """Wait until every program has stayed up; a web group must answer, too."""
        eventually(self._is_up, within=PATIENCE)

    def kill(self) -> None:
        """Kill everything at once, the supervisor first, as when the power goes."""
        assert self.supervisor is not None
        root = psutil.Process(self.supervisor.pid)
        everything = [root, *root.children(recursive=True)]
        for each in everything:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.supervisor.stop(hurry=lambda: True)
        psutil.wait_procs(everything, timeout=10)

    def stop(self) -> None:
        if self.supervisor is not None and self.supervisor.is_running:
            self.supervisor.stop(hurry=lambda: False)
            Folder(self.home, lock=-1).forget_run()

    def log(self, program: str) -> str:
        return (self.home / "logs" / f"{program}.log").read_text(errors="replace")

    def _is_up(self) -> bool:
        assert self.supervisor is not None
        states = self.supervisor.states()
        if len(states) != len(self.programs) or any(each.word != UP for each in states):
            return False
        return not self.port or _answers(f"{self.web}/readyz")


def await_answer(address: str) -> None:
    """Wait until a web server says that it is well."""
    eventually(lambda: _answers(address), within=PATIENCE)


def _answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - ours
        return bool(answer.status == 200)
    return False


def web(number: int, home: Path, port: int, environment: Mapping[str, str]) -> Machine:
    server = ("-m", "gunicorn", "-c", "python:deploy.run.gunicorn_settings", "--bind", f"{LOOPBACK}:{port}")
    program = Program("web", (sys.executable, *server, "wsgi:create_app()"), patience=15)
    return Machine(f"web{number}", home, (program,), environment, port)


def workers(number: int, home: Path, environment: Mapping[str, str]) -> Machine:
    """Return a worker group with a metronome of its own: two of them ring twice for work that is locked in rows."""
    kept = [
        Program(queue, (sys.executable, "-m", "jobs.worker", queue), patience=20) for queue in ("send", "work", "files")
    ]
    beats = Program("metronome", (sys.executable, "-m", "jobs.metronome"))
    return Machine(f"work{number}", home, (*kept, beats), environment)
