"""The entrance for documents: PDF, Word and Excel, told by content; what is locked or swells when opened is refused."""

import io
import stat
import struct
import zipfile
from dataclasses import dataclass, field

from backend.errors import Invalid

MOST_BYTES = 20 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 200
"""Real sheets and texts pack up to about 50 to 1; a bomb needs far more to be worth its name."""

_SMALL_ENOUGH = 1024 * 1024
_LONGEST_DIRECTORY = MOST_ENTRIES * 256
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_LENGTH, _LONGEST_COMMENT = 22, 0xFFFF
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_FLAG = 0x1

_LOCKED = "这份文件加了密码，请去掉密码后再上传。"
_UNKNOWN = "这不是能用的文件。请上传 PDF、Word（docx）或 Excel（xlsx）。"
_BROKEN = "这份文件打不开，可能没有传完整，请重新上传。"
_SWELLS = "这份文件解开后太大，不能收。请另存一份再上传。"

# The part that makes a package what it is.
_OFFICE = {
    "word/document.xml": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it came, with the kind and media type that its content shows."""

    kind: str
    media_type: str
    content: bytes = field(repr=False)


def accept_document(data: bytes, *, field: str = "file") -> Document:
    """Tell a pdf, docx or xlsx of at most 20 MB without unpacking it; raises `Invalid` with a sentence for `field`."""
    if len(data) > MOST_BYTES:
        raise Invalid.field(field, f"文件太大了，最大{MOST_BYTES // 1024 // 1024}MB。")
    if data.startswith(b"%PDF-"):
        return _pdf(data, field)
    if data.startswith(b"PK\x03\x04"):
        return _office(data, field)
    if data.startswith(_OLD_OFFICE):
        # Word and Excel put a locked docx into the same container as the formats of before 2007.
        raise Invalid.field(
            field, "这份文件加了密码，或者是旧版的 doc、xls。请去掉密码，另存为 docx 或 xlsx 后再上传。"
        )
    raise Invalid.field(field, _UNKNOWN)


def _pdf(data: bytes, field: str) -> Document:
    if b"%%EOF" not in data[-2048:]:
        raise Invalid.field(field, _BROKEN)
    if b"/Encrypt" in data:
        raise Invalid.field(field, _LOCKED)
    return Document("pdf", "application/pdf", data)


def _office(data: bytes, field: str) -> Document:
    try:
        _check_directory_length(data, field)
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, EOFError, OSError) as error:
        raise Invalid.field(field, _BROKEN) from error
    _check_entries(entries, len(data), field)
    parts = {entry.filename for entry in entries}
    kind = next((kind for part, kind in _OFFICE.items() if part in parts), None)
    if kind is None or "[Content_Types].xml" not in parts:
        raise Invalid.field(field, _UNKNOWN)
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        raise Invalid.field(field, "这份文件里有宏，请另存为不带宏的 docx 或 xlsx 后再上传。")
    return Document(*kind, data)


def _check_directory_length(data: bytes, field: str) -> None:
    """Look at the directory's own length first: listing a million entries is the bomb."""
    end = data.rfind(_END_OF_DIRECTORY, max(0, len(data) - _END_LENGTH - _LONGEST_COMMENT))
    if end < 0:
        raise Invalid.field(field, _BROKEN)
    entries, length = struct.unpack("<HI", data[end + 10 : end + 16])
    if entries > MOST_ENTRIES or length > _LONGEST_DIRECTORY:
        raise Invalid.field(field, _SWELLS)


def _check_entries(entries: list[zipfile.ZipInfo], length: int, field: str) -> None:
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise Invalid.field(field, _LOCKED)
    if any(_leaves_its_folder(entry) for entry in entries):
        raise Invalid.field(field, _UNKNOWN)
    unpacked = sum(entry.file_size for entry in entries)
    # Entries that share their bytes pack to more than the whole file.
    overlap = sum(entry.compress_size for entry in entries) > length
    if overlap or unpacked > max(_SMALL_ENOUGH, min(MOST_UNPACKED, MOST_RATIO * length)):
        raise Invalid.field(field, _SWELLS)


def _leaves_its_folder(entry: zipfile.ZipInfo) -> bool:
    path = entry.filename.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or ":" in path or stat.S_ISLNK(entry.external_attr >> 16)
