"""A piece of work that must run once at a time: the lock is a row, its lease real time, and a crash frees it."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, update

from backend import clock
from backend.db import db, use_case
from backend.models import Leader


@contextmanager
def leading(work: str, *, lease: timedelta = timedelta(minutes=5)) -> Iterator[bool]:
    """Yield whether this process does `work` now; whoever comes second gets False and goes home."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    leads = _take(work, holder, lease)
    try:
        yield leads
    finally:
        if leads:
            _give_back(work, holder)


@use_case
def _take(work: str, holder: str, lease: timedelta) -> bool:
    now = clock.real_now()
    row = db.session.scalars(select(Leader).where(Leader.work == work).with_for_update()).one_or_none()
    if row is None:
        db.session.add(Leader(work=work, holder=holder, until_at=now + lease))
        return True
    if row.until_at > now:
        return False
    row.holder, row.until_at = holder, now + lease
    return True


@use_case
def _give_back(work: str, holder: str) -> None:
    mine = update(Leader).where(Leader.work == work, Leader.holder == holder)
    db.session.execute(mine.values(until_at=clock.real_now()))
