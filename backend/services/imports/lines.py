"""From cells to lines: finds the heading, reads each cell by its column, and notes what cannot be read."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from backend.errors import Invalid
from backend.services.imports.cells import Row, Rows
from backend.services.imports.columns import Column
from backend.services.imports.runs import HINT, WRONG, Kind, Line, Note, Run

HEADING_WITHIN = 6
"""A title and some words may stand above the heading."""
_SHOWN = 6


def plain_title(text: str) -> str:
    """Return a heading without blanks, line breaks, stars and what stands in brackets."""
    for opening in ("（", "("):
        text = text.partition(opening)[0]
    return "".join(text.split()).strip("*＊")


class Reading:
    """The lines of one file; notes pile up in `notes` until somebody takes them, `seen` is the last row's number.

    Raises `Invalid` with a sentence for `file` when no heading fits.
    """

    def __init__(self, kind: Kind, rows: Rows, run: Run) -> None:
        self.notes: list[Note] = []
        self.seen = 0
        self._run, self._kind = run, kind
        self._last: dict[int, str | None] = defaultdict(lambda: None)
        self._said: dict[int, Any] = {}
        first = list(islice(rows, HEADING_WITHIN))
        place, columns = self._heading(first)
        run.columns = {column.key: at + 1 for at, column in columns}
        self._reads = [(at, column.key, column.value) for at, column in columns]
        self._rows = chain(first[place + 1 :], rows)

    def lines(self) -> Iterator[Line]:
        """Yield a line for every row that says something."""
        for row in self._rows:
            self.seen = row.number
            if "".join(row.cells).strip():
                yield self._line(row)

    def taken_notes(self) -> list[Note]:
        """Return what was noted since the last time."""
        notes, self.notes = self.notes, []
        return notes

    def _line(self, row: Row) -> Line:
        values: dict[str, Any] = {}
        wrong, run = False, self._run
        cells, width, last, said = row.cells, len(row.cells), self._last, self._said
        for place, key, value in self._reads:
            cell = cells[place] if place < width else ""
            if cell == last[place] and type(cell) is str:
                values[key] = said[place]  # a family's rows repeat half of what they say
                continue
            try:
                values[key] = said[place] = value(cell, run)
                last[place] = cell
            except Invalid as error:
                wrong = True
                values[key] = None
                self.notes.append(Note(row.number, key, WRONG, error.message))
        return Line(row.number, values, wrong)

    def _heading(self, rows: Sequence[Row]) -> tuple[int, list[tuple[int, Column]]]:
        """Return which of the first rows is the heading, and where each column stands in it."""
        best: tuple[int, dict[str, int]] = (0, {})
        for place, row in enumerate(rows):
            titles = {plain_title(cell): at for at, cell in reversed(list(enumerate(row.cells))) if cell.strip()}
            if len(self._fitting(titles)) > len(self._fitting(best[1])):
                best = place, titles
        place, titles = best
        found = self._fitting(titles)
        missing = [each.title for each in self._kind.columns if each.required and each.key not in found]
        if missing:
            raise Invalid.field("file", self._lacking(missing, found))
        known = {title for each in self._kind.columns for title in _titles(each)}
        for title, at in titles.items():
            if title not in known and title not in {"序号", "问题", "核实结论", "反馈"}:
                self.notes.append(Note(rows[place].number, "", HINT, f"“{title[:20]}”这一列用不上，不会导入。"))
                del at
        return place, [(found[each.key], each) for each in self._kind.columns if each.key in found]

    def _fitting(self, titles: dict[str, int]) -> dict[str, int]:
        return {
            column.key: titles[title]
            for column in self._kind.columns
            for title in reversed(_titles(column))
            if title in titles
        }

    def _lacking(self, missing: Sequence[str], found: dict[str, int]) -> str:
        named = "、".join(missing[:_SHOWN])
        if not found:
            return f"没有找到表头。表头要有：{named}。请下载模板，照着填。"
        return f"表头里没有“{named}”。请下载模板，对照表头改好再导入。"


def _titles(column: Column) -> list[str]:
    return [plain_title(each) for each in (column.title, *column.also)]
