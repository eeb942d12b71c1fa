"""Import, doubts, grids, alerts and departments in a real browser, wide and narrow."""

import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Browser

from backend import clock
from backend.models import AlertBatch, RosterDoubt
from backend.services import alert_dispatch, alert_schedule, alerts
from backend.services.imports import working
from tests.admin.test_desks_in_a_browser import _enter
from tests.admin.test_in_a_browser import _picture, address, chromium  # noqa: F401 - fixtures
from tests.imports.files import WANG, ZHANG, Office, as_csv, as_xlsx, rows
from tests.imports.test_other_kinds import GRID, GRID_HEADING
from tests.people import VILLAGE, Cast, Maker, id_number

PEOPLE = ["姓名", "身份证号", "户籍村", "金额"]


@pytest.mark.shows("monitoring.0", "monitoring.3", "console.5")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_file_goes_in_and_alerts_come_out(
    size: str,
    app: Flask,
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    make: Maker,
    cast: Cast,
) -> None:
    troubles: list[str] = []
    make.declaration(head_name="张山")
    office = Office(app, cast)
    office.take(as_csv([GRID, [VILLAGE, "第二组", "第二组", "12", *[""] * 5]], GRID_HEADING), "grids")
    page = _enter(chromium, address, size, "county_op", cast, troubles)

    page.locator("summary", has_text="基础").click()
    page.get_by_role("link", name="导入", exact=True).click()
    _picture(page, f"imports-{size}")
    broken = [[*WANG[0]], [*WANG[1][:8], "干妈", *WANG[1][9:]]]
    file = {"name": "花名册.xlsx", "mimeType": "application/octet-stream", "buffer": as_xlsx([*ZHANG, *broken])}
    page.set_input_files("#file", file)
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_text("从下拉框里选").wait_for()
    _picture(page, f"import-report-{size}")
    page.get_by_role("button", name="确认，导入0行，3行转乡镇核对").click()
    page.get_by_role("status").filter(has_text="导入完了").wait_for()

    _alerts(app, cast)
    [doubt] = rows(app, RosterDoubt)
    for path in ("alerts/", f"alerts/{_pushed(app)}", "offices/"):
        page.goto(f"{address}/console/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        _picture(page, f"{path.replace('/', '-')[:14]}{size}")
    page = _enter(chromium, address, size, "reviewer", cast, troubles)
    for path, name in (("roster/", "roster"), (f"roster/doubts/{doubt.id}", "doubt"), ("alerts/", "alerts-town")):
        page.goto(f"{address}/console/{path}")
        _picture(page, f"{name}-{size}")

    assert troubles == []


def _alerts(app: Flask, cast: Cast) -> None:
    Office(app, cast).take(as_csv(WANG))
    with clock.at(datetime(2026, 11, 28, 2, tzinfo=UTC)), app.app_context():
        alert_schedule.open_due()
    file = as_csv([["王五", id_number(11), "", "30000"]], PEOPLE)
    with cast.acting("county_op") as by:
        alerts.push("medical_watched", io.BytesIO(file), name="医保.csv", by=by)
        alerts.push("housing", io.BytesIO(file), name="住建.csv", by=by)
    with app.app_context():
        working.carry_on()
        alert_dispatch.sweep()


def _pushed(app: Flask) -> int:
    return next(each.id for each in rows(app, AlertBatch) if each.standing == "filed")
