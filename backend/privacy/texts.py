"""What people tell in their own words: cleaned of what cannot be read, and refused when nothing can be."""

import unicodedata

from backend.errors import Invalid
from backend.privacy.signs import CONTROL_SENTENCE, has_letter, is_harmful


def clean_text(text: str, *, most: int, field: str) -> str:
    """Return the text as it is stored, at most `most` signs; raises `Invalid` with a sentence for `field`.

    Emoji may be in it, but a text of nothing else says nothing. A voice note in place of a text is the caller's
    affair: it has no text to clean. Source of the rule: practice P23.
    """
    # Looked at before normalising, whose cost grows faster than the length.
    if len(text) > 4 * most:
        raise _too_long(text, most, field)
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()
    if any(sign != "\n" and is_harmful(sign) for sign in plain):
        raise Invalid.field(field, CONTROL_SENTENCE)
    if len(plain) > most:
        raise _too_long(plain, most, field)
    if not plain:
        raise Invalid.field(field, "这里还没有写，请写一写。")
    if not has_letter(plain):
        raise Invalid.field(field, "请用文字说一说，只有表情、数字或符号我们看不明白。")
    return plain


def _too_long(text: str, most: int, field: str) -> Invalid:
    return Invalid.field(field, f"写得太长了，最多{most}个字，您写了{len(text)}个字，请精简一些。")
