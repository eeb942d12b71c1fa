"""What a cell can be besides text: a number that a spreadsheet may have damaged, and a formula."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Number(str):
    """A cell that the spreadsheet kept as a number, in the digits of the file: leading zeros are gone already."""

    __slots__ = ()


class Formula(str):
    """A cell that holds a formula; its last result is not looked at, for nobody typed it."""

    __slots__ = ()


class Row(NamedTuple):
    """One row as the spreadsheet numbers it; the heading is usually row 1."""

    number: int
    cells: Sequence[str]


Rows = Iterator[Row]

FEW_MERGED = 5


def letters(column: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """Return a cell as people call it: C5, or 第5行 where the whole row is meant."""
    return f"{letters(column)}{row}" if column else f"第{row}行"


def column_of(reference: str) -> int:
    """Return the column of a cell's reference in a file (`AB12` is 28); 0 where there is none."""
    column = 0
    for sign in reference:
        if not "A" <= sign <= "Z":
            break
        column = column * 26 + ord(sign) - 64
    return column
