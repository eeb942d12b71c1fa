"""A county begins with the families and the people that it has: watched families taken over, stations' rosters read."""

from datetime import date

import pytest
from flask import Flask

from backend.models import Case, Household, Station, StationMember, Task, Watch
from backend.services.imports import batches
from backend.workflow.watching import Standing
from tests.admin.desk import Desk
from tests.admin.test_exports import take
from tests.imports.files import WANG, ZHANG, Office, as_csv, rows
from tests.people import VILLAGE, Cast, id_number

LISTED = [
    *("行政村", "户主姓名", "户主身份证号", "监测对象类别", "致贫返贫风险", "识别监测时间", "风险是否已消除"),
    *("风险消除时间", "国家系统编号"),
]
ROSTER = ["监测站", "建站日期", "姓名", "身份", "岗位", "是否专职", "电话", "是否已离站"]


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.mark.shows("console.5", "monitoring.0")
def test_families_watched_before_the_program_came_keep_their_dates(app: Flask, cast: Cast, office: Office) -> None:
    office.take(as_csv([*ZHANG, *WANG]))
    listed = [
        [VILLAGE, "张三", id_number(1), "边缘易致贫户", "因病、因学", "202403", "否", "", "GJ-001"],
        [VILLAGE, "王五", id_number(11), "脱贫不稳定户", "因残", "202105", "是", "202312", ""],
        [VILLAGE, "没有", id_number(77), "边缘易致贫户", "因病", "202403", "否", "", ""],
        [VILLAGE, "张三", id_number(2), "边缘易致贫户", "因病", "202403", "是", "", ""],
    ]

    seen = office.look(as_csv(listed, LISTED), "first_watches")
    nobody = rows(app, Watch)
    office.accept(seen.id)
    again = office.look(as_csv(listed[:2], LISTED), "first_watches")
    zhang, wang = sorted(rows(app, Watch), key=lambda each: each.head_name)
    desk = Desk(app.test_client())
    desk.sign_in("county_op", cast.password("county_op"))
    case, page = desk.get(f"/console/cases/{zhang.case_id}"), desk.get(f"/console/watches/{zhang.id}")
    ledger = take(desk, "watched")
    yearly = take(desk, "yearly")
    roster = desk.get(f"/console/roster/?village={VILLAGE}")
    named = desk.get(f"/console/roster/?village={VILLAGE}&head=王")

    assert seen.counts == {"new": 2, "wrong": 2}
    assert "请先导入花名册" in seen.found["C4"]
    assert "已消除的请填消除时间" in seen.found["H5"]
    assert nobody == []
    assert again.counts == {"same": 2}
    assert (zhang.standing, zhang.began_on, zhang.risks) == (
        Standing.PLAN_PENDING,
        date(2024, 3, 1),
        ["illness", "schooling"],
    )
    assert (wang.standing, wang.removed_on) == (Standing.REMOVED, date(2023, 12, 1))
    assert [each.national_no for each in rows(app, Household) if each.head_name == "张三"] == ["GJ-001"]
    assert all(each.closed_at is not None for each in rows(app, Case))
    assert rows(app, Task) == []  # nothing is owed of what was decided elsewhere
    assert (case.status, page.status) == (200, 200)
    assert "从原有名单转入" in case.text
    assert [(row["户主"], row["纳入日期"], row["是否消除"]) for row in ledger.rows] == [
        ("张三", "2024-03-01", "否"),
        ("王五", "2021-05-01", "是"),
    ]
    assert yearly.lines[4][:3] == ["1", "灵寿镇", "2"]
    assert ("张三" in roster.text, "风险已消除" in roster.text) == (True, True)
    assert ("张三" in named.text, "王五" in named.text) == (False, True)
    with cast.acting("town_op") as by:
        assert "first_watches" not in {each.code for each in batches.kinds_for(by)}


@pytest.mark.shows("monitoring.0", "D42")
def test_a_stations_roster_is_read_from_a_file_and_the_same_file_changes_nothing(app: Flask, office: Office) -> None:
    people = [
        [VILLAGE, "2026-01-05", "李书记", "村党组织书记、网格员", "信息更新", "是", "13800000031", ""],
        [VILLAGE, "", "孙小海", "防贫监测员", "", "否", "", ""],
        [VILLAGE, "", "周某", "厂长", "", "", "", ""],
        ["没有这个村", "", "周某", "防贫监测员", "", "", "", ""],
    ]

    seen = office.take(as_csv(people, ROSTER), "station_members")
    again = office.look(as_csv(people[:2], ROSTER), "station_members")
    office.take(as_csv([[*people[1][:-1], "是"]], ROSTER), "station_members")

    assert seen.counts == {"new": 2, "wrong": 2}
    assert "不在可选的里面" in seen.found["D4"]
    assert again.counts == {"same": 2}
    [station] = _all(app, Station)
    assert (station.code, station.founded_on) == (VILLAGE, date(2026, 1, 5))
    members = {each.name: each for each in rows(app, StationMember)}
    assert (members["李书记"].identities, members["李书记"].is_full_time) == (["secretary", "grid_member"], True)
    assert members["李书记"].until_on is None
    assert members["孙小海"].until_on is not None


def _all(app: Flask, table: type[Station]) -> list[Station]:
    from backend.db import db

    with app.app_context():
        return list(db.session.scalars(db.select(table)))
