"""Filling a Word template: what people typed stays text, rows repeat, and nothing is left behind."""

import io

import docx
import pytest
import segno
from docx.document import Document
from docx.oxml.ns import qn

from backend.files.word_filling import Filling, fill, placeholders
from backend.files.word_layout import FONTS, LARGE, OFFICIAL, make
from backend.files.word_reading import Grid, Line, blocks

pytestmark = pytest.mark.shows("console.4")
OUTLINE = """
# {{标题}}
! {{户主}}：
{{正文}}
电话：{{电话}}
没有{{空}}
| 序号:1 | 户主:3 |
| {{各户.序号}} | {{各户.户主}}，{{村}} |
> {{村}}
"""
TYPED = "<w:b/>&{{村}}\x00{{各户.户主}}"


def filled() -> Document:
    values = {"标题": "公　示", "户主": TYPED, "正文": "第一段\n第二段", "电话": "一\n二", "村": "某村", "空": ""}
    groups = {"各户": [{"序号": "1", "户主": TYPED}, {"序号": "2", "户主": "李四"}]}
    filling = Filling(values, groups)
    return docx.Document(io.BytesIO(fill(make(OUTLINE, OFFICIAL, title="测试"), filling)))


def test_no_page_holds_the_seal_or_the_signatures_alone() -> None:
    document = docx.Document(
        io.BytesIO(make("# 回执\n正文\n> 某村\n> 某日\n|: 1 | 2 |\n| 签字 |  |", LARGE, title="回执"))
    )

    keeps = [each.paragraph_format.keep_with_next for each in document.paragraphs]
    assert keeps == [None, True, True, True]


def test_what_somebody_typed_stays_text_and_opens_no_other_placeholder() -> None:
    document = filled()

    assert document.paragraphs[1].text == "<w:b/>&{{村}}{{各户.户主}}："
    assert document.tables[0].rows[1].cells[1].text == "<w:b/>&{{村}}{{各户.户主}}，某村"


def test_a_row_repeats_for_each_of_a_group_and_a_value_of_lines_becomes_paragraphs() -> None:
    document = filled()

    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["序号", "户主"]
    assert [row.cells[0].text for row in document.tables[0].rows] == ["序号", "1", "2"]
    assert [each.text for each in document.paragraphs][2:] == ["第一段", "第二段", "电话：一\n二", "某村"]
    assert not [each for each in document.paragraphs if "没有" in each.text]


def test_a_placeholder_of_a_chinese_keyboard_and_one_split_by_word_are_found() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for piece in ("您的{", "{ 编", "号 }", "}和｛｛村｝｝"):
        paragraph.add_run(piece)
    saved = io.BytesIO()
    document.save(saved)

    result = docx.Document(io.BytesIO(fill(saved.getvalue(), Filling({"编号": "7", "村": "某村"}))))

    assert placeholders(saved.getvalue()) == {"编号", "村"}
    assert result.paragraphs[0].text == "您的7和某村"


def test_a_picture_is_shown_in_the_text_and_in_a_footer_beside_words() -> None:
    document = docx.Document()
    document.add_paragraph("扫码提意见：{{码}}")
    document.sections[0].footer.paragraphs[0].text = "{{码}}"
    saved, image = io.BytesIO(), io.BytesIO()
    document.save(saved)
    segno.make("守望").save(image, kind="png")

    result = fill(saved.getvalue(), Filling({}, pictures={"码": image.getvalue()}))
    opened = docx.Document(io.BytesIO(result))

    assert opened.paragraphs[0].text == "扫码提意见："
    assert len(opened.inline_shapes) == 1
    assert "<a:blip" in opened.sections[0].footer._element.xml
    assert [bool(each.pictures) for each in blocks(result) if isinstance(each, Line)] == [True]


def test_the_layout_names_its_faces_with_others_in_their_place_and_embeds_none() -> None:
    content = make(OUTLINE, OFFICIAL, title="测试")
    document = docx.Document(io.BytesIO(content))

    body, title = document.styles["公文正文"], document.styles["公文标题"]
    assert body.font.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert (body.font.size.pt, body.paragraph_format.line_spacing.pt) == (16, 28)
    assert title.font.element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    [fonts] = [part for part in document.part.package.iter_parts() if "fontTable" in part.partname]
    written = fonts.blob.decode()
    assert all(name in written for name in FONTS)
    assert "w:embed" not in written


def test_what_is_shown_on_a_page_is_what_the_file_says() -> None:
    saved = io.BytesIO()
    filled().save(saved)

    title, *_, table, signature = blocks(saved.getvalue())

    assert isinstance(title, Line)
    assert (title.text, title.align, title.size) == ("公　示", "centre", 22)
    assert isinstance(table, Grid)
    assert (table.has_head, table.shares, len(table.rows)) == (True, (25, 75), 3)
    assert isinstance(signature, Line)
    assert (signature.align, signature.is_below_seal) == ("right", True)
