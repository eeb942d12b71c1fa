"""Recordings and documents are told by content; what is locked, foreign or swells is refused unopened."""

import io
import struct
import time
import wave
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backend.errors import Invalid
from backend.files.documents import accept_document
from backend.files.recordings import accept_recording

pytestmark = pytest.mark.shows("story.5")

ADTS = b"\xff\xf1\x50\x80\x01\x1f\xfc\x00"
"""One AAC frame of eight bytes, length included."""
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _wav() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
    return made.getvalue()


def _package(main: str = "word/document.xml", **extra: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(main, "<document/>")
        for name, content in extra.items():
            package.writestr(name, content)
    return made.getvalue()


def _said_of_recording(data: bytes) -> str:
    with pytest.raises(Invalid) as raised:
        accept_recording(data, field="voice")
    assert list(raised.value.fields) == ["voice"]
    return raised.value.message


def _said_of_document(data: bytes) -> str:
    with pytest.raises(Invalid) as raised:
        accept_document(data, field="paper")
    assert list(raised.value.fields) == ["paper"]
    return raised.value.message


@pytest.mark.parametrize(
    ("data", "kind", "media_type"),
    [
        (b"ID3\x04\0\0\0\0\0\x0a" + bytes(50), "mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(400), "mp3", "audio/mpeg"),
        (b"\0\0\0\x1cftypM4A \0\0\0\0" + bytes(50), "m4a", "audio/mp4"),
        (b"\0\0\0\x18ftypmp42" + bytes(30) + b"hdlr" + bytes(8) + b"soun", "m4a", "audio/mp4"),
        (ADTS * 3, "aac", "audio/aac"),
        (b"#!AMR\n" + bytes(50), "amr", "audio/amr"),
        (b"#!AMR-WB\n" + bytes(50), "amr", "audio/amr"),
        (_wav(), "wav", "audio/wav"),
        (b"OggS\0\x02" + bytes(50), "ogg", "audio/ogg"),
    ],
)
def test_a_recording_is_told_by_its_content(data: bytes, kind: str, media_type: str) -> None:
    recording = accept_recording(data)

    assert (recording.kind, recording.media_type, recording.content) == (kind, media_type, data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"#!/bin/sh\n",
        b"\xff\xfb",
        b"\xff\xfb\xf0\x64" + bytes(40),
        b"\xff\xf1\x50\x80\x01\x1f\xfc\x00<html>",
        b"\xff\xd8\xff\xe0" + bytes(40),
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"ID3<script>",
        b"\0\0\0\x18ftypheic",
    ],
)
def test_what_is_no_recording_gets_a_sentence(data: bytes) -> None:
    assert "这不是录音" in _said_of_recording(data)


def test_a_video_is_no_recording() -> None:
    film = b"\0\0\0\x18ftypmp42" + bytes(30) + b"hdlr" + bytes(8) + b"vide"

    assert "视频" in _said_of_recording(film)


def test_a_recording_over_ten_megabytes_is_refused() -> None:
    assert "10MB" in _said_of_recording(b"#!AMR\n" + bytes(10 * 1024 * 1024))


@pytest.mark.parametrize(("data", "kind"), [(PDF, "pdf"), (_package(), "docx"), (_package("xl/workbook.xml"), "xlsx")])
def test_a_document_is_told_by_its_content(data: bytes, kind: str) -> None:
    document = accept_document(data)

    assert (document.kind, document.content) == (kind, data)


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"MZ\x90", _package("evil.exe"), b"\xff\xd8\xff", b"{\\rtf1}", b" %PDF-1.7"]
)
def test_what_is_no_document_gets_a_sentence(data: bytes) -> None:
    assert "这不是能用的文件" in _said_of_document(data)


@pytest.mark.parametrize("data", [PDF[:30], _package()[:-30], b"PK\x03\x04" + bytes(80), b"PK\x03\x04"])
def test_a_document_that_is_cut_short_is_refused(data: bytes) -> None:
    assert "打不开" in _said_of_document(data)


def test_a_locked_document_asks_to_be_unlocked() -> None:
    locked_zip = bytearray(_package())
    for head, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked_zip.index(head)
        locked_zip[at + offset] |= 1

    assert "密码" in _said_of_document(bytes(locked_zip))
    assert "密码" in _said_of_document(PDF.replace(b"/Root", b"/Encrypt 9 0 R/Root"))
    assert "密码" in _said_of_document(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_a_document_with_macros_is_refused() -> None:
    assert "宏" in _said_of_document(_package("word/document.xml", **{"word/vbaProject.bin": b"x"}))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "C:/boot.ini"])
def test_a_document_whose_parts_leave_it_is_refused(name: str) -> None:
    assert "这不是能用的文件" in _said_of_document(_package(**{name: b"x"}))


def test_a_document_with_a_link_inside_is_refused() -> None:
    made = io.BytesIO(_package())
    with zipfile.ZipFile(made, "a") as package:
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")

    assert "这不是能用的文件" in _said_of_document(made.getvalue())


def test_a_bomb_is_refused_unopened() -> None:
    bomb = _package("xl/workbook.xml", **{"xl/worksheets/sheet1.xml": bytes(40 * 1024 * 1024)})
    started = time.perf_counter()

    assert "解开后太大" in _said_of_document(bomb)
    assert time.perf_counter() - started < 0.2


def test_a_package_that_claims_gigabytes_is_refused() -> None:
    data = bytearray(_package())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)

    assert "解开后太大" in _said_of_document(bytes(data))


def test_a_package_whose_parts_share_their_bytes_is_refused() -> None:
    data = bytearray(_package())
    at = data.index(b"PK\x01\x02")
    data[at + 20 : at + 24] = struct.pack("<I", len(data) * 2)

    assert "解开后太大" in _said_of_document(bytes(data))


def test_a_package_of_too_many_parts_is_refused_before_they_are_listed() -> None:
    data = _package(**{f"word/{number}": b"" for number in range(2001)})
    lying = bytearray(data)
    end = data.rindex(b"PK\x05\x06")
    lying[end + 8 : end + 12] = struct.pack("<HH", 2, 2)
    lying[end + 12 : end + 16] = struct.pack("<I", 10_000_000)

    assert "解开后太大" in _said_of_document(data)
    assert "解开后太大" in _said_of_document(bytes(lying))


def test_a_long_honest_sheet_is_accepted() -> None:
    rows = b"".join(b"<row><c><v>%d</v></c></row>" % number for number in range(60_000))

    assert accept_document(_package("xl/workbook.xml", **{"xl/worksheets/sheet1.xml": rows})).kind == "xlsx"


def test_a_document_over_twenty_megabytes_is_refused() -> None:
    assert "20MB" in _said_of_document(PDF + bytes(20 * 1024 * 1024))


_PACKAGE = _package()


@settings(deadline=None, max_examples=200)
@given(changes=some.lists(some.tuples(some.integers(0, 5000), some.integers(0, 255)), min_size=1, max_size=6))
def test_whatever_the_bytes_it_is_a_document_or_a_sentence(changes: list[tuple[int, int]]) -> None:
    data = bytearray(_PACKAGE)
    for at, value in changes:
        data[at % len(data)] = value

    try:
        assert accept_document(bytes(data)).kind == "docx"
    except Invalid as invalid:
        assert invalid.fields  # noqa: PT017 - either outcome is right
