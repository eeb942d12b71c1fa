"""A township takes a ledger in a real browser: the bar fills by itself, and the file opens."""

import io
from datetime import date

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import Browser

from backend.services.exports import making, snapshots
from tests.admin.test_desks_in_a_browser import _enter
from tests.admin.test_in_a_browser import _picture, address, chromium  # noqa: F401 - fixtures
from tests.checks import morning
from tests.imports.files import WANG, ZHANG, Office, as_csv
from tests.people import Cast


@pytest.mark.shows("console.4")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_township_exports_its_roster_and_the_bar_fills_by_itself(
    size: str,
    app: Flask,
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Office(app, cast).take(as_csv([*ZHANG, *WANG]))
    with morning(date(2026, 11, 2)), app.app_context():
        snapshots.take_due()
    monkeypatch.setattr(making, "AT_ONCE", 0)
    troubles: list[str] = []
    page = _enter(chromium, address, size, "town_op", cast, troubles)

    page.goto(f"{address}/console/exports/")
    page.get_by_label("台账", exact=True).select_option("roster")
    page.get_by_text("证件号和电话都打了星号").wait_for()
    page.get_by_label("做什么用").fill("月分析会商")
    page.get_by_label("您的登录密码").fill(cast.password("town_op"))
    _picture(page, f"exports-{size}")
    page.get_by_role("button", name="导出", exact=True).click()
    page.get_by_role("progressbar").wait_for()
    with app.app_context():
        claim = making._claim()
        making._note(claim, 1, 2)
    page.get_by_text("1 / 2行").wait_for()
    _picture(page, f"exports-making-{size}")
    with app.app_context():
        making._make(claim)
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载").click()
    _picture(page, f"exports-made-{size}")
    page.get_by_role("link", name="回到导出").click()
    page.get_by_role("cell", name="做好了").wait_for()
    _picture(page, f"exports-list-{size}")

    assert taken.value.suggested_filename.startswith("灵寿镇农户花名册（截至")
    sheet = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active
    assert [sheet["D4"].value, sheet["D5"].value] == ["张三", "王五"]
    assert troubles == []
