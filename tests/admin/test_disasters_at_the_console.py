"""A flood at the desks: the event, its list, the report on every line, and the board."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from backend.models import Case, DisasterEvent
from tests.admin.desk import Desk
from tests.admin.pages import Page, read
from tests.checks import following
from tests.people import NEXT_VILLAGE, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Maker, id_number

Enter = Callable[[str], Desk]
LIST = f"""村\t户主姓名\t电话\t身份证号\t发现日期
{VILLAGE}\t张三\t13800000001\t{id_number(1)}
{VILLAGE}\t李四\t13800000002
没有这个村\t王五\t13800000003
{VILLAGE}\t赵六\t1380000
{VILLAGE}\t钱七\t13800000004\t\t七月一日
{VILLAGE}\t孙八
"""

pytestmark = pytest.mark.shows("procedure.10")


@pytest.fixture(autouse=True)
def full(app: Flask) -> Iterator[None]:
    with following(app):
        yield


def _open(desk: Desk, **typed: Any) -> Page:
    form = {"name": "七月特大暴雨", "number": "灵应急〔2026〕7号", "kind": "natural", "area": [TOWNSHIP]}
    return desk.press(desk.get("/console/disasters/"), "/disasters/", **{**form, **typed})


def _import(desk: Desk, event_id: int, lines: str = "", file: bytes | None = None) -> Page:
    token = desk.get(f"/console/disasters/{event_id}").form("/lists").values["csrf_token"]
    data: dict[str, Any] = {"csrf_token": token, "lines": lines}
    if file is not None:
        data["file"] = (BytesIO(file), "名单.csv")
    return read(desk.client.post(f"/console/disasters/{event_id}/lists", data=data))


def test_a_list_is_read_line_by_line_and_again_changes_nothing(console: Enter, make: Maker) -> None:
    desk = console("county_op")
    _open(desk)
    [event] = make.rows(DisasterEvent)

    page = _import(desk, event.id, LIST)
    again = _import(desk, event.id, LIST)

    assert page.status == 200
    assert "新立案2户" in page.text
    assert "没有导入4户" in page.text
    assert "没有在受灾范围里找到“没有这个村”" in page.text
    assert "手机号应该是11位" in page.text
    assert "发现日期要写成" in page.text
    assert "一行要有" in page.text
    assert "已在名单里2户" in again.text
    cases = make.rows(Case)
    assert {case.head_name for case in cases} == {"张三", "李四"}
    assert {case.urgency for case in cases} == {"urgent"}


def test_a_file_from_a_spreadsheet_is_read_in_either_encoding(console: Enter, make: Maker) -> None:
    desk = console("town_op")
    _open(console("county_op"))
    [event] = make.rows(DisasterEvent)

    first = _import(desk, event.id, file=f"{VILLAGE},张三,13800000001\r\n".encode("gb18030"))
    second = _import(desk, event.id, file=f"{VILLAGE},李四,13800000002\r\n".encode("utf-8-sig"))
    picture = _import(desk, event.id, file=b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe")
    huge = _import(desk, event.id, file=b"a" * 400_001)

    assert "新立案1户" in first.text
    assert "新立案1户" in second.text
    assert picture.status == huge.status == 422
    assert "读不懂这个文件" in picture.text
    assert "分几次导入" in huge.text


def test_the_board_counts_the_families_of_ones_own_place(console: Enter, make: Maker) -> None:
    desk = console("county_op")
    _open(desk, area=[TOWNSHIP, OTHER_TOWNSHIP])
    [event] = make.rows(DisasterEvent)
    _import(desk, event.id, f"{VILLAGE}\t张三\t13800000001\n130126101201\t李四\t13800000002")

    county = desk.get(f"/console/disasters/{event.id}")
    township = console("reviewer").get(f"/console/disasters/{event.id}")

    assert "合计 2 2 0 0 0" in county.text
    assert "合计" not in township.text
    assert "办到哪一步" in township.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "请"),
        ({"kind": "war"}, "请选择灾害的种类"),
        ({"area": []}, "请从本县的乡镇和村里选择受灾范围"),
        ({"area": ["110101001"]}, "请从本县的乡镇和村里选择受灾范围"),
        ({"opened_on": "2099-07-01"}, "不能晚于今天"),
        ({"opened_on": "昨天"}, "日期不对"),
    ],
)
def test_an_event_that_cannot_be_is_said_so(console: Enter, make: Maker, typed: dict[str, Any], said: str) -> None:
    page = _open(console("county_op"), **typed)

    assert page.status == 422
    assert said in page.text
    assert make.rows(DisasterEvent) == []


def test_an_event_ends_under_a_number_and_takes_no_more_lists(console: Enter, make: Maker) -> None:
    desk = console("county_op")
    page = _open(desk)
    [event] = make.rows(DisasterEvent)
    before = desk.get(f"/console/disasters/{event.id}").form("/lists")

    nameless = desk.press(page, "/ending", number=" ")
    ended = desk.press(page, "/ending", number="灵应急〔2026〕9号")
    late = read(desk.client.post(before.action, data={**before.values, "lines": LIST}))

    assert nameless.status == 422
    assert "已结束" in ended.text
    assert late.status == 409
    assert make.rows(Case) == []


def test_a_township_opens_no_event_and_a_village_reads_in_no_list(console: Enter, make: Maker) -> None:
    _open(console("county_op"))
    [event] = make.rows(DisasterEvent)
    township, village = console("town_op"), console("village")

    opened = township.send("/console/disasters/", name="另一次", number="1", kind="natural", area=TOWNSHIP)
    listed = village.send(f"/console/disasters/{event.id}/lists", lines=LIST)

    assert opened.status_code == listed.status_code == 403
    assert not [form for form in village.get(f"/console/disasters/{event.id}").forms if form.action.endswith("/lists")]
    assert console("auditor").get("/console/disasters/").status == 403
    assert len(make.rows(DisasterEvent)) == 1
    assert make.rows(Case) == []


def test_the_day_is_shown_by_village_and_the_printed_sheet_hides_what_points_at_a_family(
    console: Enter, make: Maker
) -> None:
    desk = console("county_op")
    _open(desk)
    [event] = make.rows(DisasterEvent)
    lines = "\n".join(f"{VILLAGE}\t灾户{number}\t1380000000{number}" for number in range(6))
    page = _import(desk, event.id, lines + f"\n{NEXT_VILLAGE}\t邻村户\t13900000001")

    digest = page.html.split('id="digest"')[1].split("</section>")[0]
    inside, outside = digest.split('class="only-print"')
    rows = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in inside.split("<tr>")[2:]]
    shown = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in outside.split("<tr>")[2:]]
    assert [row[1:] for row in rows] == [["6", "0", "0", "6"], ["1", "0", "0", "1"]]
    assert [row[1:] for row in shown] == [["6", "不显示", "不显示", "不显示"], ["不显示"] * 4]
    assert '<section class="card no-print">' in page.html
