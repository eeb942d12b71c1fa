"""Whether two sealed texts say the same: a keyed digest of what is left without blanks and marks."""

import unicodedata

from backend.privacy.ciphers import mac
from backend.privacy.keys import KeyRing
from backend.privacy.signs import is_letter


def content_digest(text: str, *, keys: KeyRing) -> str:
    """Return 64 hex digits that two texts share if only blanks, marks, width or case tell them apart.

    Under the current index key: while keys are rotated the same words may read as new ones, which costs a duty more.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    said = "".join(sign for sign in plain if is_letter(sign) or sign.isdigit())
    return mac(keys.index.key, b"content\0" + said.encode("utf-8", "surrogatepass")).hex()
