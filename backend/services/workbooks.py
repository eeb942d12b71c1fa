"""Writes xlsx: text cells only, so that no number is damaged and nothing is a formula; one row in memory at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backend import clock

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_ROW = 200_000
MOST_ROWS = 1_000_000
"""Of a sheet, a little below what a spreadsheet program can open."""
_A4 = 9
_WIDTH = 16.0
_LONGEST_HEADER = 255
_LONGEST_TAB = 31
_NOT_IN_A_TAB = str.maketrans(dict.fromkeys("[]:*?/\\'", ""))
_UNSPEAKABLE = {code: None for code in range(32) if code not in {9, 10, 13}} | {0xFFFE: None, 0xFFFF: None}
_FONT = {"font_name": "宋体", "num_format": "@"}


@dataclass(frozen=True)
class Tab:
    """One sheet of a plain workbook; `choices` gives a column (1 is A) the words of its drop-down.

    `above`: rows of words before the heading; `merged`: what is merged among all these, as (row, column, row, column)
    counted from 0.
    """

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[str]]
    needed: frozenset[str] = frozenset()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    above: Sequence[Sequence[str]] = ()
    merged: Sequence[tuple[int, int, int, int]] = ()


@dataclass(frozen=True)
class Head:
    """One column of a printed table; neighbours with the same `group` stand below it, in a heading of two rows."""

    title: str
    width: float = _WIDTH
    group: str = ""


def write_xlsx(tabs: Sequence[Tab]) -> bytes:
    """Return a plain workbook; the words of its drop-downs lie in a hidden sheet at its end."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        with opened(path) as book:
            sheets = [book.plain(tab) for tab in tabs]
            lists = [(sheet, place, words) for sheet, tab in sheets for place, words in tab.choices.items()]
            if lists:
                book.offer(lists)
        return path.read_bytes()


@contextmanager
def opened(path: Path, *, mark: str = "", author: str = "") -> Iterator["Book"]:
    """Give a workbook on its way into a file; what it needs meanwhile lies in the file's own folder."""
    book = Book.to(path, mark=mark, author=author)
    try:
        yield book
    finally:
        book.close()


