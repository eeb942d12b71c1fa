"""Which processes belong to a stack (recorded pid and start time, never a name), and how they are ended."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from backend import clock

PROC = Path("/proc")
MARK = "SHOUWANG_STACK"
"""Environment variable with a random word that a supervisor hands down: it finds what recorded processes forked.

The mark alone is not enough: a Valkey server writes its title over the environment that /proc shows.
"""


@dataclass(frozen=True, order=True)
class Process:
    """One process: a pid is reused, a pid with its start time (clock ticks since boot) is not."""

    pid: int
    started: int


@dataclass(frozen=True)
class Record:
    """What a launcher writes down about its stack, so that the next one can end what a crash left."""

    boot: str
    mark: str
    launcher: Process
    web: str
    processes: tuple[Process, ...] = ()

    def write(self, path: Path) -> None:
        """Replace the file in one step: a power cut leaves the old record or the new one."""
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(path)

    def with_processes(self, pids: Iterable[int]) -> "Record":
        """Return the record with those of `pids` that are alive."""
        alive = (find(pid) for pid in pids)
        return replace(self, processes=tuple(sorted(each for each in alive if each)))


def read_record(path: Path) -> Record | None:
    """Return what an earlier launcher recorded; None when there is nothing or a power cut tore it."""
    try:
        kept = json.loads(path.read_text())
        processes = tuple(Process(**each) for each in kept.pop("processes"))
        return Record(**kept | {"launcher": Process(**kept["launcher"])}, processes=processes)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def boot_id() -> str:
    """Return this boot's id: start times are counted from a boot and mean nothing after the next one."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def find(pid: int) -> Process | None:
    """Return the living process with that pid; None when it is gone or a zombie whom nobody has waited for."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else Process(pid, int(fields[19]))


def is_alive(process: Process) -> bool:
    """Say whether exactly this process still lives, not another one with its number."""
    return find(process.pid) == process


def of_stack(record: Record) -> set[Process]:
    """Return the living processes of a recorded stack, with whatever they forked, without the caller."""
    if record.boot != boot_id():
        return set()
    marked = f"{MARK}={record.mark}\0".encode()
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit() and marked in _environment(entry)]
    recorded = {each for each in (record.launcher, *record.processes) if is_alive(each)}
    forked = {each for pid in pids if (each := find(pid))}
    return {each for each in recorded | forked if each.pid != os.getpid()}


def end(record: Record, *, patience: float) -> int:
    """End a stack's living processes and return how many there were: asked first, killed after `patience` seconds."""
    asked = of_stack(record)
    _signal(asked, signal.SIGTERM)
    deadline = clock.monotonic() + patience
    while (left := of_stack(record)) and clock.monotonic() < deadline:
        _signal(left - asked, signal.SIGTERM)
        asked |= left
        time.sleep(0.05)
    while left := of_stack(record):
        _signal(left, signal.SIGKILL)
        asked |= left
        time.sleep(0.05)
    return len(asked)


def _signal(processes: Iterable[Process], number: signal.Signals) -> None:
    for each in processes:
        if is_alive(each):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each.pid, number)


def _environment(entry: Path) -> bytes:
    try:
        return (entry / "environ").read_bytes()
    except OSError:  # gone meanwhile, or somebody else's
        return b""
