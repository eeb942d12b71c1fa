"""Fills the placeholders of a Word document: a value is text and never markup, a row repeats for each of a group."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.parts.story import StoryPart
from docx.shared import Mm
from docx.text.paragraph import Paragraph

PLACEHOLDER = re.compile(r"(?:\{\{|｛｛)\s*([^{}｛｝]+?)\s*(?:\}\}|｝｝)")
"""{{村名}}, also as a Chinese keyboard types it."""
OF_GROUP = "."
"""{{各户.户主}}: one of a group; the row or paragraph that holds it repeats."""
PICTURE_WIDTH = Mm(36)
_P, _T, _TR, _BODY = qn("w:p"), qn("w:t"), qn("w:tr"), qn("w:body")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Values = Mapping[str, str]


@dataclass(frozen=True)
class Filling:
    """What goes into a document: single values, groups of them, and pictures (PNG)."""

    values: Values
    groups: Mapping[str, Sequence[Values]] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def placeholders(template: bytes) -> set[str]:
    """Return the names between the braces, wherever Word has put or split them."""
    document = docx.Document(io.BytesIO(template))
    return {name for root in _roots(document) for paragraph in root.iter(_P) for name in _names(paragraph)}


def text_of(template: bytes) -> str:
    """Return all text of a document, a line a paragraph."""
    document = docx.Document(io.BytesIO(template))
    return "\n".join(_whole(paragraph) for root in _roots(document) for paragraph in root.iter(_P))


def groups_in_a_row(template: bytes) -> Iterator[set[str]]:
    """Yield of each row, and of each paragraph outside of tables, the groups that it has placeholders of."""
    rows: dict[int, tuple[Any, set[str]]] = {}  # the row itself is kept too, or its id would be given away again
    document = docx.Document(io.BytesIO(template))
    for paragraph in (each for root in _roots(document) for each in root.iter(_P)):
        unit = next(paragraph.iterancestors(_TR), paragraph)
        _, groups = rows.setdefault(id(unit), (unit, set()))
        groups |= {name.partition(OF_GROUP)[0] for name in _names(paragraph) if OF_GROUP in name}
    for _, groups in rows.values():
        yield groups


def fill(template: bytes, filling: Filling) -> bytes:
    """Return the document with every placeholder filled; one without a value leaves nothing behind.

    A paragraph of the text in which all placeholders came to nothing is left out; in a table its cell stays empty. One
    that is nothing but a placeholder becomes a paragraph for each line of the value.
    """
    document = docx.Document(io.BytesIO(template))
    for story in _stories(document):
        root = story.part.element
        repeated = [(unit, group) for unit, group in _units(root, filling.groups)]
        inside = [each for unit, _ in repeated for each in ([unit] if unit.tag == _P else unit.iter(_P))]
        # What is filled in is not looked at again: what a person typed may hold braces too.
        for paragraph in [each for each in root.iter(_P) if each not in inside]:
            wanted = [filling.pictures[name] for name in _names(paragraph) if name in filling.pictures]
            _fill(paragraph, filling.values, stays=bool(wanted))
            _show(wanted, paragraph, story)
        for unit, group in repeated:
            _repeat(unit, [{**filling.values, **_named(group, row)} for row in filling.groups[group]])
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


@dataclass(frozen=True)
class _Story:
    """Where a paragraph stands: the text itself, a header or a footer; a picture belongs to one of them."""

    part: StoryPart


def _stories(document: Document) -> Iterator[_Story]:
    """Yield the text itself, then headers and footers."""
    yield _Story(document.part)
    for part in document.part.related_parts.values():
        if isinstance(part, StoryPart):
            yield _Story(part)


def _roots(document: Document) -> Iterator[Any]:
    return (story.part.element for story in _stories(document))


def _units(root: Any, groups: Mapping[str, object]) -> Iterator[tuple[Any, str]]:
    """Yield each row, and each paragraph outside of tables, that repeats, with the group that it repeats for."""
    seen: list[Any] = []
    for paragraph in root.iter(_P):
        of = [name.partition(OF_GROUP)[0] for name in _names(paragraph) if OF_GROUP in name]
        group = next((name for name in of if name in groups), None)
        unit = next(paragraph.iterancestors(_TR), paragraph)
        if group is not None and unit not in seen:
            seen.append(unit)
            yield unit, group


def _named(group: str, row: Values) -> dict[str, str]:
    return {f"{group}{OF_GROUP}{name}": value for name, value in row.items()}


def _repeat(unit: Any, rows: Sequence[Values]) -> None:
    for values in rows:
        copy = deepcopy(unit)
        unit.addprevious(copy)
        for paragraph in [copy] if copy.tag == _P else list(copy.iter(_P)):
            _fill(paragraph, values)
    unit.getparent().remove(unit)


def _texts(paragraph: Any) -> list[Any]:
    """Return the pieces into which Word has split a paragraph's text; a text box inside it is not its own."""
    return [each for each in paragraph.iter(_T) if next(each.iterancestors(_P)) is paragraph]


