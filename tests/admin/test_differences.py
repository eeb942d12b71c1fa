"""The monthly lists from outside (P41): there, here, both, a choice about each family; nothing changes by itself."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from backend.models import Clue, ListDifference, Task, Watch
from backend.services.imports import kinds, outside_lists
from backend.services.imports.runs import Run
from tests.admin.desk import Desk
from tests.admin.pages import read
from tests.imports.files import WANG, Office, as_csv, rows
from tests.people import VILLAGE, Cast, Maker, id_number
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.watching import Watched

Enter = Callable[[str], Desk]
pytestmark = [pytest.mark.shows("console.5")]
HEADING = ["行政村", "户主姓名", "户主身份证号", "监测对象类别", "识别监测时间", "风险是否已消除"]


@pytest.fixture
def kind() -> str:
    return "sqlite"


def test_the_national_export_shows_there_here_and_both_and_a_choice_makes_a_clue(
    console: Enter,
    app: Flask,
    cast: Cast,
    make: Maker,
    preset: Any,  # noqa: F811
) -> None:
    preset("NATIONAL")
    watched = Watched(app, cast, make)
    watched.include(id_number=id_number(1))
    Office(app, cast).take(as_csv(WANG))
    before = {each.id: each.category for each in rows(app, Watch)}
    listed = [
        [VILLAGE, "张三", id_number(1), "边缘易致贫户", "202401", "是"],
        [VILLAGE, "王五", id_number(11), "边缘易致贫户", "202401", ""],
        [VILLAGE, "新来", id_number(77), "脱贫不稳定户", "202401", "否"],
    ]
    desk = console("county_op")

    seen = Office(app, cast).look(as_csv(listed, HEADING), "national")
    assert rows(app, ListDifference) == []
    Office(app, cast).accept(seen.id)
    both = desk.get(f"/console/differences/{seen.id}?side=both")
    there = desk.get(f"/console/differences/{seen.id}?side=there")
    [wang, new] = [each for each in rows(app, ListDifference) if each.side == "there"]
    taken = desk.press(there, f"/rows/{wang.id}", outcome="clue")
    twice = desk.send(f"/console/differences/{seen.id}/rows/{wang.id}", outcome="clue", side="there")
    odd = desk.send(f"/console/differences/{seen.id}/rows/{new.id}", outcome="ours", side="there")
    shorter = Office(app, cast).take(as_csv(listed[1:], HEADING), "national")
    here = desk.get(f"/console/differences/{shorter.id}?side=here")

    assert seen.counts == {"changed": 1, "new": 2}
    assert "名单边缘易致贫户" in seen.found["B2"]
    assert "花名册里也没有" in seen.found["B4"]
    assert "张三" in both.text
    assert "王五：交村里核实" in taken.text
    assert (twice.status_code, odd.status_code) == (302, 302)
    assert {each.outcome for each in rows(app, ListDifference) if each.id == new.id} == {""}
    assert [each.channel for each in rows(app, Clue)][-1:] == ["platform"]
    assert any(each.head_name == "王五" and each.open_due for each in rows(app, Task))
    assert "张三" in here.text
    assert "去对方补录" in here.text
    assert {each.id: each.category for each in rows(app, Watch)} == before
    assert console("other_reviewer").get(f"/console/differences/{seen.id}?side=there").text.count("王五") == 0
    assert console("village").get("/console/differences/").status == 403


def test_a_worker_that_dies_while_it_looks_who_is_only_here_is_followed_by_one_who_finishes(
    app: Flask,
    cast: Cast,
    make: Maker,
    preset: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    preset("NATIONAL")
    Watched(app, cast, make).include(id_number=id_number(1))
    office, real = Office(app, cast), outside_lists._some_only_here
    listed = office.look(as_csv([[VILLAGE, "新来", id_number(77), "边缘易致贫户", "202401", ""]], HEADING), "national")

    def dying(run: Run) -> int:
        assert real(run) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(outside_lists, "_some_only_here", dying)
    with pytest.raises(KeyboardInterrupt):
        office.accept(listed.id)
    monkeypatch.setattr(outside_lists, "_some_only_here", real)
    stopped, finished = office.report(listed.id).standing, office.work(listed.id).standing

    assert (stopped, finished) == ("taking", "done")
    assert sorted(each.side for each in rows(app, ListDifference)) == ["here", "there"]


def test_every_kind_of_file_has_its_place_on_a_screen_for_somebody(console: Enter, app: Flask) -> None:
    """Upload, dry run, report and acceptance are one screen for every kind that waits for somebody's word."""
    shown: set[str] = set()
    for login in ("admin", "county_op", "town_op"):
        desk = console(login)
        page = desk.get("/console/imports/")
        offered = {code for code in kinds.KINDS if f'<option value="{code}"' in page.html}
        for code in offered - shown:
            template = desk.client.get(f"/console/imports/templates/{code}")
            assert template.status_code == 200, code
            broken = {"file": (io.BytesIO("甲,乙\n1,2\n".encode()), "a.csv"), "kind": code, "csrf_token": desk.token()}
            report = read(desk.client.post("/console/imports/", data=broken, follow_redirects=True))
            assert "没有找到表头" in report.text, code
        shown |= offered

    assert shown >= {code for code, each in kinds.KINDS.items() if not each.is_straight}
