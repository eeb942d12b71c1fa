"""The sealed files in a backup: each content once, by its hash; what did not change since is not read again."""

import gzip
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from backend.services.backups.folders import CONTENT, FILES, Kept, packing
from backend.services.storage import settings

SLACK_SECONDS = 60
"""A file gets its name a little after it was written, so a step between looks back so far."""
HANDS = 4
_FOLDER = "[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"
_NAME = re.compile(r"[1-9][0-9]*\.[a-z][a-z0-9_]{0,19}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored file: its path below the data, and what lay there."""

    path: str
    size: int
    written_ns: int
    sha256: str

    @property
    def folder(self) -> str:
        """The folder it lies in."""
        return self.path.rpartition("/")[0]

    def is_as(self, size: int, written_ns: int) -> bool:
        """Say whether a file of this size and time is surely the same: a store never writes into a file."""
        return (self.size, self.written_ns) == (size, written_ns)


_Found = tuple[str, Path, dict[str, Entry]]
"""A folder's name in the list, where it is, and what is known of it."""


@dataclass
class Copied:
    """What was copied: how many files are listed, their bytes, and how many of them were new to the backup."""

    files: int = 0
    size: int = 0
    fresh: int = 0


def roots() -> Mapping[str, Path]:
    """Return every folder with sealed files, by the name under which backups know it."""
    known = settings()
    return {"exports": known.data_dir / "exports", "files": known.files_path, "imports": known.data_dir / "imports"}


def copy_all(target: Path, folder: Path, before: Kept | None) -> Copied:
    """List every stored file in `folder`, and copy into the target what it does not hold yet.

    `before` is the last whole backup: what its list names with the same size and time is not read again.
    """
    known = _Known(entries_of(before.folder) if before else ())
    return _copy(target, folder, ((name, each, known.of(name)) for name, each in _folders(0.0)))


def copy_since(target: Path, folder: Path, since: float, before: Kept | None) -> Copied:
    """List and copy what was stored since then (real time, seconds): only folders that changed are looked into."""
    after, known = since - SLACK_SECONDS, _Known(entries_of(before.folder) if before else ())
    return _copy(target, folder, ((name, each, known.of(name)) for name, each in _folders(after)), after=after)


def entries_of(folder: Path) -> Iterator[Entry]:
    """Yield what a list names, in its order."""
    with gzip.open(folder / FILES, "rt", encoding="utf-8") as lines:
        for line in lines:
            sha256, size, written, path = line.rstrip("\n").split(" ", 3)
            yield Entry(path, int(size), int(written), sha256)


def place_of(target: Path, sha256: str) -> Path:
    """Return where content lies in a folder of backups."""
    return target / CONTENT / sha256[:2] / sha256


def put_back(target: Path, entry: Entry) -> bool:
    """Write one file to where the program looks for it; False where it is there already. `ValueError`: spoilt."""
    name, _, rest = entry.path.partition("/")
    path = roots()[name] / rest
    with suppress(FileNotFoundError):
        there = path.stat()
        if entry.is_as(there.st_size, there.st_mtime_ns):
            return False
    content = place_of(target, entry.sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise ValueError(entry.path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(path, content)
    os.utime(path, ns=(entry.written_ns, entry.written_ns))
    return True


class _Known:
    """What the last list says of each folder; both are read in the same order, so only one folder is in memory."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._groups = groupby(entries, key=lambda each: each.folder)
        self._name, self._entries = "", dict[str, Entry]()

    def of(self, folder: str) -> dict[str, Entry]:
        """Return what was known of a folder; ask in their order."""
        while self._name < folder:
            name, group = next(self._groups, ("~", iter(())))
            self._name, self._entries = name, {each.path: each for each in group}
        return self._entries if self._name == folder else {}


def _folders(after: float) -> Iterator[tuple[str, Path]]:
    for name, root in sorted(roots().items()):
        for folder in sorted(root.glob(_FOLDER)):
            if folder.stat().st_mtime >= after:
                yield f"{name}/{folder.relative_to(root)}", folder


def _copy(target: Path, folder: Path, found: Iterable[_Found], *, after: float = 0.0) -> Copied:
    done = Copied()
    with packing(folder / FILES) as out, ThreadPoolExecutor(HANDS) as hands:
        for prefix, source, known in found:
            keep = partial(_keep, target, prefix, source, known)
            for entry, is_fresh in hands.map(keep, _names(source, after)):
                if entry is None:
                    continue
                out.write(f"{entry.sha256} {entry.size} {entry.written_ns} {entry.path}\n".encode())
                done.files, done.size, done.fresh = done.files + 1, done.size + entry.size, done.fresh + is_fresh
    return done


def _names(folder: Path, after: float) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(each.name for each in entries if _NAME.fullmatch(each.name) and _is_since(each, after))


def _is_since(entry: "os.DirEntry[str]", after: float) -> bool:
    try:
        return entry.stat().st_mtime >= after
    except FileNotFoundError:
        return False


def _keep(target: Path, prefix: str, folder: Path, known: Mapping[str, Entry], name: str) -> tuple[Entry | None, bool]:
    """Make sure that the target holds a file; (None, False) where it was deleted meanwhile."""
    source = folder / name
    path = f"{prefix}/{name}"
    try:
        found = source.stat()
        before = known.get(path)
        if before and before.is_as(found.st_size, found.st_mtime_ns) and place_of(target, before.sha256).exists():
            return before, False
        content = source.read_bytes()
    except FileNotFoundError:
        return None, False
    entry = Entry(path, len(content), found.st_mtime_ns, hashlib.sha256(content).hexdigest())
    place = place_of(target, entry.sha256)
    with suppress(FileNotFoundError):
        if place.stat().st_size == entry.size:
            return entry, False
    place.parent.mkdir(parents=True, exist_ok=True)
    _write(place, content)
    return entry, True


def _write(path: Path, content: bytes) -> None:
    """Write beside and rename: a name never stands for half a file."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
