"""Reads a Word document as plain lines, tables and pictures: for showing on a page what its file says."""

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

SIZES = (10, 12, 14, 16, 18, 20, 22, 26)
"""Points that the page has a class for; every other size goes to the nearest one."""
HEADING_FACES = frozenset({"黑体", "SimHei", "方正黑体简体", "方正黑体_GBK"})
_ALIGNED = {WD_ALIGN_PARAGRAPH.CENTER: "centre", WD_ALIGN_PARAGRAPH.RIGHT: "right"}


@dataclass(frozen=True)
class Line:
    """A paragraph: its text, how it stands, and how large; `seal` says that room for a seal is left above it."""

    text: str
    align: str = "left"
    size: int = 16
    is_bold: bool = False
    is_heading: bool = False
    is_indented: bool = False
    is_below_seal: bool = False
    pictures: tuple[str, ...] = ()
    kind: str = "line"


@dataclass(frozen=True)
class Grid:
    """A table: its rows, each a row of cells, each a row of lines; the share of each column in hundredths, if known."""

    rows: tuple[tuple[tuple[Line, ...], ...], ...]
    has_head: bool
    shares: tuple[int, ...] = ()
    kind: str = "grid"


def blocks(content: bytes) -> Sequence[Line | Grid]:
    """Return what a document says, from its beginning to its end; headers and footers are the printer's own."""
    document = docx.Document(io.BytesIO(content))
    return [
        _line(document, each) if isinstance(each, Paragraph) else _grid(document, each)
        for each in document.iter_inner_content()
    ]


def _grid(document: Document, table: Table) -> Grid:
    head = bool(table.rows) and table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None  # noqa: SLF001
    rows = tuple(
        tuple(tuple(_line(document, each) for each in cell.paragraphs) for cell in _cells(row)) for row in table.rows
    )
    widths = [column.width or 0 for column in table.columns]
    shares = tuple(round(100 * width / sum(widths)) for width in widths) if all(widths) else ()
    return Grid(rows, has_head=head, shares=shares)


def _cells(row: Any) -> Iterator[Any]:
    """Yield each cell of a row once: one that is joined over columns is named for every one of them."""
    before = None
    for cell in row.cells:
        if cell._tc is not before:  # noqa: SLF001 - two names of one cell
            yield cell
        before = cell._tc  # noqa: SLF001


def _line(document: Document, paragraph: Paragraph) -> Line:
    runs = [run for run in paragraph.runs if run.text.strip()]
    own, styled = paragraph.paragraph_format, paragraph.style.paragraph_format if paragraph.style else None
    align = own.alignment if own.alignment is not None else styled.alignment if styled else None
    indent = own.first_line_indent or (styled.first_line_indent if styled else None)
    return Line(
        paragraph.text,
        align=_ALIGNED.get(align, "left") if align is not None else "left",
        size=_size(paragraph),
        is_bold=bool(runs) and all(run.bold for run in runs),
        is_heading=_face(paragraph) in HEADING_FACES,
        is_indented=bool(indent and indent > 0),
        is_below_seal=bool(own.space_before and own.space_before.pt > 40),
        pictures=tuple(_pictures(document, paragraph)),
    )


def _face(paragraph: Paragraph) -> str:
    """Return the face that a paragraph's Chinese is set in, as far as its first piece or its style says."""
    style: Any = paragraph.style
    for each in (*(run._r for run in paragraph.runs[:1]), *(one.element for one in (style,) if one is not None)):  # noqa: SLF001
        fonts = each.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        if fonts is not None and fonts.get(qn("w:eastAsia")):
            return str(fonts.get(qn("w:eastAsia")))
    return ""


def _size(paragraph: Paragraph) -> int:
    written = next((run.font.size for run in paragraph.runs if run.font.size), None)
    style: Any = paragraph.style
    while written is None and style is not None:
        written, style = style.font.size, style.base_style
    points = written.pt if written else 12
    return min(SIZES, key=lambda size: abs(size - points))


def _pictures(document: Document, paragraph: Paragraph) -> Iterator[str]:
    for blip in paragraph._p.iter(qn("a:blip")):  # noqa: SLF001 - python-docx names pictures only to put them in
        image = document.part.related_parts.get(blip.get(qn("r:embed"), ""))
        if image is not None and image.content_type in {"image/png", "image/jpeg"}:
            yield f"data:{image.content_type};base64,{base64.b64encode(image.blob).decode()}"
