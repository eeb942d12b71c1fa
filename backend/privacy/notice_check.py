"""The last look at a public notice before it hangs: numbers, addresses, illness and children must not be on it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend.privacy.redaction import leaks

MOST_DIGITS = 4
"""A year has four; whatever is longer is a number of somebody, unless it is a published telephone."""

_WORDS = Path(__file__).with_name("notice_words.txt")
_IN_NAMES = frozenset({"病"})
"""Stands in real names (去病); every other word of the list is looked for in them too."""

_DIGITS = re.compile(rf"[0-9](?:[ .\-]{{0,2}}[0-9]){{{MOST_DIGITS},}}[Xx]?")
_SPELT_DIGITS = re.compile(r"[〇零一二三四五六七八九幺两](?:[ 、\-]?[〇零一二三四五六七八九幺两]){5,}")
_COUNT = r"(?:[0-9]{1,4}|[甲乙丙丁一二三四五六七八九十百]{1,4})"
_ADDRESS = re.compile(rf"{_COUNT} ?(?:号楼|号院|号(?!网格)|栋|幢|弄|室|单元|巷|层楼)|门牌|单元|楼层|宅基地")


@dataclass(frozen=True)
class Known:
    """What may stand on this sheet although it looks like what may not: published numbers, names of places and heads.

    `children` are names of members under eighteen, where they are known.
    """

    telephones: Sequence[str] = ()
    places: Sequence[str] = ()
    heads: Sequence[str] = ()
    children: Sequence[str] = ()


@dataclass(frozen=True)
class Finding:
    """Something that must not hang on a wall: what kind, and where to look for it; a number is never repeated whole."""

    kind: str
    hint: str

    def __str__(self) -> str:
        return f"{self.kind}（{self.hint}）"


def check_notice(text: str, known: Known) -> list[Finding]:
    """Return what must not be public in the text of a notice; an empty list lets it pass.

    Source: the national guide (no ID, telephone, bank account, health), and cases brought by prosecutors (addresses).
    """
    plain = _plain(text)
    numbers = _without_telephones(plain, known.telephones)
    own_words = _without(plain, known.places)
    found = [
        *_numbers(numbers),
        *(Finding("详细住址", hit[0]) for hit in _ADDRESS.finditer(own_words)),
        *_illness(_without(own_words, known.heads), known.heads),
        *_children(_without(plain, known.heads), known.children),
    ]
    return list(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Bring full-width and look-alike signs to one form, and drop what cannot be seen between two digits."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in {"Cf", "Mn"})


def _without(text: str, parts: Iterable[str]) -> str:
    """Take the longest first, so that a name inside another leaves no rest of it behind."""
    for part in sorted({_plain(each) for each in parts if each}, key=len, reverse=True):
        text = text.replace(part, "\n")
    return text


def _without_telephones(text: str, numbers: Iterable[str]) -> str:
    """Take published numbers out where they stand alone: a short hotline may be the middle of another one."""
    for number in numbers:
        alone = rf"(?<![0-9])(?<![0-9][ .\-]){re.escape(_plain(number))}(?![ .\-]?[0-9])"
        text = re.sub(alone, "\n", text)
    return text


def _numbers(text: str) -> Iterator[Finding]:
    for found in [*leaks(text), *(hit[0] for hit in _DIGITS.finditer(text))]:
        kind = "邮箱" if "@" in found else "证件、电话或银行卡号码"
        yield Finding(kind, f"{found[:2]}…")
    for hit in _SPELT_DIGITS.finditer(text):
        yield Finding("用汉字写的号码", f"{hit[0][:2]}…")


def _illness(text: str, heads: Sequence[str]) -> Iterator[Finding]:
    for word in _illness_words():
        if word in text or (word not in _IN_NAMES and any(word in _plain(head) for head in heads)):
            yield Finding("健康状况", word)


def _children(text: str, children: Sequence[str]) -> Iterator[Finding]:
    for child in children:
        if child and _plain(child) in text:
            yield Finding("未成年人姓名", f"{child[:1]}…")


@cache
def _illness_words() -> tuple[str, ...]:
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
