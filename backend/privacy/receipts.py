"""Receipt numbers that can be said over the phone: random, twelve digits, the last one a check digit."""

import secrets
import unicodedata

from backend.errors import Invalid

DIGITS = 12
_LONGEST_TYPED = 40
_SEPARATORS = {ord(sign): None for sign in " \t\r\n-‐‑–—.·,，、"}

# Damm's quasigroup of order 10 (H. M. Damm, 2004): unlike Luhn's sum it catches every wrong digit and every two
# neighbours exchanged, which are the errors of the ear and of the hand.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def new_receipt_no() -> str:
    """Return a fresh number of 12 digits; the caller keeps it unique (9 × 10^10 are possible, none is counted).

    It never begins with 0, which spreadsheets lose and which makes it look like a landline.
    """
    body = str(secrets.randbelow(9) + 1) + f"{secrets.randbelow(10 ** (DIGITS - 2)):0{DIGITS - 2}d}"
    return body + str(_remainder(body))


def clean_receipt_no(text: str, *, field: str = "receipt_no") -> str:
    """Return the 12 digits, however blanks, dashes and full-width digits were typed; raises `Invalid` for `field`."""
    digits = unicodedata.normalize("NFKC", text[:_LONGEST_TYPED]).translate(_SEPARATORS)
    if not (digits.isascii() and digits.isdigit()):
        raise Invalid.field(field, "回执号都是数字，请再看看。")
    if len(digits) != DIGITS:
        raise Invalid.field(field, f"回执号应该是{DIGITS}位数字，您填的是{len(digits)}位，请再看看。")
    if _remainder(digits) != 0:
        raise Invalid.field(field, "回执号对不上，可能有一位填错了或两位填反了，请再看看。")
    return digits


def spoken(receipt_no: str) -> str:
    """Return the number in groups of four, as it is printed and read out: 1234 5678 9012."""
    return " ".join(receipt_no[start : start + 4] for start in range(0, len(receipt_no), 4))


def _remainder(digits: str) -> int:
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state
