"""Reads an xlsx row by row in flat memory; what it says of its own size is looked at before unpacking."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from backend.errors import Invalid
from backend.files.documents import accept_document
from backend.services.imports.cells import FEW_MERGED, Row, Rows
from backend.services.imports.xlsx_parts import SharedStrings, Sheet, date_styles, first_sheet

MOST_ROWS = 200_000
AS_CSV = "也可以在表格软件里另存为 CSV 再导入。"
TOO_LONG = f"这张表说自己超过{MOST_ROWS}行。请把下面的空行整行删掉；真有这么多的，请另存为 CSV 再导入。"
BROKEN = "这份表格打不开，请另存一份 xlsx，或者另存为 CSV 再导入。"
_AT_ONCE = 1 << 16
_HEAD = 4096
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension[^>]* ref="([A-Z]{1,3}[0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?"')


def read_xlsx(content: bytes) -> Rows:
    """Yield the rows of a workbook's first sheet; raises `Invalid` with a sentence for `file`.

    Merged cells below the heading are refused at the end, for a file names them there; formulas come as `Formula`.
    """
    try:
        accepted = accept_document(content)
    except Invalid as error:
        raise Invalid.field("file", f"{error.message}{AS_CSV}") from error
    if accepted.kind != "xlsx":
        raise Invalid.field("file", "这是 Word 或 PDF 文件，请选 xlsx 或 CSV 的表格。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            yield from _rows(package)
    except (zipfile.BadZipFile, expat.ExpatError, KeyError, ValueError, EOFError, OSError) as error:
        raise Invalid.field("file", BROKEN) from error


def _rows(package: zipfile.ZipFile) -> Iterator[Row]:
    name, epoch_1904 = first_sheet(package)
    _refuse_by_its_own_words(package, name)
    strings = SharedStrings.of(package)
    sheet = Sheet(strings, date_styles(package), is_1904=epoch_1904)
    with package.open(name) as part:
        for rows in _parsed(part, sheet):
            yield from rows
    below = [each for each in sheet.merged if each[0] > sheet.first_full_row]
    if below:
        named = "、".join(reference for _, reference in below[:FEW_MERGED])
        raise Invalid.field("file", f"{named} 合并了单元格。请取消合并，每一行都填上，再导入。")


def _parsed(part: IO[bytes], sheet: Sheet) -> Iterator[list[Row]]:
    parser = sheet.parser()
    while chunk := part.read(_AT_ONCE):
        parser.Parse(chunk, False)
        yield _counted(sheet)
    parser.Parse(b"", True)
    yield _counted(sheet)


def _counted(sheet: Sheet) -> list[Row]:
    rows, sheet.rows = sheet.rows, []
    if sheet.seen > MOST_ROWS + 1:
        raise Invalid.field("file", TOO_LONG)
    return rows


def _refuse_by_its_own_words(package: zipfile.ZipFile, name: str) -> None:
    with package.open(name) as part:
        said = _DIMENSION.search(part.read(_HEAD))
    if said and said[3] and int(said[3]) > MOST_ROWS + 1:
        raise Invalid.field("file", TOO_LONG)
