"""A slip for somebody of another county, given and printed at the desk."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from backend import clock
from backend.models import Slip
from tests.admin.desk import Desk
from tests.checks import following
from tests.people import VILLAGE, Cast, Maker

Enter = Callable[[str], Desk]
pytestmark = pytest.mark.shows("story.bad.other_county")
CALL = "怀远县防贫中心 0552-8000000"


def test_the_desk_prints_a_slip_that_says_whom_to_call_and_nothing_of_the_person(
    app: Flask, console: Enter, make: Maker
) -> None:
    told = {"dictionaries": {"other_counties": {"c340321": CALL}}}
    with following(app, **told), clock.at(datetime(2026, 3, 6, 1, tzinfo=UTC)):
        desk = console("town_op")
        first = desk.get("/console/slips/")
        paper = desk.press(first, "/console/slips/", code="340321")
        again = desk.get("/console/slips/")
        of_county = console("county_op").get(f"/console/slips/{make.rows(Slip)[0].number}")
        village = console("village").get("/console/slips/")

    [slip] = make.rows(Slip)
    assert CALL in first.html, "the neighbours that the county wrote down are offered"
    assert f"请打{CALL} 申报" in paper.text
    assert "灵寿县防止返贫监测" in paper.text
    assert "2026年3月6日" in paper.text
    assert (slip.account_id, slip.said_code) == (None, "340321000000")
    assert f"/console/slips/{slip.number}" in again.html
    assert (of_county.status, village.status) == (200, 403)


def test_what_is_no_other_county_is_said_beside_the_field_and_a_phones_slip_is_not_the_desks(
    console: Enter, cast: Cast, make: Maker
) -> None:
    of_phone = cast.farmer().post("/slips", village_code="340321100001").json["number"]
    desk = console("town_op")
    page = desk.get("/console/slips/")

    wrong = [desk.press(page, "/console/slips/", code=code) for code in (VILLAGE, "130126", "abc", "")]

    assert [each.status for each in wrong] == [422] * 4
    assert "这个村就在本县" in wrong[0].text
    assert all("村的编码应是12位数字" in each.text for each in wrong[1:])
    assert desk.get(f"/console/slips/{of_phone}").status == 404
    assert len(make.rows(Slip)) == 1
