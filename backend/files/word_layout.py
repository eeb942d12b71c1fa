"""Makes a Word document in the layout of official papers (公文) from a short outline that people can read."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.shared import Mm, Pt
from docx.table import Table

FONTS = {
    "方正小标宋简体": "方正小标宋_GBK,小标宋,FZXiaoBiaoSong-B05S,华文中宋,宋体,SimSun",
    "仿宋_GB2312": "仿宋,FangSong,FangSong_GB2312,华文仿宋,方正仿宋简体",
    "黑体": "SimHei,方正黑体简体,Noto Sans CJK SC",
    "宋体": "SimSun,方正书宋_GBK,Noto Serif CJK SC",
    "Times New Roman": "Liberation Serif",
}
"""Every face that is named, and what a machine without it takes instead; nothing is embedded."""
TITLE_FACE, BODY_FACE, HEADING_FACE, FOOT_FACE = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
LATIN_FACE = "Times New Roman"
PAPER, MARGINS = (210, 297), {"top": 37, "bottom": 35, "left": 28, "right": 26}
"""Millimetres of A4 and its margins (GB/T 9704)."""
TEXT_WIDTH = PAPER[0] - MARGINS["left"] - MARGINS["right"]


@dataclass(frozen=True)
class Look:
    """Sizes in points: of the body, the title, the lines, and what stands in tables."""

    body: int
    title: int
    line: int
    table: int


OFFICIAL = Look(body=16, title=22, line=28, table=12)
LARGE = Look(body=20, title=26, line=30, table=16)
"""For papers that elders read."""

_TITLE, _BODY, _HEADING, _CENTRED, _FLUSH, _SIGNED, _NOTE, _CELL = (
    *("公文标题", "公文正文", "公文小标题", "公文居中", "公文主送"),
    *("公文落款", "公文附注", "公文表格"),
)
_STYLE_OF = {"# ": _TITLE, "## ": _HEADING, "= ": _CENTRED, "! ": _FLUSH, "> ": _SIGNED, "- ": _NOTE}
_ROW, _SHARES, _PLACEHOLDER = "|", "|:", "{{"
ROW_HEIGHT = Mm(10)
"""Room to write in, where a row is left empty for that."""
LONGEST_LABEL = 12
"""A cell with so few signs and nothing to fill in is a label."""


def make(outline: str, look: Look, *, title: str) -> bytes:
    """Return the document of an outline.

    A line is a paragraph; it begins with `#` for the title, `##` for a heading, `=` when centred, `!` when flush left
    (whom it is for), `>` for signature and date, `-` for a note in small type. Lines in `|` are one table: its first
    row is the head, with the share of each column behind a colon; `|:` gives the shares of a form that has no head.
    """
    document = docx.Document()
    _prepare(document, look, title)
    lines = (line.strip() for line in outline.splitlines())
    for is_table, block in groupby((line for line in lines if line), lambda line: line.startswith(_ROW)):
        if is_table:
            _table(document, list(block))
            _table_below_seal(document)
        else:
            _paragraphs(document, block)
    _foot(document)
    saved = io.BytesIO()
    document.save(saved)
    return _with_fonts(saved.getvalue())


def _prepare(document: Document, look: Look, title: str) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAPER[0]), Mm(PAPER[1])
    section.top_margin, section.bottom_margin = Mm(MARGINS["top"]), Mm(MARGINS["bottom"])
    section.left_margin, section.right_margin = Mm(MARGINS["left"]), Mm(MARGINS["right"])
    section.footer_distance = Mm(28)
    document.core_properties.title, document.core_properties.author = title, ""
    document.core_properties.comments = ""
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    _face(document.styles["Normal"], BODY_FACE, look.body)
    for name, face, size, align in (
        (_TITLE, TITLE_FACE, look.title, centre),
        (_BODY, BODY_FACE, look.body, WD_ALIGN_PARAGRAPH.JUSTIFY),
        (_HEADING, HEADING_FACE, look.body, None),
        (_CENTRED, BODY_FACE, look.body, centre),
        (_FLUSH, BODY_FACE, look.body, None),
        (_SIGNED, BODY_FACE, look.body, right),
        (_NOTE, BODY_FACE, look.table, None),
        (_CELL, BODY_FACE, look.table, None),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _face(style, face, size)
        how = style.paragraph_format
        how.alignment, how.space_before, how.space_after = align, Pt(0), Pt(0)
        how.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        how.line_spacing = Pt(look.line if size >= look.body else size + 8)
        if name == _TITLE:
            how.line_spacing, how.space_after = Pt(size + 12), Pt(look.line / 2)
        if name in {_BODY, _HEADING}:
            how.first_line_indent = Pt(2 * size)
        if name == _HEADING:
            how.keep_with_next = True
        if name == _SIGNED:
            how.right_indent = Pt(2 * size)
        if name == _NOTE:
            how.space_before = Pt(6)


def _face(style: object, face: str, size: float) -> None:
    font = style.font  # type: ignore[attr-defined]
    font.name, font.size = LATIN_FACE, Pt(size)
    faces = font.element.rPr.rFonts
    for old in [name for name in faces.attrib if name.endswith("Theme")]:
        del faces.attrib[old]
    faces.set(qn("w:eastAsia"), face)


def _paragraphs(document: Document, lines: Iterator[str]) -> None:
    was = ""
    for line in lines:
        mark = next((mark for mark in _STYLE_OF if line.startswith(mark)), "")
        paragraph = document.add_paragraph(line[len(mark) :].strip(), style=_STYLE_OF.get(mark, _BODY))
        if mark == "> " and was != mark:
            # Two lines free above the signature: the seal is set over name and date.
            paragraph.paragraph_format.space_before = Pt(2 * OFFICIAL.line)
        if mark == "> ":
            paragraph.paragraph_format.keep_together = True
            if len(document.paragraphs) > 1:
                # No page may hold the seal alone.
                document.paragraphs[-2].paragraph_format.keep_with_next = True
        was = mark


def _table_below_seal(document: Document) -> None:
    """Keep a form for signatures on the page of the seal that it follows, a little apart from the date."""
    last = document.paragraphs[-1] if document.paragraphs else None
    is_seal = last is not None and last.style is not None and last.style.name == _SIGNED
    if last is not None and is_seal and last._p is document.tables[-1]._tbl.getprevious():  # noqa: SLF001
        last.paragraph_format.keep_with_next, last.paragraph_format.space_after = True, Pt(12)


def _table(document: Document, lines: Sequence[str]) -> None:
    is_form = lines[0].startswith(_SHARES)
    rows = [[cell.strip() for cell in line.removeprefix(_SHARES).strip(_ROW).split(_ROW)] for line in lines]
    if is_form:
        shares = [float(share) for share in rows.pop(0)]
    else:
        head = [cell.partition(":") for cell in rows[0]]
        rows[0], shares = [name for name, _, _ in head], [float(share or 1) for _, _, share in head]
    widths = [TEXT_WIDTH * share / sum(shares) for share in shares]
    table = document.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for number, cells in enumerate(rows):
        _row(table, cells, widths, is_head=number == 0 and not is_form)


def _row(table: Table, cells: Sequence[str], widths: Sequence[float], *, is_head: bool) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]
    how = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no name for it
    how.append(OxmlElement("w:cantSplit"))
    row.height, row.height_rule = ROW_HEIGHT, WD_ROW_HEIGHT_RULE.AT_LEAST
    if is_head:
        how.append(OxmlElement("w:tblHeader"))
    for cell, text, width in zip(row.cells, cells, widths, strict=True):
        cell.width, cell.vertical_alignment = Mm(width), WD_CELL_VERTICAL_ALIGNMENT.CENTER
        [paragraph] = cell.paragraphs
        paragraph.style = _CELL
        is_label = is_head or (_PLACEHOLDER not in text and len(text) <= LONGEST_LABEL)
        paragraph.add_run(text).bold = is_head or None
        if is_label:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _foot(document: Document) -> None:
    """Give every page its number, — 1 —: at the right of odd pages and at the left of even ones."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
        number = parse_xml(
            f'<w:fldSimple xmlns:w="{_W}" w:instr=" PAGE "><w:r><w:rPr><w:rFonts w:ascii="{FOOT_FACE}"'
            f' w:hAnsi="{FOOT_FACE}" w:eastAsia="{FOOT_FACE}"/><w:sz w:val="28"/></w:rPr><w:t>1</w:t></w:r>'
            "</w:fldSimple>"
        )
        _dash(paragraph.add_run("— "))
        paragraph._p.append(number)  # noqa: SLF001 - python-docx knows no fields
        _dash(paragraph.add_run(" —"))


def _dash(run: object) -> None:
    run.font.size, run.font.name = Pt(14), FOOT_FACE  # type: ignore[attr-defined]
    run.font.element.rPr.rFonts.set(qn("w:eastAsia"), FOOT_FACE)  # type: ignore[attr-defined]


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FONT_TABLE = "word/fontTable.xml"


def _with_fonts(content: bytes) -> bytes:
    """Name what stands in for each face where a machine has it not: python-docx cannot say it."""
    fonts = "".join(f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>' for name, other in FONTS.items())
    table = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{_W}">{fonts}</w:fonts>'
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as package,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as other,
    ):
        for entry in package.infolist():
            other.writestr(entry, table if entry.filename == _FONT_TABLE else package.read(entry))
    return changed.getvalue()
