"""A picture goes on as pixels alone; what is no picture, or too much of one, is refused before it costs anything."""

import io
import random
import struct
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from backend.errors import Invalid
from backend.files.pictures import Picture, accept_picture

pytestmark = pytest.mark.shows("story.5")

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret>XMP-SECRET</secret></x:xmpmeta>'
TRACES = (b"Exif", b"SECRET", b"xmp", b"ICC_PROFILE", b"http://ns.adobe.com", b"MPF", b"Photoshop")


def _photo(size: tuple[int, int] = (640, 480)) -> Image.Image:
    noise = random.Random(size[0])
    small = Image.frombytes("RGB", (64, 48), noise.randbytes(64 * 48 * 3))
    return small.resize(size)


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "MAKER-SECRET"
    exif[0x0112] = orientation
    exif[0x010E] = "DESCRIPTION-SECRET"
    exif.get_ifd(0x8825).update({1: "N", 2: tuple(IFDRational(part) for part in (38, 18, 30)), 29: "GPS-SECRET"})
    return exif


def _traced(kind: str, orientation: int = 1) -> bytes:
    """Make a picture that tells where, when and with what it was taken."""
    options: dict[str, object] = {"exif": _exif(orientation), "icc_profile": b"ICC-SECRET" * 20, "xmp": XMP}
    if kind == "JPEG":
        options["comment"] = b"COMMENT-SECRET"
    return _encoded(_photo(), kind, **options)


def _segments(jpeg: bytes) -> list[int]:
    """List the markers before the first scan."""
    markers, at = [], 2
    while jpeg[at + 1] != 0xDA:
        markers.append(jpeg[at + 1])
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
    return markers


def _opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def _complaint(data: bytes) -> str:
    with pytest.raises(Invalid) as raised:
        accept_picture(data, field="photo")
    assert list(raised.value.fields) == ["photo"]
    return raised.value.message


