"""Telephone numbers of China: mobiles of 11 digits, and landlines with their area code."""

import re
import unicodedata

from backend.errors import Invalid

_LONGEST_TYPED = 40
_SEPARATORS = re.compile(r"[\s()\-‐‑‒–—]+")
_COUNTRY_CODE = re.compile(r"^(?:\+86|0086|86(?=\d{11}$))")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9])[2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")


def plain_digits(text: str) -> str:
    """Return a number without blanks, dashes, brackets and +86, however it was typed; checks nothing."""
    typed = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:_LONGEST_TYPED]))
    return _COUNTRY_CODE.sub("", typed)


def parse_phone(text: str, *, field: str = "phone") -> str:
    """Return the digits of a mobile or of a landline with area code; raises `Invalid` with a sentence for `field`."""
    digits = plain_digits(text)
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return digits
    raise Invalid.field(field, _what_is_wrong(digits))


def _what_is_wrong(digits: str) -> str:
    if not digits:
        return "请填写电话号码。"
    if not (digits.isascii() and digits.isdigit()):
        return "电话号码里只能有数字。"
    if _LOCAL.fullmatch(digits):
        return "座机请加上区号，例如 0311-82520000。"
    if digits.startswith("1") and len(digits) != 11:
        return f"手机号应该是11位，您填的是{len(digits)}位，请再看看。"
    return "电话号码不对，请填11位手机号，或带区号的座机号。"
