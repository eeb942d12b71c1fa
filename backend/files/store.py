"""The sealed file store: content on disk that only the key ring opens, written whole or not at all."""

import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from backend import clock
from backend.errors import NotFound, TryLater
from backend.privacy.keys import KeyRing
from backend.privacy.seal import Place, bytes_sealed_with, seal_bytes, unseal_bytes

_VARIANT = re.compile(r"[a-z][a-z0-9_]{0,19}")
_NAME = re.compile(r"([1-9][0-9]*)\.([a-z][a-z0-9_]{0,19})")
_SHARDS = 256
_HEAD_BYTES = 64
_UNFINISHED = "unfinished"
ORPHANED_AFTER_SECONDS = 24 * 3600
"""Whoever stored content has by then written its row, or died before."""
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class FileStore:
    """Sealed content by the id of its row and a variant ("original", "thumbnail").

    `root` exists already. Content is bound to id and variant: a file copied over another one's name raises
    `SealBroken`. Cheap to make, so make one with the key ring of the moment. Whether somebody may see a file is
    not decided here.
    """

    root: Path
    keys: KeyRing

    def put(self, file_id: int, variant: str, content: bytes) -> None:
        """Seal and store, replacing what was there; once it returns, a power cut does not lose it.

        Raises `TryLater` when the disk is full, read-only or away; nothing is left half written.
        """
        path = self._path(file_id, variant)
        sealed = seal_bytes(content, keys=self.keys, place=_place(file_id, variant))
        with _disk_in_order("附件暂时存不进去，请过一会儿再传。"):
            self._make_folder(path.parent)
            unfinished = self._written(sealed)
            try:
                unfinished.replace(path)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise
            _make_durable(path.parent)

    def get(self, file_id: int, variant: str) -> bytes:
        """Return the content; raises `NotFound`, `TryLater`, or `SealBroken` if it is not what was stored."""
        path = self._path(file_id, variant)
        with _disk_in_order("附件暂时读不出来，请过一会儿再看。"):
            try:
                sealed = path.read_bytes()
            except FileNotFoundError as error:
                raise NotFound("这个附件找不到了，请联系管理员。") from error
        return unseal_bytes(sealed, keys=self.keys, place=_place(file_id, variant))

    def delete(self, file_id: int) -> None:
        """Remove every variant of a file; one that is gone already is no error."""
        with _disk_in_order("附件暂时删不掉，请过一会儿再试。"):
            for path in self._variants(file_id):
                path.unlink(missing_ok=True)

    def ids(self, *, older_than_seconds: float = float("-inf")) -> Iterator[int]:
        """Yield each stored id, or those whose newest variant was written that long ago.

        Zero is not all of them: a clock that stood ahead has left files with a time in the future.
        """
        before = clock.real_now().timestamp() - older_than_seconds
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            newest: dict[int, float] = {}
            for file_id, written in _listed(folder):
                newest[file_id] = max(written, newest.get(file_id, 0))
            yield from sorted(file_id for file_id, written in newest.items() if written <= before)

    def reseal(self, file_id: int) -> int:
        """Seal each variant that is under an earlier key with the current one; return how many there were."""
        resealed = 0
        for path in self._variants(file_id):
            variant = path.suffix[1:]
            with _disk_in_order("附件暂时读不出来，请过一会儿再试。"), path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
            if bytes_sealed_with(head) != self.keys.seal.current:
                self.put(file_id, variant, self.get(file_id, variant))
                resealed += 1
        return resealed

    def sweep(self, known: Callable[[Sequence[int]], Collection[int]]) -> int:
        """Delete what nobody knows a day after it was stored, and what a crash left half written; return how many went.

        `known` says which of some hundred ids have a row: a county has a million of them, and each would be a query.
        """
        gone, old = 0, self.ids(older_than_seconds=ORPHANED_AFTER_SECONDS)
        while some := list(islice(old, _ASKED_AT_ONCE)):
            for file_id in sorted({*some} - {*known(some)}):
                self.delete(file_id)
                gone += 1
        self.sweep_unfinished(older_than_seconds=ORPHANED_AFTER_SECONDS)
        return gone

    def sweep_unfinished(self, *, older_than_seconds: float) -> int:
        """Remove what a crash left half written; return how many there were."""
        before = clock.real_now().timestamp() - older_than_seconds
        removed = 0
        for path in (self.root / _UNFINISHED).glob("*"):
            # One that another process finishes meanwhile is no longer here.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime <= before:
                    path.unlink()
                    removed += 1
        return removed

    def _path(self, file_id: int, variant: str) -> Path:
        if file_id < 1 or _VARIANT.fullmatch(variant) is None:
            raise ValueError("not the name of a stored file")
        return self._folder(file_id) / f"{file_id}.{variant}"

    def _folder(self, file_id: int) -> Path:
        # By the low bytes: consecutive ids spread, and a folder holds few files up to hundreds of millions.
        low, next_byte = file_id % _SHARDS, file_id // _SHARDS % _SHARDS
        return self.root / f"{low:02x}" / f"{next_byte:02x}"

    def _variants(self, file_id: int) -> list[Path]:
        return sorted(self._folder(file_id).glob(f"{file_id}.*"))

    def _make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, but never the root: where its disk is not mounted, nothing is written."""
        if folder == self.root or folder.exists():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _make_durable(folder.parent)

    def _written(self, sealed: bytes) -> Path:
        folder = self.root / _UNFINISHED
        self._make_folder(folder)
        path = folder / secrets.token_hex(8)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path


def _place(file_id: int, variant: str) -> Place:
    return Place("stored_files", variant, file_id)


def _listed(folder: Path) -> Iterator[tuple[int, float]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = _NAME.fullmatch(entry.name)
            if name is not None:
                yield int(name[1]), entry.stat().st_mtime


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_in_order(sentence: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TryLater(sentence) from error
