"""How a folder of backups is laid out: whole ones by their moment, sealed content once by its hash.

TARGET/content/ab/abcd…        what lies in the file stores, named by its SHA-256, shared by all backups
TARGET/20260102T030405Z/       one whole backup: manifest, database, list of files, audit roots
    logs/                      MariaDB: the binary logs from this backup on
    between/20260102T031000Z/  a step between: new files, audit roots, SQLite: a copy of the database
TARGET/unfinished/             what a backup that was killed has left; never taken for a whole one
"""

import fcntl
import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backend import clock
from backend.errors import Invalid, NotPossibleNow, StillRunning
from backend.services.backups import durable
from backend.services.backups.manifests import MANIFEST, Manifest, Part

UNFINISHED, BETWEEN, LOGS, CONTENT = "unfinished", "between", "logs", "content"
ROOTS, FILES = "audit-roots.txt", "files.gz"
_NAMED = re.compile(r"\d{8}T\d{6}Z")
_FORM = "%Y%m%dT%H%M%SZ"
AT_ONCE = 1024 * 1024
QUICK = 1
"""The level of compression: a dump shrinks to a fifth with it, and the next levels cost more time than they save."""


@dataclass(frozen=True)
class Kept:
    """One finished backup or step between: where it lies and what it says of itself."""

    folder: Path
    manifest: Manifest

    @property
    def taken_at(self) -> datetime:
        """The moment whose state it holds."""
        return self.manifest.taken_at


def name_of(moment: datetime) -> str:
    """Return the name of what was taken at this moment."""
    return moment.astimezone(UTC).strftime(_FORM)


def wholes(target: Path, broken: list[str] | None = None) -> list[Kept]:
    """Return the whole backups of a folder, the oldest first; those whose manifest is spoilt are named in `broken`.

    Without that list `Invalid` is raised where there are none but spoilt ones.
    """
    found, complaints = _kept(target)
    if broken is not None:
        broken += complaints
    elif complaints and not found:
        raise Invalid(complaints[0])
    return found


def steps(whole: Kept) -> list[Kept]:
    """Return the finished steps after a whole backup, the oldest first."""
    return _kept(whole.folder / BETWEEN)[0]


def _kept(folder: Path) -> tuple[list[Kept], list[str]]:
    found, broken = list[Kept](), list[str]()
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _NAMED.fullmatch(each.name) and (each / MANIFEST).is_file():
            try:
                found.append(Kept(each, Manifest.read(each / MANIFEST)))
            except Invalid as error:
                broken.append(error.message)
    return found, broken


def reach(whole: Kept) -> datetime:
    """Return the last moment that a whole backup knows of, with the steps after it."""
    return max(each.taken_at for each in (whole, *steps(whole)))


def unfinished(target: Path) -> list[Path]:
    """Return what killed backups have left."""
    folder = target / UNFINISHED
    return sorted(folder.iterdir()) if folder.is_dir() else []


@contextmanager
def alone(target: Path, *, waits: bool = False) -> Iterator[None]:
    """Hold the folder; another one at the same time is refused (`StillRunning`), or waits. New files are their owner's.

    A whole backup holds the folder of backups for hours; whoever makes a step or throws old content away holds the
    folder of content, for seconds: steps go on while a whole backup is made.
    """
    before = os.umask(0o077)
    try:
        target.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            yield
        finally:
            os.close(descriptor)
    except BlockingIOError as error:
        raise StillRunning("另一个备份正写着这个文件夹，请等它做完。") from error
    except OSError as error:
        raise NotPossibleNow(f"{target} 写不进去：{error.strerror}。") from error
    finally:
        os.umask(before)


def finish(folder: Path, manifest: Manifest, place: Path) -> Kept:
    """Write the manifest last, make all of it durable, and give it its name in one step."""
    manifest.write(folder / MANIFEST)
    os.sync()  # one for everything: content is many small files
    place.parent.mkdir(parents=True, exist_ok=True)
    folder.replace(place)
    durable.settle(place.parent)
    return Kept(place, manifest)


def part_of(path: Path, *, first: int | None = None) -> Part:
    """Return name, size and hash of a file, or of its first so many bytes."""
    digest, left = hashlib.sha256(), path.stat().st_size if first is None else first
    with path.open("rb") as file:
        while piece := file.read(min(AT_ONCE, left)):
            digest.update(piece)
            left -= len(piece)
        return Part(path.name, file.tell(), digest.hexdigest())


def fresh_folder(path: Path) -> Path:
    """Return an empty folder of this name."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


@contextmanager
def packing(path: Path) -> Iterator[gzip.GzipFile]:
    """Open a compressed file for writing; the same content gives the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", QUICK, raw, mtime=0) as packed:
        yield packed


def copy_roots(roots: Path, folder: Path) -> None:
    """Copy the audit roots as they are now, if there are any."""
    if roots.exists():
        shutil.copyfile(roots, folder / ROOTS)


def read_moment(text: str) -> datetime:
    """Read `2026-01-02 03:04[:05]` as people here write it, or the same with an offset; `Invalid` otherwise."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid.field("to", f"“{text}”不是时刻，请写成 2026-01-02 03:04:05（北京时间）。") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)).astimezone(UTC)
