"""What a kind of file is made of: its columns, how each is read, and what is said of a cell that cannot be."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from backend.errors import Invalid
from backend.privacy.id_numbers import checked_id_number
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services.imports.cells import Formula, Number

if TYPE_CHECKING:
    from backend.services.imports.runs import Run

Reader = Callable[[str, "Run"], Any]
Choices = Callable[["Run"], Mapping[str, str]]
"""Code to words, for drop-downs and for reading."""

ROUNDED = "身份证号最后三位是000，多半被表格软件改过。请把这一列设成“文本”，再照着身份证重新填。"
LOST = "身份证号被表格软件当成数字改坏了，后几位已经丢了。请把这一列的格式设成“文本”，再照着身份证重新填。"
FORMULA = "这一格是公式，请复制这一列，用“选择性粘贴”贴成数值。"
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_EXACT_DIGITS = 15
"""A spreadsheet's number holds fifteen digits; of a longer one the rest are zeros."""
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_SHORT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SEPARATORS = re.compile(r"[、,，;；|/ ]+")
_FROM_CSV_OF_OURS = re.compile(r"\A'(?=[=+\-@\t\r])")


@dataclass(frozen=True)
class Column:
    """One column: its heading, how its cells are read, and what the template shows of it."""

    key: str
    title: str
    read: Reader
    required: bool = False
    example: str = ""
    hint: str = ""
    choices: Choices | None = None
    also: tuple[str, ...] = ()
    """Other headings that mean the same."""

    def value(self, cell: str, run: "Run") -> Any:
        """Return what the cell says, or nothing for an empty one that may be; raises `Invalid` with a sentence."""
        text = cell.strip()
        if not text:
            if self.required:
                raise Invalid(f"请填写{self.title}。")
            return None
        if type(cell) is str:
            return self.read(text, run)
        if isinstance(cell, Formula):
            raise Invalid(FORMULA)
        return self.read(Number(text), run)


def words(most: int) -> Reader:
    """Read some words, at most so many signs."""

    def read(text: str, run: "Run") -> str:
        own = _FROM_CSV_OF_OURS.sub("", text) if text[:1] == "'" else text
        plain = unicodedata.normalize("NFC", own).replace("\0", "").strip()
        if len(plain) > most:
            raise Invalid(f"太长了，最多{most}个字。")
        return plain

    return read


def person_name(text: str, run: "Run") -> str:
    """Read a name as it is written on documents."""
    return clean_name(text)


def id_number(text: str, run: "Run") -> str:
    """Read an ID number, and say what a spreadsheet did to one that it took for a quantity."""
    if isinstance(text, Number) and len(text) > _EXACT_DIGITS:
        raise Invalid(LOST)
    try:
        return checked_id_number(text, today=run.today)
    except Invalid as error:
        if _SCIENTIFIC.fullmatch(text):
            raise Invalid(LOST) from error
        if text.endswith("000") and len(text) == 18:
            raise Invalid(ROUNDED) from error
        raise


def phone(text: str, run: "Run") -> str:
    """Read a telephone number, and say when its leading zero was lost."""
    if _SCIENTIFIC.fullmatch(text):
        raise Invalid("电话被表格软件当成数字改坏了。请把这一列的格式设成“文本”，再重新填。")
    try:
        return parse_phone(text)
    except Invalid as error:
        try:
            parse_phone(f"0{text}")
        except Invalid:
            raise error from None
        raise Invalid("座机前面的0丢了。请把这一列的格式设成“文本”，再重新填，例如 0311-82520000。") from error


def day(text: str, run: "Run") -> date:
    """Read a day, however offices write it."""
    found = _DAY.fullmatch(text) or _SHORT_DAY.fullmatch(text)
    parts = [int(each) for each in found.groups()] if found else [0, 0, 0]
    try:
        return date(*parts)
    except ValueError:
        raise Invalid("日期请写成 2026-03-05 这样。") from None


def past_day(text: str, run: "Run") -> date:
    """Read a day that is not in the future."""
    found = day(text, run)
    if found > run.today:
        raise Invalid("日期不能晚于今天。")
    return found


def whole(least: int, most: int) -> Reader:
    """Read a whole number within bounds."""

    def read(text: str, run: "Run") -> int:
        plain = unicodedata.normalize("NFKC", text).removesuffix(".0").replace(",", "")
        if not plain.isdecimal() or not least <= int(plain[:18]) <= most:
            raise Invalid(f"请填{least}到{most}的整数。")
        return int(plain)

    return read


def yuan(text: str, run: "Run") -> int:
    """Read an amount in yuan; what is below one yuan is cut off."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("元")
    try:
        amount = float(plain)
    except ValueError:
        raise Invalid("金额请只填数字，单位是元。") from None
    if not 0 <= amount < 1e9:
        raise Invalid("金额不对，请核对。")
    return int(amount)


def one_of(choices: Choices) -> Reader:
    """Read one of the words of a dictionary and return its code."""
    codes = _Codes()

    def read(text: str, run: "Run") -> str:
        found = codes.of(choices(run)).get(text)
        if found is None:
            raise Invalid(f"“{text[:20]}”不在可选的里面，请从下拉框里选。")
        return found

    return read


def some_of(choices: Choices) -> Reader:
    """Read several words of a dictionary, between 、 or commas, and return their codes in the dictionary's order."""
    by_words = _Codes()

    def read(text: str, run: "Run") -> list[str]:
        known = choices(run)
        codes = by_words.of(known)
        said = [each for each in _SEPARATORS.split(text) if each]
        for each in said:
            if each not in codes:
                raise Invalid(f"“{each[:20]}”不在可选的里面，几样之间用顿号隔开。")
        chosen = {codes[each] for each in said}
        return [code for code in known if code in chosen]

    return read


def dictionary(name: str) -> Choices:
    """Return the choices of a dictionary of the rules."""
    return lambda run: run.policy.dictionaries[name]


class _Codes:
    """Words and codes to codes, turned round once for each version of a dictionary."""

    def __init__(self) -> None:
        self._known: Mapping[str, str] | None = None
        self._turned: Mapping[str, str] = {}

    def of(self, known: Mapping[str, str]) -> Mapping[str, str]:
        """Return them for this dictionary."""
        if known is not self._known:
            self._turned = {**{code: code for code in known}, **{said: code for code, said in known.items()}}
            self._known = known
        return self._turned


def chosen(name: str) -> tuple[Reader, Choices]:
    """Return how one entry of a dictionary of the rules is read, and its choices."""
    choices = dictionary(name)
    return one_of(choices), choices
