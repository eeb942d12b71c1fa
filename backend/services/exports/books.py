"""From a ledger's rows to a workbook: numbered, marked with who took it, a sheet a village where it is so declared."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from backend.errors import NotPossibleNow
from backend.services.exports.declared import Ask, Ledger
from backend.services.workbook_cells import Head
from backend.services.workbooks import MOST_ROWS, Book, Table, opened
from backend.workflow.places import called

NUMBER = Head("序号", 6)
NOTHING = "没有符合的。"


class Line(NamedTuple):
    """One row in words, without its number, and where it belongs."""

    township: str
    village: str
    cells: Sequence[str]


def lines_of(ledger: Ledger, ask: Ask) -> Iterator[list[Line]]:
    """Yield a ledger's rows in words, portion by portion."""
    values = [column.value for column in ledger.columns]
    for source in ledger.sources:
        for chunk in source.chunks(ask):
            yield [Line(each.township, each.village, [value(each.facts) for value in values]) for each in chunk]


def write(
    path: Path,
    ledger: Ledger,
    ask: Ask,
    portions: Iterable[Sequence[Line]],
    *,
    mark: str,
    author: str,
    notes: Sequence[str] = (),
    beat: Callable[[int], None] = lambda rows: None,
) -> int:
    """Write the workbook and return how many rows it has; `beat` hears how many there are after each portion.

    Errors: `NotPossibleNow` for more rows than a sheet holds.
    """
    heads = [Head(column.title, column.width, column.group) for column in ledger.columns]
    heads = [NUMBER, *heads] if ledger.is_numbered else heads
    count, table, here = 0, None, ""
    with opened(path, mark=mark, author=author) as book:
        for portion in portions:
            for line in portion:
                if table is None or (ledger.by_village and line.village != here):
                    _end(table, ledger, notes)
                    here = line.village if ledger.by_village else ""
                    table, number = _begin(book, ledger, ask, here, heads), 0
                number += 1
                table.add([str(number), *line.cells] if ledger.is_numbered else line.cells)
            count += len(portion)
            if count > MOST_ROWS:
                raise NotPossibleNow(f"超过{MOST_ROWS}行，一张表放不下。请按乡镇分别导出。")
            beat(count)
        if table is None:
            table = _begin(book, ledger, ask, "", heads)
            table.note(NOTHING)
        _end(table, ledger, notes)
    return count


def _begin(book: Book, ledger: Ledger, ask: Ask, village: str, heads: Sequence[Head]) -> Table:
    name = called(village) if village else ledger.name.partition("（")[0]
    return book.table(name, ledger.title(ask, village), heads)


def _end(table: Table | None, ledger: Ledger, notes: Sequence[str]) -> None:
    if table is not None:
        for words in (*ledger.notes, *notes):
            table.note(words)
