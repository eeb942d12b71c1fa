"""A list of struck households as it comes from a spreadsheet, pasted or in a file: read line by line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import FileStorage

from backend.errors import Invalid
from backend.services.disasters import REFUSED, LineResult, Listed

MOST_BYTES = 400_000
COLUMNS = "村、户主姓名、电话、身份证号、发现日期"
_MOST_COLUMNS = 5
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class ReadLine:
    """One line of the list: its number, whom it names, and what cannot be read of it."""

    number: int
    head_name: str
    listed: Listed | None
    complaint: str = ""


def text_of(pasted: str, file: FileStorage | None) -> str:
    """Return the list's text: of the file if one was chosen, else what was pasted."""
    if file is None or not file.filename:
        return pasted
    content = file.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Invalid.field("file", "文件太大了，请分几次导入。")
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid.field("file", "读不懂这个文件。请在表格软件里另存为文本或逗号分隔的文件，再选它。")


def read_lines(text: str) -> list[ReadLine]:
    """Return the lines that say something; a heading is left out."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    said = [(number, _cells(line)) for number, line in lines if line.strip(",，\t ")]
    return [_read(number, cells) for number, cells in said if "户主" not in "".join(cells[:2])]


def merged(lines: Iterable[ReadLine], results: Iterable[LineResult]) -> list[tuple[ReadLine, LineResult]]:
    """Return each line with what became of it, in the list's own order."""
    taken = iter(results)
    return [
        (line, next(taken) if line.listed else LineResult(line.number, REFUSED, said=line.complaint)) for line in lines
    ]


def _cells(line: str) -> list[str]:
    separator = "\t" if "\t" in line else ","
    return [cell.strip().strip("\"'") for cell in line.replace("，", ",").split(separator)]


def _read(number: int, cells: list[str]) -> ReadLine:
    while cells and not cells[-1]:
        cells.pop()
    head_name = cells[1] if len(cells) > 1 else ""
    if not 3 <= len(cells) <= _MOST_COLUMNS:
        return ReadLine(number, head_name, None, f"一行要有{COLUMNS}，后两样可以不填。")
    village, name, phone, id_number, found = [*cells, "", ""][:_MOST_COLUMNS]
    try:
        found_on = date.fromisoformat(found.replace("/", "-").replace(".", "-")) if found else None
    except ValueError:
        return ReadLine(number, head_name, None, "发现日期要写成年-月-日，比如二〇二六年七月一日写成 2026-07-01。")
    return ReadLine(number, head_name, Listed(village, name, phone, id_number or None, found_on=found_on))
