"""The supervisor (supervisord of the package `supervisor`): its settings as text, and talking with it while it runs."""

import ctypes
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Error

from supervisor import childutils

from deploy.run.folder import CHECKOUT, Folder

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Program:
    """One program to keep alive; `once`: until it has succeeded. `patience`: seconds it gets to stop by itself."""

    name: str
    command: tuple[str, ...]
    once: bool = False
    patience: int = 10


@dataclass(frozen=True)
class State:
    """What the supervisor knows of one program just now; pid is 0 when it does not run."""

    name: str
    word: str
    pid: int
    exit_status: int


def configuration(programs: Iterable[Program]) -> str:
    """Return supervisord's settings. Paths are relative to the data folder, where it runs: a `%` in one is no harm.

    Programs start in the order given and stop in the opposite one. Five seconds must pass before a start counts as
    one that worked: a Python program that finds no database dies after two, and would otherwise be started again
    without a pause. A program with `once` is not started again by supervisord but by the launcher, which pauses.
    """
    general = """\
[supervisord]
nodaemon=true
silent=true
umask=077
logfile=logs/supervisord.log
logfile_maxbytes=2MB
logfile_backups=1
pidfile=run/supervisord.pid
childlogdir=logs

[unix_http_server]
file=%(ENV_SUPERVISOR_SOCKET)s
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return "\n".join([general, *(_section(program, place) for place, program in enumerate(programs, start=1))])


def _section(program: Program, place: int) -> str:
    return f"""\
[program:{program.name}]
directory=%(ENV_SHOUWANG_CHECKOUT)s
command={_command_line(program.command)}
priority={place}
autorestart={"false" if program.once else "true"}
startsecs={0 if program.once else 5}
startretries=3
stopwaitsecs={program.patience}
killasgroup=true
redirect_stderr=true
stdout_logfile=logs/{program.name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=3
"""


def _command_line(words: Iterable[str]) -> str:
    """Quote for a shell's eyes, then for an ini file's: `%` stands for itself, ` #` and ` ;` begin no comment."""
    return re.sub(r"(\s)([;#])", r"\1''\2", shlex.join(words)).replace("%", "%%")


class Supervisor:
    """One supervisord in the foreground, child of the launcher, in a session of its own so that Ctrl-C passes it by."""

    def __init__(self, folder: Folder, programs: Iterable[Program], environment: Mapping[str, str]) -> None:
        self._socket = folder.sockets / "supervisor.sock"
        settings = folder.run / "supervisord.conf"
        settings.write_text(configuration(programs))
        self.output = folder.logs / "supervisord.out"
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and settings
                [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(settings)],
                cwd=folder.path,
                env={**environment, "SUPERVISOR_SOCKET": str(self._socket), "SHOUWANG_CHECKOUT": str(CHECKOUT)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    @property
    def pid(self) -> int:
        """The supervisor's own pid."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether supervisord lives."""
        return self._process.poll() is None

    def states(self) -> list[State]:
        """Return every program's state; empty while supervisord is not listening yet, or any more."""
        try:
            answers = ask(self._socket, "getAllProcessInfo")
        except (OSError, HTTPException, Error):
            return []
        return [State(each["name"], each["statename"], each["pid"], each["exitstatus"]) for each in answers]

    def start_again(self, name: str) -> None:
        """Start a program that supervisord has given up on; a failure shows in the next state."""
        try:
            ask(self._socket, "startProcess", name, False)
        except (OSError, HTTPException, Error):
            return

    def stop(self, *, hurry: Callable[[], bool]) -> None:
        """Stop every program in order and wait for it, unless `hurry` says that nobody wants to wait."""
        if self.is_running:
            self._process.terminate()
        while self.is_running and not hurry():
            self.states()  # a question wakes supervisord, which else sees only once a second that a program has ended
            time.sleep(0.1)
        if self.is_running:
            self._process.kill()
        self._process.wait()


def ask(socket: Path, question: str, *words: str | bool) -> Any:
    """Call a method of supervisord's XML-RPC interface (http://supervisord.org/api.html) and return its answer."""
    remote = childutils.getRPCInterface({"SUPERVISOR_SERVER_URL": f"unix://{socket}"})
    try:
        return getattr(remote.supervisor, question)(*words)
    finally:
        remote("close")()


def end_with_parent() -> None:
    """Ask the kernel to end this process (SIGTERM, so with its children) when the one that started it dies."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def last_lines(log: Path, *, most: int = 8) -> list[str]:
    """Return the last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            return file.read().decode(errors="replace").splitlines()[-most:]
    except OSError:
        return []
