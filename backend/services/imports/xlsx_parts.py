"""The parts of an xlsx: shared strings, formats that mean a date, a sheet's rows; by a parser without entities."""

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from xml.parsers import expat

from backend.services.imports.cells import Formula, Number, Row, column_of

MOST_COLUMNS = 200
_MAIN = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_BUILT_IN_DATES = frozenset({14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58})
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_MEANS_A_DATE = re.compile(r"[yY]|[dD]|年|日")
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)


class Forbidden(ValueError):
    """A document type or an entity: no spreadsheet program writes one."""


def new_parser() -> Any:
    """Return a parser that refuses document types and entities at their first sign."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise Forbidden("a document type in a spreadsheet")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def plain(tag: str) -> str:
    """Return a tag without the prefix that some programs put before it."""
    return tag.rpartition(":")[2]


def first_sheet(package: zipfile.ZipFile) -> tuple[str, bool]:
    """Return the name of the part with the first visible sheet, and whether the file counts days from 1904."""
    sheets: list[str] = []
    is_1904 = []

    def start(tag: str, given: dict[str, str]) -> None:
        if plain(tag) == "sheet" and given.get("state", "visible") == "visible":
            sheets.extend(value for name, value in given.items() if plain(name) == "id")
        if plain(tag) == "workbookPr":
            is_1904.append(given.get("date1904", "") in {"1", "true"})

    _parse(package, _MAIN, start)
    targets: dict[str, str] = {}

    def relation(tag: str, given: dict[str, str]) -> None:
        if plain(tag) == "Relationship":
            targets[given.get("Id", "")] = given.get("Target", "")

    _parse(package, _RELATIONS, relation)
    target = targets[sheets[0]] if sheets else ""
    name = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
    return name, any(is_1904)


def date_styles(package: zipfile.ZipFile) -> frozenset[int]:
    """Return the numbers of the cell styles that show a date."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    inside: list[str] = []

    def start(tag: str, given: dict[str, str]) -> None:
        inside.append(plain(tag))
        if inside[-1] == "numFmt":
            formats[int(given.get("numFmtId", 0))] = given.get("formatCode", "")
        if inside[-1] == "xf" and "cellXfs" in inside:
            styles.append(int(given.get("numFmtId", 0)))

    if "xl/styles.xml" not in package.namelist():
        return frozenset()
    _parse(package, "xl/styles.xml", start, lambda tag: inside.pop())
    return frozenset(place for place, number in enumerate(styles) if _is_date(number, formats))


def _is_date(number: int, formats: dict[int, str]) -> bool:
    if number in formats:
        return _MEANS_A_DATE.search(_QUOTED.sub("", formats[number])) is not None
    return number in _BUILT_IN_DATES


def _parse(package: zipfile.ZipFile, name: str, start: Any, end: Any = None) -> None:
    parser = new_parser()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    with package.open(name) as part:
        parser.ParseFile(part)


@dataclass
class SharedStrings:
    """The texts that cells refer to by number; readings of rare signs (注音) are left out."""

    texts: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _takes: bool = False
    _phonetic: int = 0

    @classmethod
    def of(cls, package: zipfile.ZipFile) -> "SharedStrings":
        """Read them all; a workbook without any has none."""
        found = cls()
        if "xl/sharedStrings.xml" not in package.namelist():
            return found
        parser = new_parser()
        parser.StartElementHandler, parser.EndElementHandler = found._start, found._end
        parser.CharacterDataHandler = found._text
        with package.open("xl/sharedStrings.xml") as part:
            parser.ParseFile(part)
        return found

    def _start(self, tag: str, given: dict[str, str]) -> None:
        tag = plain(tag)
        if tag == "rPh":
            self._phonetic += 1
        self._takes = tag == "t" and not self._phonetic

    def _end(self, tag: str) -> None:
        tag = plain(tag)
        if tag == "rPh":
            self._phonetic -= 1
        if tag == "si":
            self.texts.append("".join(self._parts))
            self._parts.clear()
        self._takes = False

    def _text(self, text: str) -> None:
        if self._takes:
            self._parts.append(text)


@dataclass
class Sheet:
    """A sheet on its way through the parser: full rows pile up in `rows` until somebody takes them."""

    strings: SharedStrings
    dates: frozenset[int]
    is_1904: bool = False
    rows: list[Row] = field(default_factory=list)
    merged: list[tuple[int, str]] = field(default_factory=list)
    seen: int = 0
    first_full_row: int = 0
    _cells: list[str] = field(default_factory=list)
    _number: int = 0
    _column: int = 0
    _kind: str = ""
    _style: int = 0
    _formula: bool = False
    _takes: bool = False
    _parts: list[str] = field(default_factory=list)

    def parser(self) -> Any:
        """Return a parser that feeds this sheet."""
        parser = new_parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        return parser

    def _start(self, tag: str, given: dict[str, str]) -> None:
        tag = plain(tag)
        if tag == "c":
            self._begin_cell(given)
        elif tag in {"v", "t"}:
            self._takes = True
        elif tag == "row":
            self.seen += 1
            self._number = int(given.get("r") or self._number + 1)
            self._cells, self._column = [], 0
        elif tag == "f":
            self._formula = True
        elif tag == "mergeCell":
            self._note_merged(given.get("ref", ""))

    def _begin_cell(self, given: dict[str, str]) -> None:
        self._column = column_of(given.get("r", "")) or self._column + 1
        self._kind, self._style = given.get("t", "n"), int(given.get("s") or 0)
        self._formula = False
        self._parts.clear()

    def _end(self, tag: str) -> None:
        tag = plain(tag)
        self._takes = False
        if tag == "c" and self._column <= MOST_COLUMNS:
            self._cells.extend([""] * (self._column - len(self._cells)))
            self._cells[self._column - 1] = self._value()
        elif tag == "row" and any(self._cells):
            self.first_full_row = self.first_full_row or self._number
            self.rows.append(Row(self._number, self._cells))

    def _text(self, text: str) -> None:
        if self._takes:
            self._parts.append(text)

    def _value(self) -> str:
        text = "".join(self._parts)
        if self._formula:
            return Formula(text or "=")
        if self._kind == "s":
            return self.strings.texts[int(text)] if text else ""
        if self._kind in {"inlineStr", "str", "d"}:
            return text
        if self._kind == "b":
            return "是" if text == "1" else "否"
        if self._kind == "e":
            return Formula(text)
        return self._day(text) if self._style in self.dates and text else Number(text) if text else ""

    def _day(self, text: str) -> str:
        days = int(float(text))
        if not 0 < days < 200_000:
            return Number(text)
        return ((_EPOCH_1904 if self.is_1904 else _EPOCH) + timedelta(days=days)).isoformat()

    def _note_merged(self, reference: str) -> None:
        first = reference.partition(":")[0]
        row = first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        self.merged.append((int(row) if row.isdigit() else 0, reference))
