"""Which requests run at this moment on an installation with SQLite, so that a repeat can tell that its first one does.

MariaDB says so itself: a second row under one key waits for the first. SQLite has one lock for everybody, which says
only that somebody writes. The lock here is the kernel's, on one byte of an empty file, of one opening of it
(`F_OFD_SETLK`): it is free again at once when a process dies, and excludes threads as it excludes processes.
"""

import fcntl
import hashlib
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from backend import clock
from backend.errors import StillRunning
from backend.services.storage import settings

PATIENCE = 5.0
"""Seconds that a repeat waits for its first one, as it does on MariaDB."""
_LOOK_EVERY = 0.02
_PLACES = 2**62
_FLOCK = "hhqqi0q"


@contextmanager
def alone(account: int, key: str) -> Iterator[None]:
    """Run while no other request under this key does; raises `StillRunning` when it does not end in time."""
    path = settings().data_dir / "in-flight.lock"
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for(opened, _place_of(account, key))
        yield
    finally:
        os.close(opened)  # and with it goes the lock


def _wait_for(opened: int, place: int) -> None:
    deadline = clock.monotonic() + PATIENCE
    while not _locked(opened, place):
        if clock.monotonic() > deadline:
            raise StillRunning
        time.sleep(_LOOK_EVERY)


def _locked(opened: int, place: int) -> bool:
    try:
        fcntl.fcntl(opened, fcntl.F_OFD_SETLK, struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0))
    except (BlockingIOError, PermissionError):
        return False
    return True


def _place_of(account: int, key: str) -> int:
    told = hashlib.sha256(f"{account}:{key}".encode()).digest()
    return int.from_bytes(told[:8]) % _PLACES
