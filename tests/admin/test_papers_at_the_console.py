"""Papers at the console: offered where one is, shown as printed, and filled into templates that a county hands in."""

import io
import zipfile
from collections.abc import Callable, Iterator

import docx
import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid
from backend.files.word_check import MOST_BYTES, check_template
from backend.files.word_layout import OFFICIAL, make
from backend.models import AuditRow, PaperTemplate
from backend.services.papers import catalogue
from tests.admin.desk import Desk
from tests.admin.pages import Page, read
from tests.checks import following
from tests.people import Cast, Maker
from tests.services.papers import words_of
from tests.services.sitting import Village

Enter = Callable[[str], Desk]
pytestmark = pytest.mark.shows("console.4")
RECEIPT = "/console/paper-templates/receipt"


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def village(app: Flask, cast: Cast, make: Maker) -> Iterator[Village]:
    with following(app):
        yield Village(app, cast, make)


def template(outline: str) -> bytes:
    return make(outline, OFFICIAL, title="本县的模板")


def split(content: bytes, text: str, *pieces: str) -> bytes:
    """Split a text over several runs, as Word does while somebody types."""
    document = docx.Document(io.BytesIO(content))
    [paragraph] = [each for each in document.paragraphs if text in each.text]
    for run in paragraph.runs:
        run.text = ""
    for piece in pieces:
        paragraph.add_run(piece)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def with_part(content: bytes, name: str, part: str | bytes) -> bytes:
    """Put a part into the package, or in place of one."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(changed, "w") as other:
        for entry in package.infolist():
            if entry.filename != name:
                other.writestr(entry, package.read(entry))
        other.writestr(name, part)
    return changed.getvalue()


def hand_in(desk: Desk, content: bytes, code: str = "receipt", name: str = "本县模板.docx") -> Page:
    page = desk.get(f"/console/paper-templates/{code}")
    form = page.form(f"/paper-templates/{code}")
    data = {**form.values, "file": (io.BytesIO(content), name)}
    sent = desk.client.post(form.action, data=data, content_type="multipart/form-data", follow_redirects=True)
    return read(sent)


def taken(desk: Desk, path: str) -> str:
    answer = desk.client.get(path)
    assert answer.status_code == 200, answer.status_code
    assert answer.mimetype.endswith("wordprocessingml.document")
    return words_of(docx.Document(io.BytesIO(answer.data)))


def test_papers_are_offered_where_one_is_and_shown_as_they_are_printed(village: Village, console: Enter) -> None:
    case_id, other_id = village.agreed("张三", "李四")
    with clock.at(village.now):
        notice = village.posted(case_id, other_id)
        desk = console("village")
        case = desk.get(f"/console/cases/{case_id}")
        offered = [link for link in case.links if link.startswith("/console/papers/") and link != "/console/papers/"]
        pages = [desk.get(link) for link in offered]
        sheet = desk.get(f"/console/papers/notice/{notice.id}")
        record = desk.get(f"/console/papers/sitting/{notice.meeting_id}")
        foreign = console("other_village")
        hidden = [foreign.get(path).status for path in (offered[0], f"/console/papers/notice/{notice.id}")]
        missing = [desk.get(f"/console/papers/{path}").status for path in ("nothing/1", "receipt/1")]

    codes = [link.split("/")[3] for link in offered]
    assert codes == ["receipt", "before_posting", "authorization", "home_check_blank"]
    assert {page.status for page in pages} == {200}
    assert "张三" in pages[0].text
    assert f"/console/papers/notice/{notice.id}" in console("village").get(f"/console/notices/{notice.id}").links
    assert sheet.html.count('src="data:image/png;base64,') == 1
    assert "（2）" in sheet.text
    assert [each for each in ("张三", "李四", "代表0") if each in record.text] == ["张三", "李四", "代表0"]
    assert hidden == [404, 404]
    assert missing == [404, 404]


def test_a_county_replaces_a_template_and_takes_the_programs_own_again(
    village: Village, console: Enter, make: Maker
) -> None:
    case_id = village.declare("张三")
    own = "# 本县受理回执\n! {{户主姓名}}：\n您的编号是{{编号}}。\n电话{{联系电话}}。{{告知内容}}\n没有{{原因}}\n> 本县"
    with clock.at(village.now):
        lead, desk = console("county_op"), console("village")
        before = taken(desk, f"/console/papers/receipt/{case_id}/word")
        # As Word leaves it behind: the braces and the name lie in three pieces.
        done = hand_in(lead, split(template(own), "您的编号是", "您的编号是{", "{编", "号}}。"))
        after = taken(desk, f"/console/papers/receipt/{case_id}/word")
        shown = desk.get(f"/console/papers/receipt/{case_id}")
        page = lead.get(RECEIPT)
        back = lead.press(page, "/receipt/own")
        again = taken(desk, f"/console/papers/receipt/{case_id}/word")
        kept = taken(lead, f"{RECEIPT}/1")

    assert before.startswith("受理回执")
    assert "第1版已启用" in done.text
    assert after.startswith("本县受理回执\n张三：\n您的编号是")
    assert "{" not in after
    assert "没有" not in after, "a line of which nothing is filled in is not printed"
    assert "本县受理回执" in shown.text
    assert "已换回程序自带的模板" in back.text
    assert again == before
    assert "您的编号是{{编号}}。" in kept
    [row] = make.rows(PaperTemplate)
    assert (row.version, row.name, row.ended_at is not None) == (1, "本县模板.docx", True)
    made = [each.detail["template"] for each in make.rows(AuditRow) if each.action == Action.MAKE_PAPER]
    assert made == [0, 1, 1, 0]
    changed = [each.detail["version"] for each in make.rows(AuditRow) if each.action == Action.CHANGE_TEMPLATES]
    assert changed == [1, 0]


GOOD = "{{户主姓名}}{{告知内容}}{{联系电话}}"
OUTSIDE = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="http://x.cn/a.png" '
    'TargetMode="&#69;xternal"/></Relationships>'
)
FIELD = (
    '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r>'
    '<w:instrText> INCLUDETEXT "c:/x" </w:instrText></w:r></w:p></w:hdr>'
)


BAD: list[tuple[str, bytes, str]] = [
    ("receipt", b"", "请先选择模板文件"),
    ("receipt", b"%PDF-1.7 %%EOF", "docx 格式"),
    ("receipt", b"PK\x03\x04 torn", "没有传完整"),
    ("receipt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版"),
    ("receipt", template(GOOD + "{{身份证号}}"), "不认识的空格：{{身份证号}}"),
    ("receipt", template("{{户主姓名}}{{联系电话}}"), "少了{{告知内容}}"),
    ("receipt", template(GOOD + "{{村名}"), "大括号没有成对"),
    ("receipt", with_part(template(GOOD), "word/vbaProject.bin", b"x"), "有宏"),
    ("receipt", with_part(template(GOOD), "word/embeddings/a.bin", b"x"), "嵌入的文件"),
    ("receipt", with_part(template(GOOD), "word/_rels/header9.xml.rels", OUTSIDE), "连到外面的链接"),
    ("receipt", with_part(template(GOOD), "word/header9.xml", FIELD), "自动更新的域"),
    ("receipt", with_part(template(GOOD), "word/document.xml", "<!DOCTYPE a []><a/>"), "打不开"),
    ("receipt", with_part(template(GOOD), "word/document.xml", "<a"), "打不开"),
    (
        "minutes",
        template("{{日期}}{{议题}}\n| a | b |\n| {{交办.事项}} | {{数据.指标}} |"),
        "同一行里不能又有交办、数据",
    ),
    ("notice", template("{{正文}}{{落款}}{{日期}}\n= {{二维码}}\n电话13812345678"), "不能公开的：证件、电话"),
]


def test_a_template_that_would_not_do_is_refused_with_a_sentence(console: Enter, make: Maker) -> None:
    desk = console("county_op")

    for code, content, said in BAD:
        page = hand_in(desk, content, code, name="坏的.docx" if content else "")
        assert page.status == 422, said
        assert said in page.text, page.text
    assert make.rows(PaperTemplate) == []


def test_only_the_county_changes_what_its_papers_say(console: Enter) -> None:
    clerk = console("town_op")

    assert "程序自带" in clerk.get("/console/papers/").text
    assert clerk.get(RECEIPT).status == 403
    assert clerk.send(f"{RECEIPT}/own").status_code == 403
    assert console("county_op").get("/console/paper-templates/nothing").status == 404
    assert console("admin").get("/console/papers/").status == 403


def test_what_the_program_hands_out_as_a_template_can_be_handed_in_again() -> None:
    for paper in catalogue.PAPERS.values():
        check_template(paper.own_template(), paper.names, paper.needs)
    with pytest.raises(Invalid, match="最大1MB"):
        check_template(b"PK" * MOST_BYTES, {}, ())
