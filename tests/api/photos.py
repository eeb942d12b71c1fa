"""Photos as phones send them, and what is none."""

import io
import struct
import zlib
from functools import cache

from PIL import Image
from PIL.TiffImagePlugin import IFDRational


@cache
def photo(shade: int = 0) -> bytes:
    """A photo that tells who took it, and where."""
    exif = Image.Exif()
    exif[0x010F] = "MAKER-SECRET"
    exif.get_ifd(0x8825).update({1: "N", 2: tuple(IFDRational(part) for part in (38, 18, 30))})
    made = io.BytesIO()
    Image.new("RGB", (640, 480), (shade, 90, 60)).save(made, "JPEG", exif=exif, xmp=b"<x>XMP-SECRET</x>")
    return made.getvalue()


def bomb(side: int = 20_000) -> bytes:
    """A PNG of a few hundred bytes that says it is as large as a house."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9999)) + chunk(b"IEND", b"")
    )


def sent(content: bytes) -> tuple[io.BytesIO, str]:
    """What `Phone.send` takes as its file."""
    return io.BytesIO(content), "photo.jpg"
