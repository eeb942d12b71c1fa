"""Makes values fit for WeChat's message templates, so that no message is lost to a name that is one sign too long."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from backend.wechat.limits import HAN, LIMITS, LONGEST_MIXED_NAME, MOST_DIGITS_OF_AMOUNT, kind_of, width

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_HAN = re.compile(f"[{HAN}]")
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_DAY = r"(?:[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2})"
_ONE_DAY = re.compile(_DAY)
_CLOCK_ONLY = re.compile(_CLOCK)
_DAY_AND_CLOCK = re.compile(rf"{_DAY} ?{_CLOCK}")
_NUMBER = re.compile(r"([0-9]{1,32})(\.[0-9]+)?")
_AMOUNT = re.compile(r"([¥$€£]?)([0-9]{1,10})(\.[0-9]+)?(元?)")
_PHONE = re.compile(r"[0-9+*()\-]+")
_CAR = re.compile(rf"[{HAN}]?[A-Za-z0-9·-]*[{HAN}]?")


class Unfit(ValueError):
    """A value that cannot be made acceptable without saying something untrue; names the key, never the value."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"no acceptable value for {self.key}"


def fit(key: str, value: str) -> str:
    """Return the value as the template key (`thing1`) accepts it: cleaned, cut by its type, never empty.

    Long texts end in "…"; identifiers and plates are cut without it; a number, amount, date or phone number is never
    cut, as a shorter one would be another one. Raises `Unfit` for those and for a key of no known type.
    """
    kind = kind_of(key)
    if kind is None:
        raise Unfit(key)
    fitted = _SHAPES[kind].shape(_tidy(value)) or LIMITS[kind].placeholder or ""
    if check(key, fitted) is not None:
        raise Unfit(key)
    return fitted


def check(key: str, value: str) -> str | None:
    """Return what WeChat would complain about (in its words, naming the key), or None if it would accept the value."""
    kind = kind_of(key)
    if kind is None:
        return f"data.{key}.value invalid"
    if not value.strip():
        return f"data.{key}.value is empty"
    if any(unicodedata.category(sign) in _INVISIBLE for sign in value) or width(value) > LIMITS[kind].longest:
        return f"data.{key}.value invalid"
    return None if _SHAPES[kind].accepts(value) else f"data.{key}.value invalid"


def _tidy(value: str) -> str:
    visible = (" " if sign.isspace() else sign for sign in value)
    kept = "".join(sign for sign in visible if unicodedata.category(sign) not in _INVISIBLE)
    return re.sub(" +", " ", kept).strip()


def _cut(text: str, longest: int, ending: str = "") -> str:
    if width(text) <= longest:
        return text
    while width(text) > longest - width(ending):
        text = text[:-1]
    return text.rstrip() + ending


def _only(accepts: Callable[[str], bool], text: str, longest: int) -> str:
    kept = "".join(sign for sign in text if accepts(sign))
    return _cut(" ".join(kept.split()), longest)


def _is_han(sign: str) -> bool:
    return _HAN.fullmatch(sign) is not None


def _is_letter(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


def _is_symbol(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"


def _is_visible_ascii(sign: str) -> bool:
    return "!" <= sign <= "~"


def _is_of_a_name(sign: str) -> bool:
    category = unicodedata.category(sign)
    return sign == " " or category[0] in "LMP" or category in {"Sm", "Sc"} or _is_han(sign)


def _shape_name(text: str) -> str:
    longest = LONGEST_MIXED_NAME if _HAN.search(text) else LIMITS["name"].longest
    return _only(_is_of_a_name, text, longest)


def _accepts_name(text: str) -> bool:
    longest = LONGEST_MIXED_NAME if _HAN.search(text) else LIMITS["name"].longest
    return width(text) <= longest and all(map(_is_of_a_name, text))


def _plain(text: str) -> str:
    return _tidy(unicodedata.normalize("NFKC", text))


def _shape_code(text: str) -> str:
    return _only(_is_visible_ascii, _plain(text).replace(" ", "-"), LIMITS["character_string"].longest)


def _shape_number(text: str) -> str:
    found = _NUMBER.fullmatch(re.sub("[, ]", "", _plain(text)))
    if not found:
        return ""
    whole, decimals = found.group(1), found.group(2) or ""
    room = LIMITS["number"].longest - len(whole)
    return whole + decimals[:room] if room > 1 else whole


def _shape_amount(text: str) -> str:
    found = _AMOUNT.fullmatch(re.sub("[, ]", "", _plain(text)))
    return found.group(1) + found.group(2) + (found.group(3) or "")[:3] + found.group(4) if found else ""


def _accepts_amount(text: str) -> bool:
    found = _AMOUNT.fullmatch(text)
    return found is not None and sum(sign.isdigit() for sign in found.group(2)) <= MOST_DIGITS_OF_AMOUNT


def _shape_phone(text: str) -> str:
    first = re.split("[/,;、 ]", re.sub(r"(?<=[0-9]) (?=[0-9])", "", _plain(text)))[0]
    return "".join(sign for sign in first if _PHONE.fullmatch(sign))


def _shape_car(text: str) -> str:
    kept = _only(lambda sign: _CAR.fullmatch(sign) is not None, _plain(text), LIMITS["car_number"].longest)
    return kept[:1] + _HAN.sub("", kept[1:-1]) + kept[1:][-1:]


def _day_is_real(text: str) -> bool:
    year, month, day = (int(part) for part in re.findall("[0-9]+", text)[:3])
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _accepts_moment(text: str) -> bool:
    return _DAY_AND_CLOCK.fullmatch(text) is not None and _day_is_real(text)


def _accepts_time(text: str) -> bool:
    parts = text.split("~")
    return len(parts) <= 2 and all(_CLOCK_ONLY.fullmatch(part) or _accepts_moment(part) for part in parts)


def _accepts_date(text: str) -> bool:
    parts = text.split("~")
    return len(parts) <= 2 and all(
        (_ONE_DAY.fullmatch(part) and _day_is_real(part)) or _accepts_moment(part) for part in parts
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    shape: Callable[[str], str]
    accepts: Callable[[str], bool]


_SHAPES: Mapping[str, _Shape] = {
    "thing": _Shape(lambda text: _cut(text, LIMITS["thing"].longest, "…"), lambda text: True),
    "number": _Shape(_shape_number, lambda text: _NUMBER.fullmatch(text) is not None),
    "letter": _Shape(
        lambda text: _only(_is_letter, _plain(text), LIMITS["letter"].longest),
        lambda text: all(map(_is_letter, text)),
    ),
    "symbol": _Shape(
        lambda text: _only(_is_symbol, text, LIMITS["symbol"].longest), lambda text: all(map(_is_symbol, text))
    ),
    "character_string": _Shape(_shape_code, lambda text: all(map(_is_visible_ascii, text))),
    "time": _Shape(_plain, _accepts_time),
    "date": _Shape(_plain, _accepts_date),
    "amount": _Shape(_shape_amount, _accepts_amount),
    "phone_number": _Shape(_shape_phone, lambda text: _PHONE.fullmatch(text) is not None),
    "car_number": _Shape(_shape_car, lambda text: _CAR.fullmatch(text) is not None),
    "name": _Shape(_shape_name, _accepts_name),
    "phrase": _Shape(lambda text: _only(_is_han, text, LIMITS["phrase"].longest), lambda text: all(map(_is_han, text))),
    "enum": _Shape(lambda text: text, lambda text: True),
}
