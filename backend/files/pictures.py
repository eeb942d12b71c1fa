"""The entrance for pictures: whatever comes in, a plain JPEG without any trace of place, time or camera goes on."""

import io
import re
import warnings
from dataclasses import dataclass, field

from PIL import Image

from backend.errors import Invalid
from backend.files.headers import Header, HeaderBroken, is_apple_picture, read_header

MOST_BYTES = 11 * 1024 * 1024
"""What fits into MOST_BODY_BYTES with the form around it: whoever sends more should read a number that is true."""
MOST_PIXELS = 50_000_000
"""The largest sensor of common phones that is not binned; decoded it takes 150 MB for a moment."""
LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 320
MOST_SCANS = 100
"""Progressive JPEGs of cameras have about ten; each one costs a pass over all pixels, and a bomb has thousands."""

_QUALITY = 85
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A picture that is a web page or a program as well. Encoding anew would drop it, but no camera makes one. The forms are
# long enough not to come about by chance in 11 MB of pixels.
_PROGRAM = re.compile(rb"<script[\s>]|<!doctype html|<html[\s>]|<\?php\s|<iframe[\s>]", re.IGNORECASE)

_NOT_A_PICTURE = "这不是照片。请上传 JPG、PNG 或 WebP 格式的照片。"
_BROKEN = "这张照片打不开，可能没有传完整，请重新拍一张或重新上传。"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew: JPEG, upright, at most 2560 pixels a side; its thumbnail at most 320."""

    jpeg: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)
    width: int
    height: int


def accept_picture(data: bytes, *, field: str = "file") -> Picture:
    """Decode a JPEG, PNG or WebP and encode it anew; EXIF, GPS, XMP, comments and colour profiles stay behind.

    Raises `Invalid`, with a sentence for `field`, for anything else: too large (bytes or pixels, known
    before decoding), cut short, HEIC, or a program under a picture's name.
    """
    header = _checked_header(data, field)
    try:
        with warnings.catch_warnings():
            # Pillow warns of damaged EXIF and of large sizes: the one is thrown away, the other is checked here. Two
            # threads at once can at worst hide a warning.
            warnings.simplefilter("ignore")
            upright = _shrunk_and_upright(data, header)
    except Exception as error:
        # Decoders answer hostile bytes with whatever came up; all of it means that this is no usable picture.
        raise Invalid.field(field, _BROKEN) from error
    small = upright.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture(_as_jpeg(upright), _as_jpeg(small), upright.width, upright.height)


def _checked_header(data: bytes, field: str) -> Header:
    if len(data) > MOST_BYTES:
        raise Invalid.field(field, f"照片太大了，最大{MOST_BYTES // 1024 // 1024}MB。")
    try:
        header = read_header(data)
    except HeaderBroken as error:
        raise Invalid.field(field, _BROKEN) from error
    if header is None and is_apple_picture(data):
        raise Invalid.field(field, "暂时不支持 HEIC 照片。请在手机的相机设置里选“兼容性最佳”（JPG），或截图后上传。")
    if header is None or _PROGRAM.search(data):
        raise Invalid.field(field, _NOT_A_PICTURE)
    if header.width * header.height > MOST_PIXELS or header.scans > MOST_SCANS:
        raise Invalid.field(field, f"照片的尺寸太大了，最多{MOST_PIXELS // 10_000}万像素，请缩小后再上传。")
    return header


def _shrunk_and_upright(data: bytes, header: Header) -> Image.Image:
    # Only the decoder that the header named is tried.
    with Image.open(io.BytesIO(data), formats=[header.kind]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("the decoder sees another size than the header")
        turn = _UPRIGHT.get(_orientation(picture))
        plain = _in_a_mode_that_shrinks(picture)
        # Before anything else that copies pixels; a JPEG is even decoded at a fraction of its size.
        plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        flat = _flattened(plain)
    return flat if turn is None else flat.transpose(turn)


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:
        # Damaged EXIF is common in forwarded pictures and is thrown away anyway.
        return 1


def _in_a_mode_that_shrinks(picture: Image.Image) -> Image.Image:
    """Return pixels that can be averaged: no palette, no colour that means transparent, no bits, no 16-bit grey."""
    if picture.mode.startswith("I"):
        # Converting 16 bits straight to 8 would clip at 255 instead of scaling.
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode == "P" or "transparency" in picture.info:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.convert("L") if picture.mode == "1" else picture


def _flattened(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, in RGB; where the picture is transparent, white shows."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    white = Image.new("RGB", picture.size, "white")
    white.paste(layered, mask=layered.getchannel("A"))
    return white


def _as_jpeg(picture: Image.Image) -> bytes:
    # The encoder carries a comment over from here.
    picture.info.clear()
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()
