"""The entrance for voice recordings: what phones and WeChat record, told by content and not by name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.errors import Invalid

MOST_BYTES = 10 * 1024 * 1024

_VIDEO_TRACK = re.compile(rb"hdlr.{8}vide", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it came, with the kind and media type that its content shows."""

    kind: str
    media_type: str
    content: bytes = field(repr=False)


def accept_recording(data: bytes, *, field: str = "file") -> Recording:
    """Tell an mp3, m4a, aac, amr, wav or ogg of at most 10 MB; raises `Invalid` with a sentence for `field`."""
    if len(data) > MOST_BYTES:
        raise Invalid.field(field, f"录音太大了，最大{MOST_BYTES // 1024 // 1024}MB，请分几段录。")
    kind = next(((kind, media) for kind, media, looks_so in _KINDS if looks_so(data)), None)
    if kind is None:
        raise Invalid.field(field, "这不是录音，或者录音格式不支持。请上传 mp3、m4a、aac、amr、wav 或 ogg。")
    if kind[0] == "m4a" and _VIDEO_TRACK.search(data):
        raise Invalid.field(field, "这是一段视频，请只上传录音。")
    return Recording(*kind, data)


def _is_aac(data: bytes) -> bool:
    """Look for ADTS: twelve ones, layer 0, a known sampling rate; then the next frame begins just so."""
    if not _begins_adts(data, 0):
        return False
    length = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
    return length >= 7 and (length >= len(data) or _begins_adts(data, length))


def _begins_adts(data: bytes, at: int) -> bool:
    frame = data[at : at + 7]
    return len(frame) == 7 and frame[0] == 0xFF and frame[1] & 0xF6 == 0xF0 and frame[2] >> 2 & 15 < 13


def _is_mp3(data: bytes) -> bool:
    """Look for an ID3 tag, or a frame of layer III with a real bit rate and sampling rate."""
    if data[:3] == b"ID3":
        return len(data) > 10 and data[3] in (2, 3, 4) and all(byte < 0x80 for byte in data[6:10])
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return False
    return data[1] >> 3 & 3 != 1 and data[2] >> 4 not in (0, 15) and data[2] >> 2 & 3 != 3


def _is_m4a(data: bytes) -> bool:
    brands = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"3gp4", b"3gp5", b"3gp6", b"dash")
    return data[4:8] == b"ftyp" and data[8:12] in brands


def _is_wav(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:16] == b"WAVEfmt "


def _is_amr(data: bytes) -> bool:
    return data.startswith((b"#!AMR\n", b"#!AMR-WB\n"))


def _is_ogg(data: bytes) -> bool:
    return data[:5] == b"OggS\0"


_KINDS: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    ("aac", "audio/aac", _is_aac),
    ("mp3", "audio/mpeg", _is_mp3),
    ("m4a", "audio/mp4", _is_m4a),
    ("wav", "audio/wav", _is_wav),
    ("amr", "audio/amr", _is_amr),
    ("ogg", "audio/ogg", _is_ogg),
)
