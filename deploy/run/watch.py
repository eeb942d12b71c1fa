"""Watches one stack under its supervisor from the first program's start to the stop."""

import http.client
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from backend import clock
from deploy.run import processes
from deploy.run.folder import Folder
from deploy.run.following import Following
from deploy.run.plan import LOOPBACK, Assembly, Plan
from deploy.run.signals import Signals
from deploy.run.supervision import State, Supervisor, last_lines
from deploy.run.words import say

PAUSE_BEFORE_ANOTHER_TRY = 5.0
QUIET_AFTER_A_REPORT = 60.0


@dataclass
class Watch:
    """One stack under its supervisor: announces it, restarts what supervisord gave up on, stops it."""

    plan: Plan
    folder: Folder
    stack: Assembly
    record: processes.Record
    environment: dict[str, str]
    signals: Signals
    followed: list[Following] = field(default_factory=list)
    steps: list[Callable[[], bool]] = field(default_factory=list)
    gave_up: dict[str, float] = field(default_factory=dict)
    reported: dict[str, float] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def keep(self) -> int:
        """Start the supervisor and watch until somebody wishes to stop (0) or the supervisor dies (1)."""
        say("Starting the programs …")
        once = (program.name for program in self.stack.programs if program.once)
        self.followed = [Following(self.folder.logs / f"{name}.log") for name in once]
        self.steps = [self._announce, self._show_accounts, self._report_ready]
        supervisor = Supervisor(self.folder, self.stack.programs, self.environment)
        self._note_pids(supervisor, [])
        try:
            while not self.signals.wait(0.5 if self.steps else 1.0):
                if not supervisor.is_running:
                    say("The supervisor died; ending what it kept. Start again with: make run")
                    _show(last_lines(supervisor.output))
                    return 1
                self._look(supervisor)
        finally:
            if supervisor.is_running:
                say("Stopping …")
            supervisor.stop(hurry=self.signals.hurry)
        return 0

    def _look(self, supervisor: Supervisor) -> None:
        states = supervisor.states()
        self._note_pids(supervisor, states)
        for state in states:
            self._mind(supervisor, state)
        while self.steps and self.steps[0]():
            self.steps.pop(0)
        for log in self.followed:
            _show(log.new_lines())

    def _note_pids(self, supervisor: Supervisor, states: list[State]) -> None:
        record = self.record.with_processes([supervisor.pid, *(state.pid for state in states if state.pid)])
        if record != self.record:
            self.record = record
            record.write(self.folder.record)

    def _mind(self, supervisor: Supervisor, state: State) -> None:
        """Report a program that supervisord gave up on, and start it again after a pause."""
        if state.word == "EXITED" and state.exit_status == 0:
            self.done.add(state.name)
        elif state.word in {"FATAL", "EXITED", "UNKNOWN"}:
            now = clock.monotonic()
            self._report(state.name, now)
            if now - self.gave_up.setdefault(state.name, now) > PAUSE_BEFORE_ANOTHER_TRY:
                del self.gave_up[state.name]
                supervisor.start_again(state.name)

    def _report(self, name: str, now: float) -> None:
        if now - self.reported.get(name, -QUIET_AFTER_A_REPORT) < QUIET_AFTER_A_REPORT:
            return
        self.reported[name] = now
        log = self.folder.logs / f"{name}.log"
        say(f"“{name}” does not stay up; it is tried again every few seconds. The last lines of {log}:")
        _show(last_lines(log))

    def _announce(self) -> bool:
        if not answers(self.plan.port, "/healthz"):
            return False
        say(f"\n  The console          {self.plan.web}/console/")
        say(f"  The API              {self.plan.web}/api/v1/docs")
        if self.plan.has_emulator:
            say(f"  Phones (emulator)    {self.plan.wechat}/")
            if shutil.which("node"):
                say(f"  The mini-program     make phone API_URL={self.plan.web} WECHAT_URL={self.plan.wechat}")
        say(f"  Logs                 {self.folder.logs}")
        say("  Stop with Ctrl-C.\n")
        return True

    def _show_accounts(self) -> bool:
        accounts = self.folder.path / "demo-accounts.txt"
        if self.plan.demo and not accounts.exists():
            return "demo" in self.done
        if self.plan.demo:
            say(accounts.read_text())
        return True

    def _report_ready(self) -> bool:
        """Report ready once the web says so and what is to be done once is done."""
        once = {program.name for program in self.stack.programs if program.once}
        if not once <= self.done or not answers(self.plan.port, "/readyz"):
            return False
        if self.plan.ready_file:
            _write_whole(self.plan.ready_file, json.dumps({"web": self.plan.web, "wechat": self.plan.wechat}))
        return True


def answers(port: int, path: str) -> bool:
    """Ask the web itself, past any HTTP proxy of the environment."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _show(lines: list[str]) -> None:
    for line in lines:
        say(f"    {line}")


def _write_whole(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_text(text)
    draft.replace(path)
