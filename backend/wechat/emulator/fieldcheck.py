"""The emulator's own check of template values: written apart from `backend.wechat.fields`, sharing only the numbers.

Two separate readings of one page of rules keep each other honest: a test lets the one fit values and this one judge.
"""

import re
from collections.abc import Mapping

from backend.wechat.limits import HAN, LIMITS, LONGEST_MIXED_NAME, kind_of, width

_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_HOUR = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_MONTH = r"(0?[1-9]|1[0-2])"
_DAY = r"(0?[1-9]|[12]\d|3[01])"
_DATE = "|".join(rf"\d{{4}}{mark}{_MONTH}{mark}{_DAY}" for mark in ("-", "/", r"\."))
_DATE = rf"(\d{{4}}年{_MONTH}月{_DAY}日|{_DATE})"
_TIME = rf"({_DATE} ?)?{_HOUR}"
_DATE_TIME = rf"{_DATE}( ?{_HOUR})?"

_PATTERNS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(pattern, re.ASCII)
    for kind, pattern in {
        "thing": r".+",
        "enum": r".+",
        "number": r"\d{1,32}(\.\d{1,31})?",
        "letter": r"[A-Za-z]{1,32}",
        "symbol": rf"[^A-Za-z0-9\s{HAN}]{{1,5}}",
        "character_string": r"[\x21-\x7e]{1,32}",
        "time": rf"{_TIME}(~{_TIME})?",
        "date": rf"{_DATE_TIME}(~{_DATE_TIME})?",
        "amount": r"[¥$€£]?\d{1,10}(\.\d+)?元?",
        "phone_number": r"[\d+*()-]{1,17}",
        "car_number": rf"(?=.{{1,8}}$)[{HAN}]?[A-Za-z0-9·-]*[{HAN}]?",
        "name": r"[^0-9\U0001f000-\U0001faff]{1,20}",
        "phrase": rf"[{HAN}]{{1,5}}",
    }.items()
}


def complaint(key: str, value: object) -> str | None:
    """Return what is wrong with a template value, as the end of 47003's sentence; None if nothing is."""
    kind = kind_of(key)
    if kind is None or not isinstance(value, str):
        return f"data.{key}.value invalid"
    if not value.strip():
        return f"data.{key}.value is empty"
    longest = LONGEST_MIXED_NAME if kind == "name" and re.search(f"[{HAN}]", value) else LIMITS[kind].longest
    fits = width(value) <= longest and not _FORBIDDEN.search(value) and _PATTERNS[kind].fullmatch(value)
    return None if fits else f"data.{key}.value invalid"
