"""Writes an xlsx: text cells only, so that no number is damaged and nothing is a formula; drop-downs where asked."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from backend.services.imports.cells import letters

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 8 << 20
LAST_ROW = 200_001
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_UNSPEAKABLE = {code: None for code in range(32) if code not in {9, 10, 13}} | {0xFFFE: None, 0xFFFF: None}
_TEXT, _BOLD, _NEEDED = 1, 2, 3
# Three styles besides the default: text, bold heading, heading that must be filled in. 49 is "text" (@).
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="3"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font><font><b/><color rgb="FFB3261E"/><sz val="11"/>'
    '<name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>'
    '<xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    '<xf numFmtId="49" fontId="2" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True)
class Tab:
    """One sheet of a workbook; `choices` gives a column (1 is A) the words of its drop-down.

    `above`: rows of words before the heading; `merged`: what is merged among all these, as A1:C1.
    """

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[str]]
    needed: frozenset[str] = frozenset()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    above: Sequence[Sequence[str]] = ()
    merged: Sequence[str] = ()


def write_xlsx(tabs: Sequence[Tab]) -> bytes:
    """Return a workbook; the words of its drop-downs lie in a hidden sheet at its end."""
    lists = {(place, column): words for place, tab in enumerate(tabs) for column, words in tab.choices.items()}
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as package:
            names = [*(tab.name for tab in tabs), *(["选项"] if lists else [])]
            _write_frame(package, names, hidden=len(tabs) if lists else None)
            ranges: dict[tuple[int, int], str] = {}
            for place, (key, words) in enumerate(lists.items(), start=1):
                ranges[key] = f"选项!${letters(place)}$1:${letters(place)}${len(words)}"
            for place, tab in enumerate(tabs):
                with package.open(f"xl/worksheets/sheet{place + 1}.xml", "w", force_zip64=True) as part:
                    _write_tab(part, tab, {column: ranges[place, column] for column in tab.choices})
            if lists:
                with package.open(f"xl/worksheets/sheet{len(names)}.xml", "w") as part:
                    _write_lists(part, list(lists.values()))
        file.seek(0)
        return file.read()


def _write_frame(package: zipfile.ZipFile, names: Sequence[str], hidden: int | None) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        for number in range(1, len(names) + 1)
    )
    package.writestr(
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{parts}</Types>',
    )
    package.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"'
        f"{' state=' + quoteattr('hidden') if number - 1 == hidden else ''}/>"
        for number, name in enumerate(names, start=1)
    )
    package.writestr(
        "xl/workbook.xml", f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>'
    )
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(names) + 1)]
    package.writestr("xl/_rels/workbook.xml.rels", _relations([*targets, ("styles", "styles.xml")]))
    package.writestr("xl/styles.xml", _HEAD + _STYLES)


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{_REL}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _write_tab(part: IO[bytes], tab: Tab, ranges: Mapping[int, str]) -> None:
    out = io.TextIOWrapper(part, encoding="utf-8")
    columns, top = len(tab.heading), len(tab.above) + 1
    out.write(
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="{top}" '
        f'topLeftCell="A{top + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{max(columns, 1)}" width="16" style="{_TEXT}" customWidth="1"/></cols><sheetData>'
    )
    styles = [_NEEDED if title in tab.needed else _BOLD for title in tab.heading]
    for number, cells in enumerate(tab.above, start=1):
        out.write(_row(number, cells, [_BOLD] * len(cells)))
    out.write(_row(top, tab.heading, styles))
    for number, cells in enumerate(tab.rows, start=top + 1):
        out.write(_row(number, cells, [_TEXT] * len(cells)))
    out.write("</sheetData>")
    if tab.merged:
        merged = "".join(f'<mergeCell ref="{each}"/>' for each in tab.merged)
        out.write(f'<mergeCells count="{len(tab.merged)}">{merged}</mergeCells>')
    if ranges:
        out.write(f'<dataValidations count="{len(ranges)}">')
        for column, where in ranges.items():
            out.write(
                f'<dataValidation type="list" allowBlank="1" showErrorMessage="0" '
                f'sqref="{letters(column)}2:{letters(column)}{LAST_ROW}"><formula1>{escape(where)}</formula1>'
                "</dataValidation>"
            )
        out.write("</dataValidations>")
    out.write("</worksheet>")
    out.flush()
    out.detach()


def _write_lists(part: IO[bytes], lists: Sequence[Sequence[str]]) -> None:
    out = io.TextIOWrapper(part, encoding="utf-8")
    out.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>')
    for number in range(max(map(len, lists))):
        cells = [words[number] if number < len(words) else "" for words in lists]
        out.write(_row(number + 1, cells, [_TEXT] * len(cells)))
    out.write("</sheetData></worksheet>")
    out.flush()
    out.detach()


def _row(number: int, cells: Sequence[str], styles: Sequence[int]) -> str:
    inside = "".join(
        f'<c r="{letters(column)}{number}" s="{style}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{_said(text)}</t></is></c>'
        for column, (text, style) in enumerate(zip(cells, styles, strict=True), start=1)
        if text
    )
    return f'<row r="{number}">{inside}</row>'


def _said(text: str) -> str:
    return escape(text.translate(_UNSPEAKABLE))
