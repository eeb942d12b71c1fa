"""Files as they really come: each that cannot be used is refused with a sentence that says what to do."""

import io
import resource
import stat
import time
import zipfile
from collections.abc import Callable

import pytest

from backend.errors import Invalid
from backend.services.imports.xlsx_files import read_xlsx
from tests.imports.files import HEADING, ZHANG, Office, as_csv, as_xlsx, changed_part
from tests.people import id_number

SHEET = "xl/worksheets/sheet1.xml"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
BILLION = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet'
FOREIGN = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet'
MOST_SECONDS, MOST_MEMORY_KB = 2, 100 * 1024

pytestmark = [pytest.mark.shows("monitoring.0")]


@pytest.fixture
def kind() -> str:
    return "sqlite"


def _encrypted() -> bytes:
    content = bytearray(as_xlsx(ZHANG))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(ZHANG))) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in given.infolist():
            if entry.filename != SHEET:
                made.writestr(entry.filename, given.read(entry))
        with made.open(SHEET, "w", force_zip64=True) as part:
            for _ in range(256):
                part.write(bytes(1 << 20))
    return out.getvalue()


def _with(name: str, content: bytes = b"", times: int = 1) -> bytes:
    out = io.BytesIO(as_xlsx(ZHANG))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as made:
        for number in range(times):
            made.writestr(name.format(number), content)
    return out.getvalue()


