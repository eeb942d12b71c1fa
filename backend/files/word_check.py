"""Looks at a Word template before it is taken: what it may hold, and which of its placeholders nobody knows."""

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from backend.errors import Invalid
from backend.files.documents import accept_document
from backend.files.word_filling import groups_in_a_row, placeholders, text_of

MOST_BYTES = 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
_NAMED = 5

_CONTROLS = re.compile(r"(?:^|/)(?:vbaProject\.bin|vbaData\.xml|activeX/|embeddings/|afchunk|customUI/)", re.IGNORECASE)
_ALIVE = frozenset({"altChunk", "object", "OLEObject", "control"})
FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
"""What a template may compute by itself; a field that fetches a file or starts a program is none of these."""
_WRITTEN = (".xml", ".rels")
_LIVES = "模板里有宏、控件或嵌入的文件，请去掉后再上传。"
_BROKEN = "这份模板打不开，请在 WPS 里重新保存后再上传。"
_LEFT_OPEN = re.compile(r"\{\{|\}\}|｛｛|｝｝")


def check_template(data: bytes, names: Mapping[str, object], needs: Collection[str], *, field: str = "file") -> None:
    """Take a docx of at most 1 MB with known placeholders and nothing alive in it; else raise `Invalid` saying why.

    `names` are the placeholders that the program fills, groups as 各户.户主; `needs` are those that may not be missing.
    """
    if len(data) > MOST_BYTES:
        raise Invalid.field(field, f"模板太大了，最大{MOST_BYTES // 1024 // 1024}MB。图片请先缩小。")
    if accept_document(data, field=field).kind != "docx":
        raise Invalid.field(field, "模板要用 docx 格式，请在 WPS 里另存为 docx 后再上传。")
    _refuse_what_is_alive(_parts(data, field), field)
    try:
        docx.Document(io.BytesIO(data))
        found, text = placeholders(data), text_of(data)
    except Exception as error:  # whatever a broken file makes the reader raise
        raise Invalid.field(field, _BROKEN) from error
    if unknown := sorted(found - set(names)):
        said = "、".join(f"{{{{{name}}}}}" for name in unknown[:_NAMED])
        raise Invalid.field(field, f"模板里有程序不认识的空格：{said}。请照页面上列出的名称写。")
    if missing := sorted(set(needs) - found):
        said = "、".join(f"{{{{{name}}}}}" for name in missing)
        raise Invalid.field(field, f"模板里少了{said}，没有它这份文书不完整。")
    _refuse_half_a_placeholder(text, found, field)
    _refuse_two_groups(data, field)


def _parts(data: bytes, field: str) -> list[Any]:
    """Return every part of the package that is XML, parsed: whatever is in it may be written in many ways."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = package.infolist()
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise Invalid.field(field, "模板解开后太大，请另存一份再上传。")
        if any(_CONTROLS.search(entry.filename) for entry in entries):
            raise Invalid.field(field, _LIVES)
        try:
            return [parse_xml(package.read(each)) for each in entries if each.filename.lower().endswith(_WRITTEN)]
        except Exception as error:  # a broken package, or a part that is no XML
            raise Invalid.field(field, _BROKEN) from error


def _refuse_what_is_alive(roots: Iterable[Any], field: str) -> None:
    for root in roots:
        if root.getroottree().docinfo.doctype:
            raise Invalid.field(field, _BROKEN)
        for each in root.iter(tag=None):
            name = each.tag.rpartition("}")[2] if isinstance(each.tag, str) else ""
            if name in _ALIVE or (name == "Override" and "macroEnabled" in each.get("ContentType", "")):
                raise Invalid.field(field, _LIVES)
            if name == "Relationship" and each.get("TargetMode", "").strip().lower() == "external":
                raise Invalid.field(field, "模板里有连到外面的链接或图片，请去掉链接、把图片粘进文档后再上传。")
            if name in {"instrText", "fldSimple"} and _field(each) not in FIELDS:
                raise Invalid.field(field, "模板里有自动更新的域，只能留页码，请把别的改成文字后再上传。")


def _field(each: Any) -> str:
    """Return which field this begins; a piece of white space between two pieces of one begins none."""
    written = (each.get(qn("w:instr")) or each.text or "").split()
    return written[0].upper() if written else "PAGE"


def _refuse_half_a_placeholder(text: str, found: Collection[str], field: str) -> None:
    for line in text.splitlines():
        rest = line
        for name in found:
            rest = re.sub(rf"(?:\{{\{{|｛｛)\s*{re.escape(name)}\s*(?:\}}\}}|｝｝)", "", rest)
        if _LEFT_OPEN.search(rest):
            raise Invalid.field(field, f"“{line.strip()[:30]}”这一行的大括号没有成对，空格要写成 {{{{名称}}}}。")


def _refuse_two_groups(data: bytes, field: str) -> None:
    for groups in groups_in_a_row(data):
        if len(groups) > 1:
            raise Invalid.field(field, f"同一行里不能又有{'、'.join(sorted(groups))}的空格，请分成两张表。")
