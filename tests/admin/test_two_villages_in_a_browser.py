"""A family of two villages and a family that parts, at the console in a real browser, wide and narrow."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from backend.models import Household, Task
from backend.workflow.states import Kind
from tests.admin.test_desks_in_a_browser import _enter
from tests.admin.test_in_a_browser import _picture, address, chromium  # noqa: F401 - fixtures
from tests.checks import following
from tests.people import NEXT_VILLAGE, Cast, Maker


@pytest.mark.shows("procedure.12", "procedure.4", "A35")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_where_they_live_is_noted_and_the_other_village_opens_the_home_check(
    size: str,
    app: Flask,
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    make: Maker,
    cast: Cast,
) -> None:
    troubles: list[str] = []
    with following(app):
        case_id = make.case("accept")
        page = _enter(chromium, address, size, "village", cast, troubles)
        page.goto(f"{address}/console/cases/{case_id}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        form = page.locator("form", has=page.locator("input[name=action][value=note_living_place]"))
        form.get_by_label("实际住在哪个村").select_option(NEXT_VILLAGE)
        form.get_by_label("为什么这样改").fill("一家人租住在邻村")
        form.scroll_into_view_if_needed()
        _picture(page, f"living-form-{size}")
        form.get_by_role("button", name="登记", exact=True).click()
        page.get_by_role("status").filter(has_text="登记实际居住的村").wait_for()
        page.goto(f"{address}/console/living/")
        _picture(page, f"living-registered-{size}")

        there = _enter(chromium, address, size, "next_village", cast, troubles)
        there.goto(f"{address}/console/living/")
        _picture(there, f"living-there-{size}")
        there.goto(f"{address}/console/queue/")
        _picture(there, f"living-queue-{size}")
        there.goto(f"{address}/console/cases/{case_id}")
        _picture(there, f"living-case-{size}")
        there.get_by_role("link", name="填入户核实表").first.click()
        there.get_by_text("征得同意").wait_for()
        _picture(there, f"home-check-consents-{size}")

    [household] = make.rows(Household)
    [visit] = [each for each in make.rows(Task) if each.kind == Kind.VISIT]
    assert (household.other_village, visit.owner_region) == (NEXT_VILLAGE, NEXT_VILLAGE)
    assert troubles == []
