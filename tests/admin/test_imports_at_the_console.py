"""Files at the console: uploaded, reported on cell by cell, accepted; departments, alerts, grids and doubts."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend import clock
from backend.access.permissions import Role
from backend.db import db
from backend.models import AlertBatch, Household, ImportBatch, RosterDoubt
from backend.services import alert_schedule, offices, staff
from backend.services.staff import NewStaff
from tests.admin.desk import Desk
from tests.admin.pages import Page, read
from tests.imports.files import HEADING, WANG, ZHANG, Office, as_csv, as_xlsx, rows
from tests.imports.xlsx import read_back
from tests.people import COUNTY, Cast, Maker, id_number

Enter = Callable[[str], Desk]
pytestmark = [pytest.mark.shows("monitoring.0", "console.5")]
BROKEN = [[*ZHANG[0]], [*ZHANG[1][:9], "123", *ZHANG[1][10:]], *WANG]


@pytest.fixture
def kind() -> str:
    return "sqlite"


def send(desk: Desk, address: str, content: bytes | None, **form: Any) -> Page:
    data = {"csrf_token": desk.token(), **form}
    if content is not None:
        data["file"] = (io.BytesIO(content), "花名册.xlsx")
    return read(desk.client.post(address, data=data, follow_redirects=True))


def test_a_township_uploads_reads_the_report_and_accepts(console: Enter, app: Flask) -> None:
    desk = console("town_op")

    report = send(desk, "/console/imports/", as_xlsx(BROKEN), kind="households")
    [batch] = _batches(app)
    done = desk.press(report, "/acceptance")
    mended = desk.client.post(f"/console/imports/{batch.id}/rows", data={"csrf_token": desk.token()})

    assert "J3" in report.text
    assert "身份证号应该是18位" in report.text
    assert "导入2行" in report.text
    assert "导入完了" in done.text
    assert [each.head_name for each in rows(app, Household)] == ["王五"]
    assert read_back(mended.data)[0][-1] == "问题"


def _batches(app: Flask) -> list[ImportBatch]:
    with app.app_context():
        return list(db.session.scalars(db.select(ImportBatch)))


def test_what_cannot_be_used_is_said_above_the_form(console: Enter, app: Flask) -> None:
    desk = console("town_op")

    nothing = send(desk, "/console/imports/", None, kind="households")
    old = send(desk, "/console/imports/", b"\xd0\xcf\x11\xe0" + bytes(600), kind="households")
    useless = send(desk, "/console/imports/", as_csv(ZHANG, heading=["甲"] * len(HEADING)), kind="households")
    foreign = desk.client.post("/console/imports/", data={"csrf_token": desk.token(), "kind": "staff"})

    assert (nothing.status, old.status) == (422, 422)
    assert "请先选一个文件" in nothing.text
    assert "旧版的" in old.text
    assert "没有找到表头" in useless.text
    assert foreign.status_code in {403, 422}
    assert console("village").get("/console/imports/").status == 403
    assert "工作人员和岗位" in console("admin").get("/console/imports/").text


def test_a_large_file_is_let_in_here_and_nowhere_else(console: Enter, app: Flask) -> None:
    desk = console("county_op")
    token = desk.token()

    here = _post_large(desk, "/console/imports/", token)
    there = _post_large(desk, "/console/registers/complete", token)

    assert here.status_code == 302
    assert "正在检查" in desk.get(here.location).text
    assert there.status_code == 413


def _post_large(desk: Desk, address: str, token: str) -> TestResponse:
    """Post a form of thirteen megabytes by hand: the test client would leave its own temporary file open."""
    field = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    head = field.format("csrf_token", token) + field.format("kind", "households")
    head += '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = head.encode() + as_csv(ZHANG) + b"\n" * (13 << 20) + b"\r\n--b--\r\n"
    return desk.client.post(address, data=body, content_type="multipart/form-data; boundary=b")


def test_templates_are_downloaded(console: Enter, app: Flask, cast: Cast) -> None:
    Office(app, cast).take(as_csv(ZHANG))
    desk = console("county_op")

    template = desk.client.get("/console/imports/templates/households")

    assert len(read_back(template.data)[0]) == 25
    assert template.headers["Cache-Control"] == "no-store"


def test_a_doubt_is_settled_with_both_sides_in_view(console: Enter, app: Flask, make: Maker, cast: Cast) -> None:
    make.declaration(head_name="张山")
    Office(app, cast).take(as_csv(ZHANG))
    [doubt] = rows(app, RosterDoubt)
    desk = console("reviewer")

    listed = desk.get("/console/roster/")
    page = desk.get(f"/console/roster/doubts/{doubt.id}")
    settled = desk.press(page, f"/doubts/{doubt.id}", how="same")

    assert "姓名对不上" in listed.text
    assert "张山" in page.text
    assert "张三" in page.text
    assert id_number(1) not in page.html
    assert "核对好了" in settled.text
    assert "没有要核对的" in settled.text


@pytest.mark.shows("monitoring.3", "B18", "B64")
def test_a_department_delivers_reports_nothing_and_reads_what_was_found(console: Enter, app: Flask, cast: Cast) -> None:
    Office(app, cast).take(as_csv(ZHANG))
    with clock.at(datetime(2026, 11, 28, 2, tzinfo=UTC)), app.app_context():
        alert_schedule.open_due()
        office = offices.office_of(COUNTY, "education")
        place = office.code
        made, _ = staff.add_staff(NewStaff("jiaoyu", "孔联络", Role.DEPT, place, "联络员"))
        cast.members["jiaoyu"] = made.id
    desk = console("jiaoyu")
    [owed] = [each for each in rows(app, AlertBatch) if each.topic == "dropout"]

    page = desk.get("/console/alerts/")
    file = as_csv([["张小三", id_number(3), ""]], ["姓名", "身份证号", "户籍村"])
    useless = send(desk, f"/console/alerts/{owed.id}/file", as_csv([["张小三"]], ["甲"]))
    listed = desk.get("/console/alerts/")
    handed = send(desk, f"/console/alerts/{owed.id}/file", file)
    verdicts = desk.client.post(f"/console/alerts/{owed.id}/verdicts", data={"csrf_token": desk.token()})
    pushed = send(desk, "/console/alerts/", file, topic="college")
    county = console("county_op").get("/console/alerts/")
    village = console("village").get("/console/alerts/")

    assert "新发现失辍学学生" in page.text
    assert "医疗费用" not in page.text
    assert "上次推送的文件不能用：没有找到表头" in useless.text
    assert f"/console/alerts/{owed.id}" in listed.html
    assert "上次的文件不能用" in listed.text
    assert "交村里核实 1人" in handed.text
    assert read_back(verdicts.data)[1][3] == "村里正在核实"
    assert "已有预警，并在一起核实 1人" in pushed.text
    assert "教育局" in county.text
    assert "张三" in village.text
    assert "该推送的" not in village.text
    assert console("auditor").get("/console/alerts/").status == 403


@pytest.mark.shows("B18")
def test_the_county_names_liaisons_and_hands_out_keys_once(console: Enter, app: Flask) -> None:
    desk = console("county_op")
    page = desk.get("/console/offices/")
    with app.app_context():
        code = offices.office_of(COUNTY, "housing").code

    who = {"leader_name": "钱局长", "liaison_name": "孔联络", "liaison_phone": "13800000031"}
    named = desk.press(page, f"/offices/{code}", **who)
    wrong = desk.press(page, f"/offices/{code}", liaison_phone="123")
    keyed = desk.press(page, f"/offices/{code}/keys", name="危房系统")

    assert "钱局长" in named.text
    assert "13800000031" in named.text
    assert "手机号" in wrong.text
    assert "只显示这一次" in keyed.text
    assert "dk_" in keyed.html
    assert "dk_" not in desk.get("/console/offices/").html