def _link() -> bytes:
    """A part that is a link to a file of the machine, as unzip would make it."""
    out = io.BytesIO(as_xlsx(ZHANG))
    entry = zipfile.ZipInfo("xl/worksheets/sheet2.xml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(out, "a") as made:
        made.writestr(entry, "/etc/passwd")
    return out.getvalue()


def _cells(old: str, new: str) -> bytes:
    return changed_part(as_xlsx(ZHANG), SHEET, old, new)


def _rows_below(count: int, *, said: bool) -> bytes:
    below = "".join(f'<row r="{number}"/>' for number in range(6, count))
    content = _cells("</sheetData>", f"{below}</sheetData>")
    return changed_part(content, SHEET, 'ref="A1:Q4"', 'ref="A1:Q1048576"') if said else content


USELESS: dict[str, tuple[Callable[[], bytes], str]] = {
    "encrypted": (_encrypted, "加了密码"),
    "an xls renamed": (lambda: OLD_OFFICE, "旧版的 xls"),
    "a Word file": (lambda: _with("word/document.xml"), "Word"),
    "macros": (lambda: _with("xl/vbaProject.bin"), "有宏"),
    "merged cells": (
        lambda: _cells("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A2:A4"/></mergeCells>'),
        "A2:A4 合并了单元格",
    ),
    "a million empty rows": (lambda: _rows_below(40, said=True), "空行整行删掉"),
    "a million rows that it does not own up to": (lambda: _rows_below(1_000_000, said=False), "空行整行删掉"),
    "a bomb": (_bomb, "解开后太大"),
    "ten thousand sheets": (lambda: _with("xl/worksheets/more{}.xml", b"<worksheet/>", 10_000), "解开后太大"),
    "entities that swell": (lambda: _cells("<worksheet", BILLION), "打不开"),
    "a file of the machine": (lambda: _cells("<worksheet", FOREIGN), "打不开"),
    "a path that leaves": (lambda: _with("../../outside.xml"), "不是能用的文件"),
    "a link out of the package": (_link, "不是能用的文件"),
    "half a file": (lambda: as_xlsx(ZHANG)[:2000], "没有传完整"),
    "no heading": (lambda: as_csv(ZHANG, heading=["一", "二"]), "没有找到表头"),
    "a heading that lacks something": (
        lambda: as_csv([row[1:] for row in ZHANG], heading=HEADING[1:]),
        "表头里没有“村”",
    ),
    "a heading and nothing else": (lambda: as_csv([]), "没有一行内容"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "读不懂这个文件"),
    "neither text nor table": (lambda: bytes(range(256)) * 8, "读不懂这个文件"),
    "nothing": (lambda: b"", "是空的"),
}


SWELLING = (
    *("a million empty rows", "a million rows that it does not own up to", "a bomb", "ten thousand sheets"),
    *("entities that swell", "a file of the machine", "a path that leaves"),
    "a link out of the package",
)
"""Reliability test 35."""


@pytest.mark.parametrize("what", USELESS)
def test_a_file_that_cannot_be_used_says_what_to_do(office: Office, what: str) -> None:
    make, said = USELESS[what]
    content = make()
    began = time.monotonic()

    try:
        report = office.look(content)
    except Invalid as error:
        sentence = error.fields["file"]
    else:
        assert report.standing == "useless"
        sentence = report.why

    assert said in sentence
    assert "请" in sentence
    assert time.monotonic() - began < MOST_SECONDS + 1


@pytest.mark.shows("monitoring.0")
@pytest.mark.parametrize("what", SWELLING)
def test_what_swells_is_refused_within_two_seconds_and_a_hundred_mebibytes(what: str) -> None:
    content = USELESS[what][0]()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()

    with pytest.raises(Invalid):
        list(read_xlsx(content))

    assert time.monotonic() - began < MOST_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY_KB


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_every_encoding_of_offices_is_read(office: Office, encoding: str) -> None:
    assert office.look(as_csv(ZHANG, encoding=encoding)).counts == {"new": 3}


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_commas_tabs_and_semicolons_separate(office: Office, separator: str) -> None:
    content = as_csv(ZHANG).replace(b",", separator.encode())

    assert office.look(content).counts == {"new": 3}


def test_a_title_above_the_heading_and_columns_in_another_order_do_no_harm(office: Office) -> None:
    title = ["灵寿镇农户花名册", *[""] * (len(HEADING) - 1)]
    turned = [row[::-1] for row in [HEADING, *ZHANG]]

    report = office.look(as_csv(turned, heading=title))

    assert report.counts == {"new": 3}


def test_a_column_that_nobody_knows_is_named_and_left_out(office: Office) -> None:
    report = office.look(as_csv([[*row, "红"] for row in ZHANG], heading=[*HEADING, "车的颜色"]))

    assert report.counts == {"new": 3}
    assert "“车的颜色”这一列用不上" in report.found["第1行"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (f'<c r="J2" t="n"><v>{id_number(1)[:17]}0</v></c>', "后几位已经丢了"),
        ('<c r="J2" t="n"><v>1.37199195001011E+17</v></c>', "后几位已经丢了"),
        (f'<c r="J2" t="str"><f>A1</f><v>{id_number(1)}</v></c>', "公式"),
        ('<c r="J2" t="e"><v>#N/A</v></c>', "公式"),
    ],
)
def test_what_a_spreadsheet_did_to_a_cell_is_said_with_its_address(office: Office, cell: str, said: str) -> None:
    text = f'<c r="J2" s="2" t="inlineStr"><is><t>{id_number(1)}</t></is></c>'

    report = office.look(_cells(text, cell))

    assert said in report.found["J2"]
    assert report.counts == {"wrong": 1, "held": 2}


def test_a_number_that_lost_its_leading_zero_is_known_by_it(office: Office) -> None:
    landline = [[*ZHANG[0]], *ZHANG[1:]]
    landline[0][6] = "03118252000"
    content = changed_part(
        as_xlsx(landline),
        SHEET,
        '<c r="G2" s="2" t="inlineStr"><is><t>03118252000</t></is></c>',
        '<c r="G2"><v>3118252000</v></c>',
    )

    assert "前面的0丢了" in office.look(content).found["G2"]


def test_dates_shared_words_and_numbers_of_other_programs_are_read() -> None:
    content = changed_part(
        as_xlsx(ZHANG),
        SHEET,
        "</sheetData>",
        '<row r="5"><c r="A5" t="s"><v>0</v></c><c r="C5" s="3"><v>46086</v></c>'
        '<c t="b"><v>1</v></c></row></sheetData>',
    )
    content = changed_part(content, "xl/styles.xml", "</cellXfs>", '<xf numFmtId="14"/></cellXfs>')
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><r><t>大东</t></r><r><t>关村</t></r><rPh><t>ダ</t></rPh></si></sst>"
    )
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("xl/sharedStrings.xml", strings)

    *_, last = list(read_xlsx(out.getvalue()))

    assert last.number == 5
    assert list(last.cells) == ["大东关村", "", "2026-03-05", "是"]
