"""Where handed-in files lie: sealed, in parts, so that a large one never has to be in memory whole."""

import io
from typing import BinaryIO

from backend.errors import Invalid
from backend.files.documents import MOST_BYTES as MOST_XLSX_BYTES
from backend.files.store import FileStore
from backend.privacy.current import keys
from backend.services.imports.cells import Rows
from backend.services.imports.csv_files import UNREADABLE, read_csv
from backend.services.imports.xlsx_files import read_xlsx
from backend.services.storage import settings

PART_BYTES = 4 << 20
MOST_CSV_BYTES = 200 << 20
CSV, XLSX = "csv", "xlsx"
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
OLD = "这是旧版的 xls，或者加了密码的表格。请去掉密码，另存为 xlsx 或 CSV，再选它。"


def import_shelf() -> FileStore:
    """Return the store of handed-in files with the key ring of this moment."""
    root = settings().data_dir / "imports"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileStore(root, keys())


def form_of(file: BinaryIO) -> str:
    """Tell csv from xlsx by content; raises `Invalid` with what to do for anything else."""
    head = file.read(8)
    file.seek(0)
    if not head:
        raise Invalid.field("file", "这个文件是空的，请重新选一个。")
    if head.startswith(_OLD_OFFICE):
        raise Invalid.field("file", OLD)
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")):
        raise Invalid.field("file", UNREADABLE)
    return XLSX if head.startswith(_ZIP) else CSV


def most_bytes(form: str) -> int:
    """Return how large a file of this form may be."""
    return MOST_XLSX_BYTES if form == XLSX else MOST_CSV_BYTES


def keep(batch_id: int, file: BinaryIO) -> int:
    """Store a file in parts and return how many there are."""
    shelf, number = import_shelf(), 0
    while part := file.read(PART_BYTES):
        number += 1
        shelf.put(batch_id, f"part{number}", part)
    return number


def rows_of(batch_id: int, form: str, parts: int) -> Rows:
    """Yield the rows of a stored file; raises `Invalid` with a sentence for `file`."""
    raw = _Parts(batch_id, parts)
    if form == XLSX:
        yield from read_xlsx(raw.readall())
    else:
        yield from read_csv(io.BufferedReader(raw, PART_BYTES))


class _Parts(io.RawIOBase):
    """A stored file as one stream that can be begun anew; one part of it is in memory at a time."""

    def __init__(self, batch_id: int, parts: int) -> None:
        self._id, self._count = batch_id, parts
        self._shelf = import_shelf()
        self._next, self._part, self._at = 1, b"", 0

    def readable(self) -> bool:
        """Say that it is for reading."""
        return True

    def seekable(self) -> bool:
        """Say that it can be begun anew, which is all that reading twice needs."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Begin anew."""
        if whence == 1 and offset == 0:
            return self._at
        if offset or whence:
            raise io.UnsupportedOperation("only to the beginning")
        self._next, self._part, self._at = 1, b"", 0
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from the part at hand, or from the next one."""
        if self._at >= len(self._part):
            if self._next > self._count:
                return 0
            self._part, self._at = self._shelf.get(self._id, f"part{self._next}"), 0
            self._next += 1
        taken = self._part[self._at : self._at + len(buffer)]
        buffer[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)
