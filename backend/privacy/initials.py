"""The first letters of a name's pinyin, by which a clerk finds it quickly: zsj for 张守金."""

import os
from functools import lru_cache

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # names are no phrases, and their dictionary is 40 MB a process

from pypinyin import Style, lazy_pinyin

MOST = 20
SURNAMES = {
    **dict.fromkeys("单折召", "s"),
    **dict.fromkeys("曾查翟", "z"),
    **dict.fromkeys("解冼", "x"),
    **dict.fromkeys("仇覃", "q"),
    **dict(zip("区朴盖缪乐任员种秘繁", "opgmyrycbp", strict=True)),
}
"""How these are read where they are surnames; elsewhere the usual reading counts."""


@lru_cache(maxsize=8192)
def initials(name: str) -> str:
    """Return the first letters of a name, sign by sign, so that those of its beginning begin those of the whole.

    Latin letters stay, in small; every other sign is left out. At most 20 letters.
    """
    letters = [_letter(sign, is_first=place == 0) for place, sign in enumerate(name[:MOST])]
    return "".join(letters)


def _letter(sign: str, *, is_first: bool) -> str:
    if is_first and sign in SURNAMES:
        return SURNAMES[sign]
    if sign.isascii():
        return sign.lower() if sign.isalpha() else ""
    letter = "".join(lazy_pinyin(sign, style=Style.FIRST_LETTER))[:1]  # a sign that it does not know comes back
    return letter if letter.isascii() and letter.isalpha() else ""
