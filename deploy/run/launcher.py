"""Starts one stack, keeps watch over it, and leaves nothing running behind it."""

import os
import secrets
import socket
import subprocess
from collections.abc import Callable

from backend import clock
from deploy.run import processes
from deploy.run.folder import CHECKOUT, Folder, open_folder
from deploy.run.plan import LOOPBACK, Assembly, Plan
from deploy.run.signals import Signals
from deploy.run.supervision import end_with_parent
from deploy.run.watch import Watch
from deploy.run.words import Refusal, say

PATIENCE_WITH_LEFTOVERS = 5.0
PATIENCE_WITH_ORPHANS = 2.0
"""What outlives the supervisor's own stop has had its time already."""


def launch(plan: Plan, assemble: Callable[[Plan, Folder], Assembly]) -> int:
    """Run the stack until somebody stops it; return the exit status for the shell. Raises Refusal when it cannot."""
    os.umask(0o077)
    signals = Signals()
    folder = open_folder(plan.data)
    try:
        _end_leftovers(folder)
        _refuse_used_ports(plan)
        if plan.fresh:
            _empty(plan, folder)
        folder.clear_run()
        return _run(plan, folder, assemble(plan, folder), signals)
    finally:
        os.close(folder.lock)


def _run(plan: Plan, folder: Folder, stack: Assembly, signals: Signals) -> int:
    mark = secrets.token_hex(16)
    launcher = processes.find(os.getpid()) or processes.Process(os.getpid(), 0)
    record = processes.Record(processes.boot_id(), mark, launcher, plan.web)
    record.write(folder.record)
    environment = {**stack.environment, processes.MARK: mark}
    try:
        for command in stack.first:
            _finish(command, environment, signals)
        return 0 if signals.count else Watch(plan, folder, stack, record, environment, signals).keep()
    finally:
        record = processes.read_record(folder.record) or record
        processes.end(record, patience=0 if signals.hurry() else PATIENCE_WITH_ORPHANS)
        folder.forget_run()


def _end_leftovers(folder: Folder) -> None:
    record = processes.read_record(folder.record)
    if record and (left := processes.of_stack(record)):
        say(f"An earlier run was cut off. Ending the {len(left)} processes that it left …")
        processes.end(record, patience=PATIENCE_WITH_LEFTOVERS)


def _empty(plan: Plan, folder: Folder) -> None:
    if plan.given.get("DATABASE_URL"):
        raise Refusal(
            "FRESH=1 would throw away the keys without which the database at DATABASE_URL cannot be read. "
            "Leave out FRESH=1, or DATABASE_URL."
        )
    folder.empty()


def _refuse_used_ports(plan: Plan) -> None:
    for port in plan.ports:
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((LOOPBACK, port))
            except OSError:
                raise Refusal(
                    f"Port {port} is in use by another program. Choose another one, for example: "
                    f"make run PORT={plan.port + 100 if plan.port < 65000 else 8000}"
                ) from None


def _finish(command: tuple[str, ...], environment: dict[str, str], signals: Signals) -> None:
    """Run one command to its end, in sight, before anything else starts; a wish to stop ends it."""
    if signals.count:
        return
    began = clock.monotonic()
    told = False
    with subprocess.Popen(command, env=environment, cwd=CHECKOUT, preexec_fn=end_with_parent) as process:  # noqa: S603
        while process.poll() is None:
            if signals.wait(0.05):
                process.terminate()
                break
            if not told and clock.monotonic() - began > 2:
                told = True
                say(f"Still at it: {' '.join(command[2:])} …")
    if process.returncode and not signals.count:
        raise Refusal(f"Stopped: “{' '.join(command[2:])}” did not work; what it said stands above.")
