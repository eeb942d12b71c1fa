"""A paper as tests look at it: made by the service, and read again as Word reads it."""

import io
import re
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.oxml.ns import qn

from backend.access.actor import Actor
from backend.services.papers import catalogue, making
from backend.services.papers.kinds import TITLE

PERSONAL = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9])")
"""An ID number or a mobile number, whole."""


@dataclass
class Printed:
    """One made paper: the name of its file, its document, and all its words."""

    name: str
    document: Document
    words: str

    @property
    def tables(self) -> list[list[list[str]]]:
        return [[[cell.text for cell in row.cells] for row in table.rows] for table in self.document.tables]


def words_of(document: Document) -> str:
    """Return everything that a document says, text boxes and tables too, a line a paragraph."""
    paragraphs = document.element.iter(qn("w:p"))
    return "\n".join("".join(piece.text or "" for piece in each.iter(qn("w:t"))) for each in paragraphs)


def printed(code: str, about: int, *, by: Actor) -> Printed:
    """Make a paper, and hold against it what is true of every one of them."""
    _fills_what_it_declares(code, about, by)
    made = making.make(code, about, by=by)
    document = docx.Document(io.BytesIO(made.content))
    words, section = words_of(document), document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    feet = [foot._element.xml for foot in (section.footer, section.even_page_footer)]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297), code
    assert [round(each.mm) for each in margins] == [37, 35, 28, 26], code
    assert all('w:instr=" PAGE "' in foot and "— " in foot for foot in feet), code
    assert "{{" not in words, (code, words)
    assert not PERSONAL.search(words), (code, words)
    return Printed(made.name, document, words)


def _fills_what_it_declares(code: str, about: int, by: Actor) -> None:
    paper = catalogue.find(code)
    filling = paper.facts(about, by).filling
    assert {TITLE, *filling.values, *filling.pictures} == {TITLE, *paper.fields}, code
    assert set(filling.groups) == set(paper.groups), code
    for group, rows in filling.groups.items():
        assert all(set(row) <= set(paper.groups[group]) for row in rows), (code, group)