def _png_saying(width: int, height: int) -> bytes:
    """Make a PNG of a few bytes whose header claims a size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


def _jpeg_saying(width: int, height: int) -> bytes:
    data = _encoded(_photo((64, 48)), "JPEG")
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def _webp_saying(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_rendition_tells_place_time_or_camera(kind: str) -> None:
    data = _traced(kind)
    assert b"SECRET" in data

    picture = accept_picture(data)

    for rendition in (picture.jpeg, picture.thumbnail):
        assert [trace for trace in TRACES if trace in rendition] == []
        assert {marker for marker in _segments(rendition) if 0xE0 <= marker <= 0xEF or marker == 0xFE} == {0xE0}
        assert not _opened(rendition).getexif()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_without_its_exif(orientation: int) -> None:
    lying = Image.new("RGB", (64, 32), "white")
    lying.paste((255, 0, 0), (0, 0, 16, 16))
    exif = _exif(orientation)

    picture = accept_picture(_encoded(lying, "JPEG", exif=exif, quality=95))

    corners = {1: (2, 2), 2: (61, 2), 3: (61, 29), 4: (2, 29), 5: (2, 2), 6: (29, 2), 7: (29, 61), 8: (2, 61)}
    upright = _opened(picture.jpeg)
    assert upright.size == ((64, 32) if orientation < 5 else (32, 64)) == (picture.width, picture.height)
    red, green, _blue = upright.getpixel(corners[orientation])
    assert red > 200 > 100 > green


@pytest.mark.parametrize(
    ("size", "stored", "thumbnail"),
    [
        ((4000, 3000), (2560, 1920), (320, 240)),
        ((3000, 4000), (1920, 2560), (240, 320)),
        ((200, 100), (200, 100), (200, 100)),
        ((1, 1), (1, 1), (1, 1)),
        ((9000, 1), (2560, 1), (320, 1)),
    ],
)
def test_a_picture_is_shrunk_and_never_blown_up(
    size: tuple[int, int], stored: tuple[int, int], thumbnail: tuple[int, int]
) -> None:
    picture = accept_picture(_encoded(_photo(size), "JPEG"))

    assert (picture.width, picture.height) == _opened(picture.jpeg).size == stored
    assert _opened(picture.thumbnail).size == thumbnail


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    image = _photo((40, 30)).convert("L").convert("I;16") if mode == "I;16" else _photo((40, 30)).convert(mode)

    assert accept_picture(_encoded(image, "PNG")).width == 40


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_every_kind_of_jpeg_is_read(mode: str) -> None:
    assert _opened(accept_picture(_encoded(_photo().convert(mode), "JPEG")).jpeg).mode == "RGB"


def test_a_transparent_picture_lies_on_white() -> None:
    picture = accept_picture(_encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG"))

    assert min(_opened(picture.jpeg).getpixel((10, 10))) > 250


def test_sixteen_bits_of_grey_keep_their_tone() -> None:
    grey = Image.new("I;16", (20, 20), 0x8000)

    assert abs(_opened(accept_picture(_encoded(grey, "PNG")).jpeg).getpixel((10, 10))[0] - 128) < 3


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_one_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue", "green")]

    picture = accept_picture(_encoded(frames[0], kind, save_all=True, append_images=frames[1:]))

    red, _green, blue = _opened(picture.jpeg).getpixel((15, 10))
    assert red > 200 > 100 > blue


def test_a_phones_moving_picture_loses_its_film() -> None:
    picture = accept_picture(_encoded(_photo(), "JPEG") + b"\0\0\0\x18ftypmp42FILM-SECRET")

    assert b"SECRET" not in picture.jpeg


@pytest.mark.shows("story.bad.picture_bomb")
@pytest.mark.parametrize("side", [20_000, 50_000])
@pytest.mark.parametrize("saying", [_png_saying, _jpeg_saying, _webp_saying])
def test_a_bomb_is_refused_before_it_is_decoded(saying: object, side: int) -> None:
    assert callable(saying)
    data = saying(side, side)
    started = time.perf_counter()

    said = _complaint(data)

    assert "尺寸太大" in said
    assert time.perf_counter() - started < 0.2


@pytest.mark.shows("story.bad.picture_bomb")
def test_a_real_png_bomb_of_twenty_thousand_squared_is_refused_at_once() -> None:
    packer = zlib.compressobj(9)
    row = bytes(1 + 20_000 // 8)
    packed = b"".join(packer.compress(row) for _ in range(20_000)) + packer.flush()
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    started = time.perf_counter()

    assert "5000万像素" in _complaint(data)
    assert time.perf_counter() - started < 0.2


@pytest.mark.shows("story.bad.picture_bomb")
def test_a_jpeg_of_a_thousand_scans_is_refused() -> None:
    data = _encoded(_photo(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")

    assert "太大" in _complaint(data[:last] + data[last:-2] * 1000 + b"\xff\xd9")


def test_a_jpeg_of_empty_segments_costs_nothing() -> None:
    started = time.perf_counter()

    _complaint(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 4_000_000)

    assert time.perf_counter() - started < 0.5


def test_a_second_header_does_not_hide_behind_a_small_one() -> None:
    data = _encoded(_photo((64, 48)), "JPEG")
    at = data.index(b"\xff\xc0")
    frame = data[at : at + 19]

    assert "尺寸太大" in _complaint(data[:at] + frame[:5] + struct.pack(">HH", 60_000, 60_000) + frame[9:] + data[at:])


@pytest.mark.shows("story.bad.renamed_script")
@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b"#!/bin/sh\nrm -rf /\n",
        b"<?php system($_GET['c']); ?>",
        b"MZ\x90\x00" + bytes(100),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a" + bytes(100),
        b"BM" + bytes(100),
        b"%PDF-1.7\n%%EOF",
        b"PK\x03\x04" + bytes(100),
        b"",
        b"\0",
    ],
)
def test_a_renamed_script_is_no_picture(data: bytes) -> None:
    assert _complaint(data) == "这不是照片。请上传 JPG、PNG 或 WebP 格式的照片。"


@pytest.mark.shows("story.bad.renamed_script")
@pytest.mark.parametrize("program", [b"<script>alert(1)</script>", b"<HTML>", b"<?php system(1);", b"<!DOCTYPE html>"])
def test_a_picture_that_is_a_web_page_as_well_is_refused(program: bytes) -> None:
    jpeg = _encoded(_photo(), "JPEG", comment=program)

    assert "不是照片" in _complaint(jpeg)
    assert "不是照片" in _complaint(_encoded(_photo(), "PNG") + program)


@pytest.mark.shows("story.bad.renamed_script")
@pytest.mark.parametrize("head", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP"])
def test_a_script_under_a_pictures_first_bytes_is_refused(head: bytes) -> None:
    assert "打不开" in _complaint(head + b"#!/bin/sh\nrm -rf /\n" * 5)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_is_cut_short_is_refused(kind: str) -> None:
    data = _encoded(_photo(), kind)

    for length in range(20, len(data) - 12, len(data) // 23):
        assert "打不开" in _complaint(data[:length])


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_an_iphones_own_format_gets_a_way_out(brand: bytes) -> None:
    assert "兼容性最佳" in _complaint(b"\0\0\0\x18ftyp" + brand + bytes(40))


def test_a_picture_of_too_many_bytes_is_refused() -> None:
    assert "11MB" in _complaint(bytes(11 * 1024 * 1024 + 1))


def test_damaged_exif_does_not_lose_the_picture() -> None:
    data = _encoded(_photo(), "JPEG")
    junk = b"Exif\0\0II*\0" + b"\xff" * 60

    picture = accept_picture(data[:2] + b"\xff\xe1" + struct.pack(">H", len(junk) + 2) + junk + data[2:])

    assert (picture.width, picture.height) == (640, 480)


_SAMPLES = {kind: _encoded(_photo((80, 60)), kind) for kind in ("JPEG", "PNG", "WEBP")}


@settings(deadline=None, max_examples=200)
@given(
    kind=some.sampled_from(sorted(_SAMPLES)),
    changes=some.lists(some.tuples(some.integers(0, 5000), some.integers(0, 255)), min_size=1, max_size=8),
)
def test_whatever_the_bytes_it_is_a_picture_or_a_sentence(kind: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(_SAMPLES[kind])
    for at, value in changes:
        data[at % len(data)] = value

    try:
        assert isinstance(accept_picture(bytes(data)), Picture)
    except Invalid as invalid:
        assert invalid.fields  # noqa: PT017 - either outcome is right
