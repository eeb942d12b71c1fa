"""Short codes that are sent to a telephone: computed from a row's id and a key, so that none lies anywhere."""

import hmac
import unicodedata

from backend.privacy.ciphers import mac
from backend.privacy.keys import KeyRing

DIGITS = 6


def code_of(row_id: int, *, keys: KeyRing) -> str:
    """Return the six digits that belong to this row: whoever has the database without the keys cannot tell them.

    Under the current index key: a code that is on its way while that key changes has to be asked for again.
    """
    told = mac(keys.index.key, b"code\0" + str(row_id).encode())
    return f"{int.from_bytes(told[:8]) % 10**DIGITS:0{DIGITS}d}"


def fits(typed: str, row_id: int, *, keys: KeyRing) -> bool:
    """Say whether these are the row's digits, however they were typed, in a time that says nothing."""
    plain = "".join(unicodedata.normalize("NFKC", typed).split())
    return hmac.compare_digest(plain.encode("utf-8", "surrogatepass"), code_of(row_id, keys=keys).encode())
