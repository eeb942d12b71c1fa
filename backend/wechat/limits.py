"""WeChat's limits of template values as plain data, shared by our fitting (`fields.py`) and the emulator's own check.

Source: the official page on subscribe messages, "参数值内容限制说明". It counts "characters" without saying how an
emoji or a rare Han sign beyond the basic plane counts; both sides here count UTF-16 units, the stricter reading.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""Han signs, rare ones too, as the inside of a character class of a regular expression."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a value of one type may be (UTF-16 units), what stands for "nothing", and what people call the type.

    `placeholder` is None where any filler would be a lie (a number, a date) or is not allowed (letters).
    """

    longest: int
    placeholder: str | None
    label: str


LIMITS: Mapping[str, Limit] = {
    "thing": Limit(20, "无", "事项"),
    "number": Limit(32, None, "数量"),
    "letter": Limit(32, None, "字母"),
    "symbol": Limit(5, "-", "符号"),
    "character_string": Limit(32, "-", "编号"),
    "time": Limit(64, None, "时间"),
    "date": Limit(64, None, "日期"),
    "amount": Limit(20, None, "金额"),
    "phone_number": Limit(17, None, "电话"),
    "car_number": Limit(8, "无", "车牌"),
    "name": Limit(20, "无", "姓名"),
    "phrase": Limit(5, "无", "状态"),
    "enum": Limit(20, None, "选项"),
}
"""The types by the prefix of their keys: `thing1` and `thing12` are both a `thing`."""

LONGEST_MIXED_NAME = 10
"""A name with a Han sign in it counts as a Chinese one, however many letters it has."""

MOST_DIGITS_OF_AMOUNT = 10

_KEY = re.compile(r"([a-z]+(?:_[a-z]+)*)[0-9]{1,2}")


def kind_of(key: str) -> str | None:
    """Return the type of a template key such as `thing1`, or None if WeChat has no such type."""
    found = _KEY.fullmatch(key)
    return found.group(1) if found and found.group(1) in LIMITS else None


def width(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
