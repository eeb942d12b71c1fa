"""What the processes of a running stack hold: memory, open files, and connections to the database."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pymysql
from sqlalchemy.engine import make_url

from backend import clock
from tests.faults.stack import pids

ONE_JOB = 20.0
"""Seconds."""
OURS = ("web", "send", "work", "files", "metronome")
"""What we wrote; the others are printed and not judged: a database fills its buffer on purpose."""


@dataclass(frozen=True)
class Held:
    """Of each program with its children: megabytes and open files; of the database: connections, open transactions."""

    megabytes: Mapping[str, float]
    files: Mapping[str, int]
    connections: int
    transactions: int


def held(data: Path, url: str) -> Held:
    """Look at every process of the stack in `data`, whose database is at `url`."""
    megabytes, files = {}, {}
    for name, pid in pids(data).items():
        family = [psutil.Process(pid), *filter(_lasts, psutil.Process(pid).children(recursive=True))]
        megabytes[name] = sum(_megabytes(each) for each in family)
        files[name] = sum(_open_files(each) for each in family)
    connections, transactions = _of_database(url)
    return Held(megabytes, files, connections, transactions)


def _lasts(process: psutil.Process) -> bool:
    """Say whether it is more than the fork that does one job and is gone."""
    try:
        began: float = process.create_time()
    except psutil.NoSuchProcess:
        return False
    return clock.real_now().timestamp() - began > ONE_JOB


def _megabytes(process: psutil.Process) -> float:
    try:
        rss: int = process.memory_info().rss
    except psutil.NoSuchProcess:  # the horse of a job that is just over
        return 0.0
    return rss / 2**20


def _open_files(process: psutil.Process) -> int:
    try:
        return len(os.listdir(f"/proc/{process.pid}/fd"))
    except OSError:
        return 0


def _of_database(url: str) -> tuple[int, int]:
    with pymysql.connect(unix_socket=str(make_url(url).query["unix_socket"]), user="root") as server:
        cursor = server.cursor()
        cursor.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE id <> CONNECTION_ID()")
        [connections] = cursor.fetchone() or (0,)
        cursor.execute("SELECT COUNT(*) FROM information_schema.innodb_trx")
        [transactions] = cursor.fetchone() or (0,)
    return int(connections), int(transactions)
