"""The county's desks in a real browser, wide and narrow: nothing has to be scrolled sideways, nothing is refused."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from backend import clock
from backend.models import CountyBatch, DisasterEvent, Notice, PolicyVersion
from tests.admin import desk_pages
from tests.admin.test_in_a_browser import _open, _picture, address, chromium  # noqa: F401 - fixtures
from tests.checks import following
from tests.people import Cast, Maker
from tests.services.desks import Desks
from tests.services.sitting import Village


def _enter(browser: Browser, where: str, size: str, login: str, cast: Cast, troubles: list[str]):
    page = _open(browser, where, size, troubles)
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill(cast.password(login))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="您好").wait_for()
    return page


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_leader_changes_a_rule_after_seeing_what_it_does(
    size: str,
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    make: Maker,
    cast: Cast,
) -> None:
    troubles: list[str] = []
    make.case()
    page = _enter(chromium, address, size, "county_lead", cast, troubles)

    page.locator("summary", has_text="基础").click()
    page.get_by_role("link", name="规则", exact=True).click()
    page.get_by_role("link", name="修改规则").click()
    page.get_by_label("生效日期").fill(clock.today().isoformat())
    page.get_by_label("依据和原因").fill("县政府三号文")
    page.get_by_label("线索核对", exact=True).fill("2")
    _picture(page, f"rules-edit-{size}")
    page.get_by_role("button", name="看看会怎样变").click()
    page.get_by_text("期限一件也不变").wait_for()
    _picture(page, f"rules-preview-{size}")
    page.get_by_role("button", name="再改改").click()
    page.get_by_role("button", name="看看会怎样变").click()
    page.get_by_role("button", name="确认，保存为第2版").click()
    page.get_by_role("status").filter(has_text="已保存为第2版").wait_for()
    page.goto(f"{address}/console/calendar/")
    _picture(page, f"calendar-{size}")

    [row] = [each for each in make.rows(PolicyVersion) if each.version == 2]
    assert row.changes["limits"] == {"T_CLUE": "2d"}
    assert troubles == []


@pytest.mark.shows("procedure.2", "procedure.9", "procedure.10")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_no_desk_has_to_be_scrolled_sideways(
    size: str,
    app: Flask,
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    make: Maker,
    cast: Cast,
) -> None:
    with following(app):
        village, desks = Village(app, cast, make), Desks(app, cast, make)
        agreed, posted, one = village.agreed("陈六"), village.agreed("郑九"), village.family("吴八")
        village.consult(one)
        desks.family("周十")
        desks.to_the_county()
        with clock.at(desks.now):
            desk_pages._fill(cast, desks.case_id, village, agreed, posted)
        [batch], [event], [notice, *_] = (make.rows(table) for table in (CountyBatch, DisasterEvent, Notice))
        troubles: list[str] = []
        county = ["batches/", f"batches/{batch.id}", f"disasters/{event.id}", "disasters/", "clues/", "clues/new"]
        of_village = ["notices/", f"notices/{notice.id}", "sittings/", "sittings/new/meeting", "lookup/"]

        for login, paths in {"county_op": county, "village": of_village}.items():
            page = _enter(chromium, address, size, login, cast, troubles)
            for path in paths:
                page.goto(f"{address}/console/{path}")
                page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
                _picture(page, f"{path.split('/')[0]}-{size}")

    assert troubles == []
