"""The queue at the console: narrowed, kept, searched, looked at in passing, and many done at once."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from admin import doors
from backend.access.permissions import may
from backend.models import QueueHabits
from backend.workflow import duties
from backend.workflow.duties import Duty
from backend.workflow.states import Kind
from tests.admin.desk import Desk
from tests.people import NEXT_VILLAGE, OTHER_VILLAGE, Maker, id_number

Enter = Callable[[str], Desk]
pytestmark = pytest.mark.shows("console.2")
TICK_BOX = re.compile(r"\d+-\d+-\d+")


def tick_boxes(html_attributes: list[tuple[str, str, str]]) -> list[str]:
    return [
        value for tag, name, value in html_attributes if (tag, name) == ("input", "value") and TICK_BOX.fullmatch(value)
    ]


def test_three_are_accepted_at_once_and_the_one_that_was_quicker_is_named(console: Enter, make: Maker) -> None:
    cases = [make.case(id_number=id_number(serial), openid=f"f{serial}") for serial in range(60, 63)]
    desk = console("village")
    page = desk.get("/console/queue/?kind=accept")
    boxes = tick_boxes(page.attributes)
    make._accept(cases[1])

    done = desk.press(page, "/queue/many", deed="accept", ticked=boxes)

    assert "受理申报 3" in page.text
    assert "3件里办好了2件" in done.text
    assert "刚刚被别人办过" in done.text
    assert [make.state(each) for each in cases] == ["accepted"] * 3
    assert [link for link in done.links if link.endswith("/queue/?tab=mine&kind=accept")]


def test_what_is_missing_is_said_above_the_list_and_what_was_typed_is_kept(console: Enter, make: Maker) -> None:
    make.case("accept", "visit")
    desk = console("reviewer")
    page = desk.get("/console/queue/")

    nothing = desk.press(page, "/queue/many", deed="pass_on", opinion="情况属实")
    no_words = desk.press(page, "/queue/many", deed="pass_on", ticked=tick_boxes(page.attributes))
    odd = desk.press(page, "/queue/many", deed="accept", ticked="1-x-2")

    assert (nothing.status, no_words.status, odd.status) == (422, 422, 422)
    assert "请先勾选" in nothing.text
    assert nothing.form("/queue/many").values["opinion"] == "情况属实"
    assert "请写明研判意见" in no_words.text
    assert "刷新后再办" in odd.text


def test_a_filter_is_saved_opened_and_dropped_and_columns_are_remembered(console: Enter, make: Maker) -> None:
    make.case()
    make.case(id_number=id_number(64), openid="b", village_code=NEXT_VILLAGE)
    desk, other = console("reviewer"), console("second_reviewer")
    narrowed = f"/console/queue/?tab=all&kind=accept&place={NEXT_VILLAGE}"

    saved = desk.press(desk.get(narrowed), "/queue/filters", name="邻村受理")
    [link] = {each for each in desk.get("/console/queue/").links if NEXT_VILLAGE in each}
    chosen = desk.press(desk.get(link), "/queue/columns", columns=["owner"])
    without_name = desk.press(desk.get(narrowed), "/queue/filters", name=" ")

    assert "已保存为“邻村受理”" in saved.text
    assert "由谁办" in chosen.text
    assert "受理编号" not in [word for tag, name, word in chosen.attributes if name == "data-label"]
    assert chosen.html.count("<tr data-row") == 1
    assert without_name.status == 422
    assert "邻村受理" not in other.get("/console/queue/").text
    assert len(make.rows(QueueHabits)) == 1
    dropped = desk.press(desk.get("/console/queue/"), "/filters/drop")
    assert "邻村受理" not in [word for word in dropped.words if word == "邻村受理"]


def test_a_case_is_looked_at_in_passing_with_its_numbers_masked_and_only_within_ones_place(
    console: Enter, make: Maker
) -> None:
    case_id = make.case("accept", "visit")
    foreign = make.case(id_number=id_number(66), openid="b", village_code=OTHER_VILLAGE)
    desk = console("reviewer")

    page = desk.get("/console/queue/")
    seen = desk.get(f"/console/queue/cases/{case_id}/preview")

    assert f"/console/queue/cases/{case_id}/preview" in [value for _, _, value in page.attributes]
    assert "审核通过" in seen.text
    assert "乡镇审核" in seen.text
    assert id_number(1) not in seen.html
    assert "13800000000" not in seen.html
    assert desk.get(f"/console/queue/cases/{foreign}/preview").status == 404


def test_a_family_is_found_from_the_queue_and_the_number_is_in_no_address(console: Enter, make: Maker) -> None:
    make.case(head_name="张守金", id_number=id_number(67))
    desk = console("reviewer")
    page = desk.get("/console/queue/")

    by_letters = desk.press(page, "/queue/search", search="zsj")
    by_number = desk.press(page, "/queue/search", search=id_number(67))
    nobody = desk.press(page, "/queue/search", search=id_number(68))
    wrong = desk.press(page, "/queue/search", search="12345")

    assert "张守金" in by_letters.text
    assert "张守金" in by_number.text
    assert "没有找到" in nobody.text
    assert (wrong.status, wrong.form("/queue/search").values["search"]) == (422, "12345")


@pytest.mark.parametrize(
    "query", ["kind=nothing", "due=never", "place=1301x", "place=999", "after=x", "before=x", "tab=all&place=130126101"]
)
def test_an_address_that_asks_for_what_cannot_be_is_answered_in_words(console: Enter, query: str) -> None:
    page = console("reviewer").get(f"/console/queue/?{query}")

    assert page.status == 422
    assert "请" in page.text


def test_every_duty_about_no_case_leads_to_where_it_is_done(app: Flask) -> None:
    lone = {Kind.HAZARD, Kind.MEMBER_CHANGE, Kind.REGULAR_VISIT, Kind.ASSIGNMENT, Kind.VACANCY}
    owed = [each for each in vars(duties).values() if isinstance(each, Duty) and each.kind in lone]
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert set(doors.BY_KIND) == lone == {each.kind for each in owed}
    assert all(may(each.role, doors.BY_KIND[each.kind].asks) for each in owed)
    assert {door.endpoint for door in (*doors.BY_KIND.values(), *doors.BY_DETAIL.values(), doors.CASE)} <= endpoints
