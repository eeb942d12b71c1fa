"""Reads text files row by row, in the encodings that offices use: UTF-8, GBK, and the spreadsheet's own Unicode."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from backend.errors import Invalid
from backend.services.imports.cells import Row, Rows

MOST_ROWS = 1_500_000
MOST_COLUMNS = 200
_AT_ONCE = 1 << 20
_DELIMITERS = (",", "\t", ";")
_WITH_MARK = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))
UNREADABLE = "读不懂这个文件。请在表格软件里另存为 xlsx 或 CSV，再选它。"


def read_csv(file: BinaryIO) -> Rows:
    """Yield the rows of a text file with commas, tabs or semicolons; raises `Invalid` with a sentence for `file`."""
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _rows(text)
    except UnicodeDecodeError:
        raise Invalid.field("file", UNREADABLE) from None
    finally:
        text.detach()


def _rows(text: io.TextIOWrapper) -> Iterator[Row]:
    first = text.readline()
    text.seek(0)
    reader = csv.reader(text, delimiter=max(_DELIMITERS, key=first.count))
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > MOST_ROWS:
                raise Invalid.field("file", f"一次最多{MOST_ROWS}行，请把文件分成几份。")
            if len(cells) > MOST_COLUMNS:
                raise Invalid.field("file", f"第{number}行的列太多，请核对文件。")
            yield Row(number, cells)
    except csv.Error as error:
        raise Invalid.field(
            "file", f"第{number + 1}行读不懂，多半是引号没有成对。请在表格软件里另存一份再选它。"
        ) from error


def _encoding(file: BinaryIO) -> str:
    """Return the encoding in which the whole file makes sense; a file with null bytes is no text."""
    head = file.read(4)
    for mark, name in _WITH_MARK:
        if head.startswith(mark):
            return name
    for name in ("utf-8", "gb18030"):
        if _reads(file, name):
            return name
    raise Invalid.field("file", UNREADABLE)


def _reads(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while part := file.read(_AT_ONCE):
            if b"\0" in part:
                raise Invalid.field("file", UNREADABLE)
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
