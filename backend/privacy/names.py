"""People's names as they are written on documents: one sign or thirty, rare signs, ·, Latin letters."""

import re
import unicodedata

from backend.errors import Invalid
from backend.privacy.signs import CONTROL_SENTENCE, HAN, has_letter, is_harmful, is_letter, without_invisible

LONGEST = 50
"""In signs. The longest transliterated names on ID cards stay below it."""

DOT = "·"
_DOTS = {ord(sign): DOT for sign in "•‧・･∙⋅●᛫⸱ꞏ"}
# Full-width letters, and the radicals that text recognition and old files put in place of the sign (⽅ for 方).
_LOOKALIKES = {
    code: unicodedata.normalize("NFKC", chr(code))
    for span in (range(0xFF01, 0xFF5F), range(0x2E9F, 0x2EA0), range(0x2EF3, 0x2EF4), range(0x2F00, 0x2FD6))
    for code in span
}
_DOT_OF_KEYBOARDS = re.compile(rf"(?<={HAN})\s*[.。]\s*(?={HAN})")
_BLANK_BESIDE_DOT = re.compile(rf"\s*{DOT}\s*")
_BLANK_IN_HAN = re.compile(rf"(?<={HAN})\s+(?={HAN})")
_BLANKS = re.compile(r"\s+")
_JOINING = frozenset(" ·-'’.")
_FIRST_RARE_SELECTOR, _LAST_RARE_SELECTOR = 0xE0100, 0xE01EF


def clean_name(text: str, *, field: str = "name") -> str:
    """Return the name as it is stored; raises `Invalid` with a sentence for `field`.

    Dots of every keyboard become ·, blanks inside a Chinese name go (张　三 is 张三), other blanks become one.
    Source of the rule: practice P23.
    """
    # Looked at before normalising, whose cost grows faster than the length.
    if len(text) > 4 * LONGEST:
        raise Invalid.field(field, f"名字太长了，最多{LONGEST}个字。")
    if any(is_harmful(sign) for sign in text.strip()):
        raise Invalid.field(field, "名字" + CONTROL_SENTENCE)
    name = _tidied(text)
    if not name:
        raise Invalid.field(field, "请填写名字。")
    if len(name) > LONGEST:
        raise Invalid.field(field, f"名字太长了，最多{LONGEST}个字。")
    strange = next((sign for sign in name if not _may_be_in_a_name(sign)), None)
    if strange is not None:
        raise Invalid.field(field, f"名字里不能有“{strange}”，请照着身份证填写。")
    if not has_letter(name):
        raise Invalid.field(field, "请填写真实的名字，不能只有数字或符号。")
    return name


def _tidied(text: str) -> str:
    name = unicodedata.normalize("NFC", without_invisible(text).translate(_LOOKALIKES)).translate(_DOTS)
    name = _DOT_OF_KEYBOARDS.sub(DOT, name.strip())
    name = _BLANK_BESIDE_DOT.sub(DOT, name)
    name = _BLANK_IN_HAN.sub("", name)
    return _BLANKS.sub(" ", name)


def _may_be_in_a_name(sign: str) -> bool:
    if is_letter(sign) or sign in _JOINING or "0" <= sign <= "9":
        return True
    if _FIRST_RARE_SELECTOR <= ord(sign) <= _LAST_RARE_SELECTOR:
        return True
    return unicodedata.category(sign) in {"Mn", "Mc", "Lm"}
