"""Read a picture's kind and size from its first bytes, before anything decodes it."""

import re
import struct
from dataclasses import dataclass

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_END, _JPEG_SCAN = 0xD9, 0xDA
_MOST_SEGMENTS = 4_000
"""A large picture with profiles and a hundred scans has some hundreds; millions of empty ones are an attack."""
# Within a scan, a marker is 0xFF with anything but stuffing, filling or a restart after it.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_APPLE_PICTURES = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"})


class HeaderBroken(ValueError):
    """The bytes begin like a picture but do not go on like one."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture says of itself; `scans` is how many passes a JPEG asks the decoder to make."""

    kind: str
    width: int
    height: int
    scans: int = 1


def read_header(data: bytes) -> Header | None:
    """Return the header of a JPEG, PNG or WebP, None for anything else; raises `HeaderBroken` for a damaged one."""
    try:
        if data.startswith(_JPEG):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError) as error:
        raise HeaderBroken(str(error)) from error
    return None


def is_apple_picture(data: bytes) -> bool:
    """Say whether it is a HEIC or AVIF picture, as iPhones make when they are not asked for JPEG."""
    return data[4:8] == b"ftyp" and data[8:12] in _APPLE_PICTURES


def _exactly(data: bytes, start: int, length: int) -> bytes:
    part = data[start : start + length]
    if len(part) != length:
        raise HeaderBroken("cut short")
    return part


def _png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise HeaderBroken("no picture inside")
    return Header("PNG", *struct.unpack(">II", _exactly(data, 16, 8)))


def _jpeg(data: bytes) -> Header:
    """Walk the segments to the end of the picture: the size, and how many scans there are."""
    at, size, scans = 2, None, 0
    for _ in range(_MOST_SEGMENTS):
        marker, start = _jpeg_marker(data, at)
        if marker == _JPEG_END:
            break
        (length,) = struct.unpack(">H", _exactly(data, start, 2))
        if marker in _JPEG_SIZES:
            # The larger of two counts: a second header must not hide behind a harmless first one.
            height, width = struct.unpack(">HH", _exactly(data, start + 3, 4))
            size = max(size or (0, 0), (width, height), key=lambda both: both[0] * both[1])
        scans += marker == _JPEG_SCAN
        at = start + max(length, 2)
    else:
        raise HeaderBroken("no end in sight")
    if size is None or scans == 0:
        raise HeaderBroken("no picture inside")
    return Header("JPEG", *size, scans=scans)


def _jpeg_marker(data: bytes, at: int) -> tuple[int, int]:
    hit = _NEXT_MARKER.search(data, at)
    if hit is None:
        raise HeaderBroken("cut short")
    return data[hit.end() - 1], hit.end()


def _webp(data: bytes) -> Header:
    match data[12:16]:
        case b"VP8X":
            width, height = (int.from_bytes(_exactly(data, start, 3), "little") + 1 for start in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(_exactly(data, 21, 4), "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = (side & 0x3FFF for side in struct.unpack("<HH", _exactly(data, 26, 4)))
        case _:
            raise HeaderBroken("no picture inside")
    return Header("WEBP", width, height)
