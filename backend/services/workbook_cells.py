"""What stands in the cells of a workbook: words that may, how many lines they take, and how a double heading merges."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

WIDTH = 16.0
_UNSPEAKABLE = {code: None for code in range(32) if code not in {9, 10, 13}} | {0xFFFE: None, 0xFFFF: None}


@dataclass(frozen=True)
class Head:
    """One column of a printed table; neighbours with the same `group` stand below it, in a heading of two rows."""

    title: str
    width: float = WIDTH
    group: str = ""


def merged_heads(heads: Sequence[Head], row: int) -> list[tuple[int, int, int, int]]:
    """Return what is merged in a heading of two rows: groups side by side, single columns over both."""
    found, place = [], 0
    while place < len(heads):
        last = place
        while heads[place].group and last + 1 < len(heads) and heads[last + 1].group == heads[place].group:
            last += 1
        found.append((row, place, row, last) if heads[place].group else (row, place, row + 1, place))
        place = last + 1
    return found


def merge(sheet: Worksheet, ranges: Iterable[tuple[int, int, int, int]]) -> None:
    """Merge ranges of more than one cell."""
    # `merge_range` would write the cells itself, and of a row that is on the disk already nothing can be written.
    sheet.merge.extend([list(each) for each in ranges if each[:2] != each[2:]])


def lines_in(text: str, width: float) -> int:
    """Return how many lines a text takes in a column; a Chinese sign is as wide as two others."""
    if len(text) * 2 < width and "\n" not in text:
        return 1
    signs = (sum(1 if sign < "\u1100" else 2 for sign in line) for line in text.split("\n"))
    return sum(max(1, -int(-(count + 1) // width)) for count in signs)


def said(text: str) -> str:
    """Return a text as it may stand in a cell; what looks like the library's own mark-up would be taken for it."""
    plain = text.translate(_UNSPEAKABLE)
    return f"{plain} " if plain.startswith("<r>") else plain
