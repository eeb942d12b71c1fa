"""Citizen ID numbers (GB 11643-1999): 18 signs with a check digit, the 15-digit form of before 2000, what they say."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from operator import mul
from typing import Literal

from backend.errors import Invalid

Sex = Literal["male", "female"]

EARLIEST_BIRTH = date(1900, 1, 1)
_LONGEST_TYPED = 60
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"
_OF_ZEROS = ord("0") * sum(_WEIGHTS)
_SEPARATORS = re.compile(r"[\s\-‐‑–—]+")
_NEW_FORM = re.compile(r"[0-9]{17}[0-9X]")
_OLD_FORM = re.compile(r"[0-9]{15}")


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid number in its 18-sign form, with the birth date and the sex it states; its repr shows none of them."""

    number: str = field(repr=False)
    birth: date = field(repr=False)
    sex: Sex = field(repr=False)


def check_sign(first_17: str) -> str:
    """Return the check digit of 17 digits (ISO 7064 MOD 11-2, as GB 11643 prescribes)."""
    if len(first_17) != len(_WEIGHTS):
        raise ValueError("seventeen digits have a check digit")
    # A file has a million of them: the digits' ASCII codes are weighed, mapped and not looped.
    return _CHECK_SIGNS[(sum(map(mul, _WEIGHTS, first_17.encode("ascii"))) - _OF_ZEROS) % 11]


def in_new_form(number: str) -> str:
    """Turn a 15-digit number into its 18-sign form; anything else comes back as it is."""
    if not _OLD_FORM.fullmatch(number):
        return number
    first_17 = number[:6] + "19" + number[6:]
    return first_17 + check_sign(first_17)


def plain_id_number(text: str) -> str:
    """Return a number without blanks and dashes, with a capital X, in its 18-sign form; checks nothing."""
    typed = unicodedata.normalize("NFKC", text[:_LONGEST_TYPED])
    return in_new_form(_SEPARATORS.sub("", typed).upper())


def parse_id_number(text: str, *, today: date, field: str = "id_number") -> IdNumber:
    """Read an ID number as people type it; raises `Invalid` with a sentence for `field`.

    The region digits are not looked at: they name where somebody was first registered, perhaps a county that is
    gone, and permanent residents' cards begin with 9. `today` is the business date: nobody is born after it.
    """
    number, birth = _read(text, today, field)
    return IdNumber(number, birth, "male" if int(number[16]) % 2 else "female")


def checked_id_number(text: str, *, today: date) -> str:
    """Return the 18-sign form of a number alone, checked as `parse_id_number` does: for the millions of a file."""
    return _read(text, today, "id_number")[0]


def _read(text: str, today: date, field: str) -> tuple[str, date]:
    number = text
    if not _NEW_FORM.fullmatch(number):
        number = plain_id_number(text)
        if not _NEW_FORM.fullmatch(number):
            raise Invalid.field(field, _what_is_wrong(number))
    birth = _birth_date(number)
    if birth is None or not EARLIEST_BIRTH <= birth <= today:
        raise Invalid.field(field, "身份证号里的出生日期不对，请对照身份证再看看。")
    if check_sign(number[:17]) != number[17]:
        raise Invalid.field(field, "身份证号有一位填错了（最后一位校验对不上），请对照身份证再看看。")
    return number, birth


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _what_is_wrong(typed: str) -> str:
    if not typed:
        return "请填写身份证号。"
    if re.fullmatch(r"[0-9]*X?", typed) is None:
        return "身份证号只能是数字，最后一位可以是 X。"
    if len(typed) == 18:
        return "身份证号只有最后一位可以是 X，请对照身份证再看看。"
    return f"身份证号应该是18位，您填的是{len(typed)}位，请对照身份证再看看。"
