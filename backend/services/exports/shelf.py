"""Where made files and kept months lie: sealed, in parts; and the folder in which a file is put together."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from backend import clock
from backend.files.store import FileStore
from backend.privacy.current import keys
from backend.services.storage import settings

PART_BYTES = 4 << 20
LEFT_BEHIND_SECONDS = 6 * 3600
"""Longer than any file takes: a folder so old belongs to a worker that was killed."""


@dataclass(frozen=True)
class Kept:
    """A file as it was stored."""

    parts: int
    size: int
    sha256: str


def export_shelf() -> FileStore:
    """Return the store of made files with the key ring of this moment."""
    root = settings().data_dir / "exports"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileStore(root, keys())


def keep(file_id: int, path: Path) -> Kept:
    """Seal a file in parts, in the place of whatever an earlier try left."""
    with path.open("rb") as file:
        return keep_parts(file_id, iter(lambda: file.read(PART_BYTES), b""))


def keep_parts(file_id: int, parts: Iterator[bytes]) -> Kept:
    """Seal parts as they come."""
    shelf, digest, size, number = export_shelf(), hashlib.sha256(), 0, 0
    shelf.delete(file_id)
    for number, part in enumerate(parts, start=1):
        shelf.put(file_id, f"part{number}", part)
        digest.update(part)
        size += len(part)
    return Kept(number, size, digest.hexdigest())


def parts_of(file_id: int, parts: int) -> Iterator[bytes]:
    """Yield a file's parts, one in memory at a time; raises `NotFound` or `SealBroken`."""
    shelf = export_shelf()
    return (shelf.get(file_id, f"part{number}") for number in range(1, parts + 1))


@contextmanager
def workbench() -> Iterator[Path]:
    """Give an empty folder that nobody else reads, and clear it away."""
    with TemporaryDirectory(dir=_bench()) as folder:
        yield Path(folder)


def clear_benches() -> None:
    """Remove what killed workers left half written."""
    before = clock.real_now().timestamp() - LEFT_BEHIND_SECONDS
    for folder in _bench().iterdir():
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)


def _bench() -> Path:
    root = settings().data_dir / "exports-under-way"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root
