"""A village makes, reads out, posts and takes down its sheet at the console; the township looks on."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from backend import clock
from backend.models import Notice, NoticeReading, StoredFile
from tests.admin.desk import Desk
from tests.admin.pages import Page, read
from tests.checks import following
from tests.people import Cast, Maker
from tests.services.sitting import Village

Enter = Callable[[str], Desk]

pytestmark = pytest.mark.shows("procedure.9")


@pytest.fixture
def village(app: Flask, cast: Cast, make: Maker) -> Iterator[Village]:
    with following(app):
        yield Village(app, cast, make)


@pytest.fixture
def agreed(village: Village) -> Iterator[list[int]]:
    """Two families on which a meeting has agreed, on that day."""
    families = village.agreed("张三", "李四")
    with clock.at(village.now):
        yield families


def _sheet(desk: Desk, **typed: Any) -> Page:
    page = desk.get("/console/notices/")
    form = page.form("/notices/preview")
    ids = [value for _, name, value in page.attributes if name == "value" and value.isdecimal() and len(value) > 15]
    preview = read(desk.client.post(form.action, data={**form.values, "case_id": ids, **typed}))
    if preview.status != 200:
        return preview
    made = preview.form("/notices/")
    sent = {**made.values, "case_id": ids}
    return read(desk.client.post(made.action, data=sent, follow_redirects=True))


def _read_out(desk: Desk, page: Page, **typed: Any) -> Page:
    for form in [each for each in page.forms if each.action.endswith("/readings")]:
        page = read(
            desk.client.post(
                form.action,
                data={**form.values, "way": "in_person", "told_whom": "head", **typed},
                follow_redirects=True,
            )
        )
    return page


def _post(desk: Desk, page: Page, ids: list[int], **typed: Any) -> Page:
    form = page.form("/posting")
    sent = {**form.values, "case_id": [str(each) for each in ids], "place": "村委会公示栏", **typed}
    return read(desk.client.post(form.action, data=sent, content_type="multipart/form-data", follow_redirects=True))


def _photo() -> tuple[io.BytesIO, str]:
    taken = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(taken, "JPEG")
    taken.seek(0)
    return taken, "wall.jpg"


def test_a_sheet_that_hung_on_its_printed_day_is_said_so_the_day_after(
    console: Enter, agreed: list[int], make: Maker, village: Village
) -> None:
    desk = console("village")
    _read_out(desk, _sheet(desk))
    hung_on = village.today

    village.today += timedelta(days=1)
    with clock.at(village.now):
        late = desk.get(f"/console/notices/{make.rows(Notice)[0].id}")
        posted = _post(desk, late, agreed, witness="钱老师")

    [notice] = make.rows(Notice)
    assert "那天就贴好了的，在下面登记" in late.text
    assert "已登记张贴" in posted.text
    assert (notice.posted_on, notice.until) == (hung_on, hung_on + timedelta(days=5))


def test_a_sheet_is_made_read_out_posted_with_a_photo_and_taken_down(
    console: Enter, agreed: list[int], make: Maker, village: Village
) -> None:
    desk = console("village")

    made = _sheet(desk)
    too_soon = _post(desk, made, agreed, witness="钱老师")
    heard = _read_out(desk, made)
    posted = _post(desk, heard, agreed, photo=_photo())
    village.today += timedelta(days=6)
    with clock.at(village.now):
        village.the_program_closes()
        over = desk.press(desk.get(f"/console/notices/{make.rows(Notice)[0].id}"), "/removal")

    assert "（1）" in made.text
    assert "（2）" in made.text
    assert "<svg" in made.html
    assert too_soon.status == 409
    assert "还没有听过公示内容" in too_soon.text
    assert len(make.rows(NoticeReading)) == 2
    assert "已登记张贴，从明天起算" in posted.text
    [file] = make.rows(StoredFile)
    assert f"/console/files/{file.id}/thumbnail" in posted.html
    assert "已登记取下" in over.text
    [notice] = make.rows(Notice)
    assert notice.taken_down_by_name == "王村干"


def test_the_printed_sheet_holds_names_and_categories_and_nothing_private(console: Enter, agreed: list[int]) -> None:
    page = _sheet(console("village"))

    sheet = page.html.split('class="sheet">')[1].split("</div>")[0]
    assert "张三" in sheet
    assert "边缘易致贫户" in sheet
    for private in ("13800000000", "屋顶漏雨", "130126"):
        assert private not in sheet


def test_who_cannot_be_reached_needs_a_word_and_a_witness_may_stand_for_the_photo(
    console: Enter, agreed: list[int], make: Maker
) -> None:
    desk = console("village")
    made = _sheet(desk)

    bare = _read_out(desk, made, way="unreachable")
    heard = _read_out(desk, made, way="unreachable", words="打了三次电话，没人接")
    nothing = _post(desk, heard, agreed)
    posted = _post(desk, heard, agreed, witness="钱老师")

    assert bare.status == 422
    assert nothing.status == 422
    assert "拍一张贴好的公示，或者写一位看见张贴的人" in nothing.text
    assert "钱老师" in posted.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"case_id": []}, "请勾选"),
        ({"posts_on": "明天"}, "日期不对"),
        ({"case_id": ["12"]}, "没有找到"),
    ],
)
def test_a_sheet_that_cannot_be_is_said_so(
    console: Enter, agreed: list[int], make: Maker, typed: dict[str, Any], said: str
) -> None:
    page = _sheet(console("village"), **typed)

    assert page.status in {404, 422}
    assert said in page.text
    assert make.rows(Notice) == []


def test_a_file_that_is_no_picture_posts_nothing(console: Enter, agreed: list[int], make: Maker) -> None:
    desk = console("village")
    heard = _read_out(desk, _sheet(desk))

    page = _post(desk, heard, agreed, photo=(io.BytesIO(b"no picture"), "wall.jpg"))

    assert page.status == 422
    assert make.rows(Notice)[0].posted_on is None
    assert make.rows(StoredFile) == []


def test_the_township_reads_the_sheet_and_makes_none_and_a_neighbour_finds_nothing(
    console: Enter, agreed: list[int], make: Maker
) -> None:
    _sheet(console("village"))
    [notice] = make.rows(Notice)
    township, neighbour = console("reviewer"), console("next_village")

    seen = township.get(f"/console/notices/{notice.id}")
    sent = township.send("/console/notices/", case_id=str(agreed[0]))

    assert "张三" in seen.text
    assert not [form for form in seen.forms if form.action.endswith(("/posting", "/readings"))]
    assert sent.status_code == 403
    assert neighbour.get(f"/console/notices/{notice.id}").status == 404
    assert "张三" not in neighbour.get("/console/notices/").text
    assert console("admin").get("/console/notices/").status == 403
    assert len(make.rows(Notice)) == 1
