"""The data folder of one stack: who may use it, what lies where in it, and how it is emptied."""

import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.run.processes import read_record
from deploy.run.words import Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_FOLDER = 60
"""A Unix socket's path has at most 107 bytes; supervisord needs some 40 of them for its temporary name."""
OURS = ".shouwang-data"
"""A file that says that a folder is ours: nothing else is ever emptied."""


@dataclass(frozen=True)
class Folder:
    """One data folder, locked for this launcher for as long as `lock` stays open."""

    path: Path
    lock: int

    @property
    def run(self) -> Path:
        """What only this run needs: the record, the supervisor's settings, metrics."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """One rotated log a program."""
        return self.path / "logs"

    @property
    def record(self) -> Path:
        """The file that names this run's processes."""
        return self.run / "record.json"

    @property
    def sockets(self) -> Path:
        """The folder of the Unix sockets: in here when the path is short enough, else one linked from here."""
        own = self.run / "sockets"
        return own.readlink() if own.is_symlink() else own

    def clear_run(self) -> None:
        """Make the run folder anew: sockets, pid files and metrics of an earlier run are stale."""
        self.forget_run()
        self.logs.mkdir(exist_ok=True)
        (self.run / "metrics").mkdir(parents=True)
        own = self.run / "sockets"
        if len(os.fsencode(own)) <= LONGEST_SOCKET_FOLDER:
            own.mkdir(mode=0o700)
        else:
            own.symlink_to(tempfile.mkdtemp(prefix="shouwang-"))

    def forget_run(self) -> None:
        """Remove what only a run needs, with the linked socket folder if it is still ours."""
        own = self.run / "sockets"
        if own.is_symlink() and _is_private(own.readlink()):
            shutil.rmtree(own.readlink())
        shutil.rmtree(self.run, ignore_errors=True)

    def empty(self) -> None:
        """Remove everything in the folder; the next start begins from nothing."""
        self.forget_run()
        for each in self.path.iterdir():
            if each.name != OURS:
                shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()


def open_folder(path: Path) -> Folder:
    """Make or find a data folder and lock it; refuse one in use, and one that holds somebody else's files."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Refusal(_in_use(path)) from None
    if not (path / OURS).exists() and any(path.iterdir()):
        os.close(lock)
        raise Refusal(f"{path} is not a data folder of this program and not empty. Name another one with DATA_DIR=…")
    (path / OURS).touch(mode=0o600)
    return Folder(path, lock)


def _in_use(path: Path) -> str:
    record = read_record(path / "run/record.json")
    if record is None:
        return f"{path} is in use by another start that has just begun. Wait for it, or stop it with Ctrl-C."
    return (
        f"This already runs at {record.web} (process {record.launcher.pid}). "
        f"Stop it there with Ctrl-C, or type: kill {record.launcher.pid}"
    )


def _is_private(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return status.st_uid == os.getuid() and path.is_dir() and not path.is_symlink() and status.st_mode & 0o077 == 0
