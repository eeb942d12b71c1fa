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
from backend.services.workbook_cells import WIDTH, Head, lines_in, merge, merged_heads, said

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_ROW = 200_000
MOST_ROWS = 1_000_000
"""Of a sheet, a little below what a spreadsheet program can open."""
_A4, _A3 = 9, 8
_WIDE, _ACROSS = 205.0, 300.0
"""Signs that a line of A4 still shows readably, and one of A3: a wider table goes on A3, then over several sheets."""
_NARROW = 9.0
"""Columns up to this width hold numbers, ticks and yes or no: such cells are centred."""
_LINE_POINTS, _ROW_POINTS, _HEAD_POINTS, _HIGHEST = 13.5, 17.0, 20.0, 400.0
"""Points: of one line, of a row with one, of a heading's lowest row, and of the highest row that programs take."""
_LONGEST_HEADER = 255
_LONGEST_TAB = 31
_NOT_IN_A_TAB = str.maketrans(dict.fromkeys("[]:*?/\\'", ""))
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
    tables: list["Table"] = field(default_factory=list)

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
                "centred": made.add_format({**_FONT, **line, "align": "center"}),
                "head": made.add_format({**_FONT, **line, "bold": True, "align": "center"}),
                # Across the columns without merging them: an import refuses merged cells.
                "title": made.add_format({**_FONT, "font_size": 16, "bold": True, "align": "center_across"}),
                "small": made.add_format({**_FONT, "font_size": 9, "font_color": "#555555"}),
            },
        )

    def close(self) -> None:
        """Put the file together; the mark in the first row is for the screen, on paper it stands in the header."""
        for table in self.tables:
            table.sheet.print_area(1, 0, max(table.row - 1, 1), table.last)
        self.made.close()

    def plain(self, tab: Tab) -> tuple[Worksheet, Tab]:
        """Add a plain sheet."""
        sheet = self._sheet(tab.name)
        top = len(tab.above)
        sheet.set_column(0, max(len(tab.heading), 1) - 1, WIDTH, self.formats["text"])
        sheet.freeze_panes(top + 1, 0)
        for number, cells in enumerate(tab.above):
            self._write(sheet, number, cells, "bold")
        for place, title in enumerate(tab.heading):
            kind = "needed" if title in tab.needed else "bold"
            sheet.write_string(top, place, said(title), self.formats[kind])
        for number, cells in enumerate(tab.rows, start=top + 1):
            self._write(sheet, number, cells, "text")
        merge(sheet, tab.merged)
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
        """Add a sheet to be printed: mark, title, heading of one row or two; landscape, heading on every page.

        A table too wide to be read on A4 is set on A3, one too wide for that on several sheets side by side.
        """
        sheet, last = self._sheet(name), len(heads) - 1
        for place, head in enumerate(heads):
            sheet.set_column(place, place, head.width)
        self._write(sheet, 0, [self.mark], "small")
        sheet.set_row(1, 30)
        self._write(sheet, 1, [title, *[""] * last], "title", blanks=True)
        merged: list[tuple[int, int, int, int]] = []
        is_double = any(head.group for head in heads)
        first, below = 2, 2 + is_double
        most = max(lines_in(head.title, head.width) for head in heads)
        sheet.set_row(first, _HEAD_POINTS)
        sheet.set_row(below, max(_HEAD_POINTS, _LINE_POINTS * most + 4))
        if is_double:
            self._write(sheet, first, [head.group or head.title for head in heads], "head")
            merged += merged_heads(heads, first)
        self._write(sheet, below, [head.title if head.group or not is_double else "" for head in heads], "head", True)
        merge(sheet, merged)
        width = sum(head.width for head in heads)
        sheet.set_default_row(_ROW_POINTS)
        sheet.set_landscape()
        sheet.set_paper(_A4 if width <= _WIDE else _A3)
        sheet.fit_to_pages(-int(-width // _ACROSS), 0)
        sheet.repeat_rows(first, below)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
        # A sign too many and the whole header is dropped; "&" begins an order there.
        sheet.set_header(("&R&9 " + self.mark.replace("&", "&&"))[:_LONGEST_HEADER])
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.freeze_panes(below + 1, 0)
        table = Table(self, sheet, below + 1, [head.width for head in heads])
        self.tables.append(table)
        return table

    def _sheet(self, name: str) -> Worksheet:
        plain = name.translate(_NOT_IN_A_TAB)[:_LONGEST_TAB].strip() or "表"
        fitting, number = plain, 1
        while fitting.casefold() in self.names:
            number += 1
            fitting = f"{plain[: _LONGEST_TAB - 4]}_{number}"
        self.names.add(fitting.casefold())
        sheet: Worksheet = self.made.add_worksheet(fitting)
        return sheet

    def put(self, sheet: Worksheet, row: int, place: int, text: str, kind: str) -> None:
        """Write one cell with its border, also an empty one."""
        if text:
            sheet.write_string(row, place, said(text), self.formats[kind])
        else:
            sheet.write_blank(row, place, None, self.formats[kind])

    def _write(self, sheet: Worksheet, row: int, cells: Sequence[str], kind: str, blanks: bool = False) -> None:
        form = self.formats[kind]
        for place, text in enumerate(cells):
            if text:
                sheet.write_string(row, place, said(text), form)
            elif blanks:
                sheet.write_blank(row, place, None, form)


@dataclass
class Table:
    """A printed sheet on its way down."""

    book: Book
    sheet: Worksheet
    row: int
    widths: Sequence[float]

    @property
    def last(self) -> int:
        """Return the number of the last column."""
        return len(self.widths) - 1

    def add(self, cells: Sequence[str]) -> None:
        """Write one row, as high as its fullest cell: not every program makes room for what it wraps."""
        most = max((lines_in(text, width) for text, width in zip(cells, self.widths, strict=True)), default=1)
        if most > 1:
            self.sheet.set_row(self.row, min(_LINE_POINTS * most + 3, _HIGHEST))
        for place, (text, width) in enumerate(zip(cells, self.widths, strict=True)):
            self.book.put(self.sheet, self.row, place, text, "centred" if width <= _NARROW else "cell")
        self.row += 1

    def note(self, words: str) -> None:
        """Write a line of words below the rows."""
        self.book._write(self.sheet, self.row, [words], "small")  # noqa: SLF001 - the two are one thing
        self.row += 1
