"""The note that a restore has begun: while it lies in the data folder, nothing starts on what has come back so far."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from backend.errors import NotPossibleNow
from backend.services.backups import durable
from backend.settings import Settings

NOT_DONE = "恢复没有做完，现在库里的内容不全，不能启动。"
REMEDY = "请再运行一次 flask --app wsgi restore 备份文件夹 --replace，做完以后再启动。"


def is_left(known: Settings) -> bool:
    """Say whether a restore was begun and has not ended."""
    return known.restoring_path.exists()


def refuse(known: Settings) -> None:
    """Raise `NotPossibleNow` where a restore was cut off."""
    if is_left(known):
        raise NotPossibleNow(NOT_DONE + REMEDY)


def lines(known: Settings) -> list[str]:
    """Return what the restore that was cut off has noted for the next."""
    return known.restoring_path.read_text(encoding="utf-8").splitlines() if is_left(known) else []


@contextmanager
def noted(known: Settings, noting: Iterable[str]) -> Iterator[None]:
    """Keep the note, with these lines, from before the first change until all of it is on the disk."""
    durable.write(known.restoring_path, "".join(noting))
    yield
    os.sync()
    known.restoring_path.unlink()
    durable.settle(known.restoring_path.parent)
