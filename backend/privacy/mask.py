"""How sealed values look where nobody asked to see them: enough to tell two apart, not enough to use."""

import unicodedata

HIDDEN = "（已隐藏）"
_STAR = "*"


def mask_id(number: str) -> str:
    """Show the first four and the last two signs of an ID number, 1301************3X; all stars if too short.

    Never the last four: together with a receipt's number they bind a phone to it.
    """
    return _middle_hidden(number, 4, 2) if len(number) >= 15 else _STAR * len(number)


def mask_phone(number: str) -> str:
    """Show 138****5678; of a landline the area code's first three digits and the last two."""
    if len(number) == 11 and number.startswith("1"):
        return _middle_hidden(number, 3, 4)
    return _middle_hidden(number, 3, 2) if len(number) >= 9 else _STAR * len(number)


def mask_name(name: str) -> str:
    """Show 张*三, 张*, 买********洪; a name of one sign is hidden whole."""
    # Marks belong to the sign before them: counted alone they would show up on a star.
    signs = [sign for sign in name if unicodedata.category(sign) != "Mn"]
    match len(signs):
        case 0 | 1:
            return _STAR * len(signs)
        case 2:
            return signs[0] + _STAR
        case _:
            return _middle_hidden("".join(signs), 1, 1)


def mask_text(text: str) -> str:
    """Show nothing of a text about health, not even how long it is; only that there is one."""
    return HIDDEN if text else ""


def _middle_hidden(text: str, first: int, last: int) -> str:
    return text[:first] + _STAR * (len(text) - first - last) + text[-last:]