def _whole(paragraph: Any) -> str:
    return "".join(each.text or "" for each in _texts(paragraph))


def _names(paragraph: Any) -> list[str]:
    return PLACEHOLDER.findall(_whole(paragraph))


def _show(pictures: Sequence[bytes], paragraph: Any, story: _Story) -> None:
    """Put pictures at the end of a paragraph, which then is as high as they are."""
    for each in pictures:
        whole = Paragraph(paragraph, story)
        whole.paragraph_format.line_spacing = 1.0  # a picture in a line of fixed height is cut off
        whole.add_run().add_picture(io.BytesIO(each), width=PICTURE_WIDTH)


def _fill(paragraph: Any, values: Values, *, stays: bool = False) -> None:
    whole = _whole(paragraph)
    found = list(PLACEHOLDER.finditer(whole))
    if not found:
        return
    said = [_clean(values.get(each[1], "")) for each in found]
    if not any(said) and not stays and _may_go(paragraph):
        paragraph.getparent().remove(paragraph)
        return
    if PLACEHOLDER.fullmatch(whole.strip()) and "\n" in said[0]:
        _lines(paragraph, said[0].split("\n"))
        return
    for each, value in zip(reversed(found), reversed(said), strict=True):
        _put(_texts(paragraph), each.start(), each.end(), value)
    _break_lines(paragraph)


def _may_go(paragraph: Any) -> bool:
    """Say whether the document stays whole without this paragraph: one that ends a section holds its page."""
    return paragraph.getparent().tag == _BODY and next(paragraph.iter(qn("w:sectPr")), None) is None


def _lines(paragraph: Any, lines: Sequence[str]) -> None:
    for line in lines:
        copy = deepcopy(paragraph)
        paragraph.addprevious(copy)
        _put(_texts(copy), 0, len(_whole(copy)), line)
    paragraph.getparent().remove(paragraph)


def _put(texts: Sequence[Any], start: int, end: int, value: str) -> None:
    """Put a value in the place of the signs from start to end, which may lie in several pieces."""
    at, left = 0, value
    for each in texts:
        own = each.text or ""
        first, last = max(start - at, 0), min(end - at, len(own))
        if first < last:
            each.text, left = own[:first] + left + own[last:], ""
            each.set(qn("xml:space"), "preserve")
        at += len(own)


def _break_lines(paragraph: Any) -> None:
    for each in _texts(paragraph):
        first, *others = (each.text or "").split("\n")
        each.text, last = first, each
        for line in others:
            end, more = OxmlElement("w:br"), OxmlElement("w:t")
            more.text = line
            more.set(qn("xml:space"), "preserve")
            last.addnext(end)
            end.addnext(more)
            last = more


def _clean(text: str) -> str:
    """Return what a document can hold of a text."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