@dataclass
class Book:
    """A workbook; each sheet is written from its top to its bottom, for what is written goes to the disk at once."""

    made: Any
    mark: str
    formats: Mapping[str, Format]
    names: set[str] = field(default_factory=set)

    @classmethod
    def to(cls, path: Path, *, mark: str, author: str) -> Self:
        """Begin one; `mark` says on every page who took it and when."""
        made = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        made.set_properties({"author": author, "comments": mark, "created": clock.real_now()})
        line: dict[str, Any] = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_size": 10}
        return cls(
            made,
            mark,
            {
                "text": made.add_format({**_FONT, "font_size": 11}),
                "bold": made.add_format({**_FONT, "font_size": 11, "bold": True}),
                "needed": made.add_format({**_FONT, "font_size": 11, "bold": True, "font_color": "#B3261E"}),
                "cell": made.add_format({**_FONT, **line}),
                "head": made.add_format({**_FONT, **line, "bold": True, "align": "center"}),
                # Across the columns without merging them: an import refuses merged cells.
                "title": made.add_format({**_FONT, "font_size": 16, "bold": True, "align": "center_across"}),
                "small": made.add_format({**_FONT, "font_size": 9, "font_color": "#555555"}),
            },
        )

    def close(self) -> None:
        """Put the file together."""
        self.made.close()

    def plain(self, tab: Tab) -> tuple[Worksheet, Tab]:
        """Add a plain sheet."""
        sheet = self._sheet(tab.name)
        top = len(tab.above)
        sheet.set_column(0, max(len(tab.heading), 1) - 1, _WIDTH, self.formats["text"])
        sheet.freeze_panes(top + 1, 0)
        for number, cells in enumerate(tab.above):
            self._write(sheet, number, cells, "bold")
        for place, title in enumerate(tab.heading):
            kind = "needed" if title in tab.needed else "bold"
            sheet.write_string(top, place, _said(title), self.formats[kind])
        for number, cells in enumerate(tab.rows, start=top + 1):
            self._write(sheet, number, cells, "text")
        _merge(sheet, tab.merged)
        return sheet, tab

    def offer(self, lists: Sequence[tuple[Worksheet, int, Sequence[str]]]) -> None:
        """Give columns their drop-downs."""
        hidden = self._sheet("选项")
        hidden.hide()
        for number in range(max(len(words) for _, _, words in lists)):
            cells = [words[number] if number < len(words) else "" for _, _, words in lists]
            self._write(hidden, number, cells, "text")
        for column, (sheet, place, words) in enumerate(lists):
            letter = xlsxwriter.utility.xl_col_to_name(column)
            source = f"=选项!${letter}$1:${letter}${len(words)}"
            sheet.data_validation(
                1, place - 1, LAST_ROW, place - 1, {"validate": "list", "source": source, "show_error": False}
            )

    def table(self, name: str, title: str, heads: Sequence[Head]) -> "Table":
        """Add a sheet to be printed: mark, title, heading of one row or two; A4, landscape, heading on every page."""
        sheet, last = self._sheet(name), len(heads) - 1
        for place, head in enumerate(heads):
            sheet.set_column(place, place, head.width)
        self._write(sheet, 0, [self.mark], "small")
        sheet.set_row(1, 30)
        self._write(sheet, 1, [title, *[""] * last], "title", blanks=True)
        merged: list[tuple[int, int, int, int]] = []
        is_double = any(head.group for head in heads)
        first, below = 2, 2 + is_double
        if is_double:
            self._write(sheet, first, [head.group or head.title for head in heads], "head")
            merged += _merged_heads(heads, first)
        self._write(sheet, below, [head.title if head.group or not is_double else "" for head in heads], "head", True)
        _merge(sheet, merged)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(first, below)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
        # A sign too many and the whole header is dropped; "&" begins an order there.
        sheet.set_header(("&R&9 " + self.mark.replace("&", "&&"))[:_LONGEST_HEADER])
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.freeze_panes(below + 1, 0)
        return Table(self, sheet, below + 1, last)

    def _sheet(self, name: str) -> Worksheet:
        plain = name.translate(_NOT_IN_A_TAB)[:_LONGEST_TAB].strip() or "表"
        fitting, number = plain, 1
        while fitting.casefold() in self.names:
            number += 1
            fitting = f"{plain[: _LONGEST_TAB - 4]}_{number}"
        self.names.add(fitting.casefold())
        sheet: Worksheet = self.made.add_worksheet(fitting)
        return sheet

    def _write(self, sheet: Worksheet, row: int, cells: Sequence[str], kind: str, blanks: bool = False) -> None:
        form = self.formats[kind]
        for place, text in enumerate(cells):
            if text:
                sheet.write_string(row, place, _said(text), form)
            elif blanks:
                sheet.write_blank(row, place, None, form)


@dataclass
class Table:
    """A printed sheet on its way down."""

    book: Book
    sheet: Worksheet
    row: int
    last: int

    def add(self, cells: Sequence[str]) -> None:
        """Write one row."""
        self.book._write(self.sheet, self.row, cells, "cell", True)  # noqa: SLF001 - the two are one thing
        self.row += 1

    def note(self, words: str) -> None:
        """Write a line of words below the rows."""
        self.book._write(self.sheet, self.row, [words], "small")  # noqa: SLF001 - the two are one thing
        self.row += 1


def _merged_heads(heads: Sequence[Head], row: int) -> list[tuple[int, int, int, int]]:
    found, place = [], 0
    while place < len(heads):
        last = place
        while heads[place].group and last + 1 < len(heads) and heads[last + 1].group == heads[place].group:
            last += 1
        found.append((row, place, row, last) if heads[place].group else (row, place, row + 1, place))
        place = last + 1
    return found


def _merge(sheet: Worksheet, ranges: Iterable[tuple[int, int, int, int]]) -> None:
    # `merge_range` would write the cells itself, and of a row that is on the disk already nothing can be written.
    sheet.merge.extend([list(each) for each in ranges if each[:2] != each[2:]])


def _said(text: str) -> str:
    """Return a text as it may stand in a cell; what looks like the library's own mark-up would be taken for it."""
    plain = text.translate(_UNSPEAKABLE)
    return f"{plain} " if plain.startswith("<r>") else plain
