"""Find and black out personal numbers in running text: for log lines and for notices before they are public."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
"""One sign for one sign, so that places found in the plain form are places in the text."""

# Request ids, digests and keys: long, with letters, of nobody. A run of digits inside them is not a telephone.
_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])", re.ASCII
)
_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"


def _passes_luhn(found: str) -> bool:
    digits = [int(sign) for sign in found if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(digits) >= 16 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _always(_found: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Personal:
    """A kind of personal datum: what stands in its place, how it looks, and a second look where form is not enough.

    Every repetition in a pattern is bounded and begins at a fixed place, so that the cost is linear in the text.
    """

    cover: str
    form: re.Pattern[str]
    is_one: Callable[[str], bool] = _always


_KINDS = (
    # 18 signs; disability certificates add two or four digits to them. A wrong check digit is still somebody's number.
    _Personal(
        "[证件号]",
        re.compile(
            rf"(?<![0-9])[1-9][0-9]{{5}}[ -]?(?:18|19|20)[0-9]{{2}}{_MONTH_DAY}[ -]?[0-9]{{3}}[0-9Xx]"
            r"(?:[0-9]{2}){0,2}(?![0-9])"
        ),
    ),
    _Personal("[证件号]", re.compile(rf"(?<![0-9])[1-9][0-9]{{7}}{_MONTH_DAY}[0-9]{{3}}(?![0-9])")),
    _Personal("[电话]", re.compile(r"(?<![0-9])(?:(?:\+|00)?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")),
    _Personal("[电话]", re.compile(r"(?<![0-9-])0[1-9][0-9]{1,2}-[2-8][0-9]{6,7}(?![0-9])")),
    _Personal(
        "[银行卡]",
        re.compile(r"(?<![0-9])[3-69][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?(?![0-9])"),
        _passes_luhn,
    ),
    _Personal(
        "[邮箱]",
        re.compile(
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}", re.ASCII
        ),
    ),
)
_COVERED = "\0"
"""Stands for a sign that was dealt with: the text keeps its length, and no pattern matches it."""
_WORTH_A_LOOK = re.compile(r"[0-9]{4}|@")


def leaks(text: str) -> list[str]:
    """Return the personal numbers found in a text: ID numbers, telephones, bank cards, mail addresses, as written."""
    return [text[start:end] for start, end, _cover in _found(text)]


def scrub(text: str) -> str:
    """Return the text with [证件号], [电话], [银行卡], [邮箱] in place of what `leaks` finds."""
    parts: list[str] = []
    kept_from = 0
    for start, end, cover in _found(text):
        parts += (text[kept_from:start], cover)
        kept_from = end
    return "".join((*parts, text[kept_from:]))


def _found(text: str) -> list[tuple[int, int, str]]:
    plain = text if text.isascii() else text.translate(_FULL_WIDTH)
    if _WORTH_A_LOOK.search(plain) is None:
        return []
    plain = _HEX.sub(lambda hit: hit[0] if hit[0].isdigit() else _COVERED * len(hit[0]), plain)
    found: list[tuple[int, int, str]] = []
    for kind in _KINDS:
        hits = [hit.span() for hit in kind.form.finditer(plain) if kind.is_one(hit[0])]
        found += [(start, end, kind.cover) for start, end in hits]
        plain = _without(plain, hits)
    return sorted(found)


def _without(plain: str, hits: list[tuple[int, int]]) -> str:
    """Cover what one kind has found, so that the kinds that follow do not report it again."""
    parts: list[str] = []
    kept_from = 0
    for start, end in hits:
        parts += (plain[kept_from:start], _COVERED * (end - start))
        kept_from = end
    return "".join((*parts, plain[kept_from:]))
