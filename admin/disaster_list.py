"""A list of struck households as it comes from a spreadsheet, pasted or in a file: read line by line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from admin.typed_lists import lines_of
from backend.services.disasters import REFUSED, LineResult, Listed

COLUMNS = "村、户主姓名、电话、身份证号、发现日期"
_MOST_COLUMNS = 5


@dataclass(frozen=True)
class ReadLine:
    """One line of the list: its number, whom it names, and what cannot be read of it."""

    number: int
    head_name: str
    listed: Listed | None
    complaint: str = ""


def read_lines(text: str) -> list[ReadLine]:
    """Return the lines that say something; a heading is left out."""
    return [_read(number, cells) for number, cells in lines_of(text)]


def merged(lines: Iterable[ReadLine], results: Iterable[LineResult]) -> list[tuple[ReadLine, LineResult]]:
    """Return each line with what became of it, in the list's own order."""
    taken = iter(results)
    return [
        (line, next(taken) if line.listed else LineResult(line.number, REFUSED, said=line.complaint)) for line in lines
    ]


def _read(number: int, cells: list[str]) -> ReadLine:
    head_name = cells[1] if len(cells) > 1 else ""
    if not 3 <= len(cells) <= _MOST_COLUMNS:
        return ReadLine(number, head_name, None, f"一行要有{COLUMNS}，后两样可以不填。")
    village, name, phone, id_number, found = [*cells, "", ""][:_MOST_COLUMNS]
    try:
        found_on = date.fromisoformat(found.replace("/", "-").replace(".", "-")) if found else None
    except ValueError:
        return ReadLine(number, head_name, None, "发现日期要写成年-月-日，比如二〇二六年七月一日写成 2026-07-01。")
    return ReadLine(number, head_name, Listed(village, name, phone, id_number or None, found_on=found_on))
