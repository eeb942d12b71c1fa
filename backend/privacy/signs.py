"""Which signs a person may type: what is a letter, what is invisible, what could do harm on a page."""

import re
import unicodedata

CONTROL_SENTENCE = "里面有看不见的特殊符号，请删掉重新输入。"

# Joiners and marks that paste along unseen; they mean nothing in Chinese text.
_INVISIBLE = {ord(sign): None for sign in "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f"}
# Turning the reading direction lets a text show other words than it holds.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Unicode calls these letters, people see a blank or a picture.
_NO_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2139")
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
_HAN_PLANES = range(0x20000, 0x40000)
"""Planes 2 and 3 hold nothing but Han: the rare ones of names, also those newer than Python's tables."""

HAN = r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_HAS_HAN = re.compile(HAN)


def is_letter(sign: str) -> bool:
    """Say whether a sign is read as part of a word in any script: a Han sign, a letter, 〇."""
    if sign in _NO_LETTERS:
        return False
    return unicodedata.category(sign) in _LETTERS or ord(sign) in _HAN_PLANES or sign == "〇"


def has_letter(text: str) -> bool:
    """Say whether a text holds anything that can be read: digits, marks and emoji alone cannot."""
    return _HAS_HAN.search(text) is not None or any(map(is_letter, text))


def is_harmful(sign: str) -> bool:
    """Say whether a sign is a control character (NUL among them), half a character, or turns the direction."""
    return unicodedata.category(sign) in {"Cc", "Cs"} or sign in _TURNING or ord(sign) & 0xFFFE == 0xFFFE


def without_invisible(text: str) -> str:
    """Drop zero-width signs, which come along with pasted text and make equal words differ."""
    return text.translate(_INVISIBLE)
