"""Stations, grids, groups, articles, departments' year and oversight at the desks, typed and looked at."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from backend.db import db
from backend.models import Article, Grid, GridPost, Leaflet, Publicity, Region, SpokenOf, Station, StationMember
from tests.admin.desk import Desk
from tests.admin.test_desks_in_a_browser import _enter
from tests.admin.test_in_a_browser import _picture, address, chromium  # noqa: F401 - fixtures
from tests.admin.test_watched_families_at_the_console import press
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.watching import households

Enter = Callable[[str], Desk]
pytestmark = pytest.mark.shows("monitoring.7")
FIRST, SECOND = f"{VILLAGE}000", f"{VILLAGE}001"


@pytest.fixture
def village_of_grids(app: Flask) -> list[int]:
    with app.app_context():
        for code, name in ((FIRST, "第一组"), (SECOND, "第二组"), (f"{VILLAGE}002", "第三组")):
            db.session.add(Region(code=code, name=name, level="grid", parent_code=VILLAGE))
            db.session.flush()
            db.session.add(Grid(code=code, parent_code=VILLAGE, group_name="", said_households=None, ended_on=None))
        db.session.commit()
    return households(app, 9)


def fill(console: Enter, make: Maker, families: list[int]) -> None:
    """Do through the forms whatever the pages are to show."""
    county, township, village = console("county_op"), console("town_op"), console("village")
    press(township, "/console/stations/", "found", rest="yes", founded_on="2026-01-05")
    at = f"/console/stations/{VILLAGE}"
    refused = press(township, at, "add", name="李书记")
    assert "请选择身份" in refused.text
    press(township, at, "add", name="李书记", identities=["secretary"], posts=["verification"], phone="13800000001")
    press(township, at, "add", name="丁队长", identities=["team_leader", "liaison"], full_time="yes")
    chosen = next(each for each in make.rows(StationMember) if each.name == "李书记")
    assert "先工作队队长" in township.get(at).text
    assert "队长在外学习" in press(township, at, "head", member=str(chosen.id), reason="队长在外学习").text
    group = "/console/work-groups/"
    press(township, group, "judge", post="leader", line="party", name="赵书记", title="党委书记")
    grid = f"/console/grids/{FIRST}"
    press(township, grid, "hand_over", post="member", name="马网格", source="group_head", reason="首次落实")
    refused = press(township, grid, "split", new_name="第一组第二网格", reason="隔着河")
    assert "请勾选要分出去的户" in refused.text
    press(township, grid, "split", new_name="第一组第二网格", reason="隔着河", household_ids=[str(families[0])])
    press(township, f"/console/grids/{SECOND}", "merge", into=f"{VILLAGE}002", reason="只剩几户")
    press(township, "/console/supervising/", "publicity", kind="training", subject="怎样发现风险", people="1")
    [post] = make.rows(GridPost)
    [training] = [str(each.id) for each in make.rows(Publicity)]
    press(township, "/console/grids/", "training", training=training, members=[str(post.id)])
    press(county, "/console/articles/", "publish", kind="declare_card", title="申报明白卡", text="谁都可以自己申报。")
    press(county, "/console/articles/", "publish", kind="guide", title="识别流程", text="先走访，再评议。")
    [card] = [each for each in make.rows(Article) if each.kind == "declare_card"]
    press(
        county, "/console/articles/", "renew", str(card.id), title="申报明白卡", text="谁都可以自己申报，也可以代申报。"
    )
    newest = max(each.id for each in make.rows(Article) if each.kind == "declare_card")
    press(village, "/console/articles/", "explain", str(newest), grid=FIRST, way="in_person")
    press(
        village,
        f"/console/group-meetings/?grid={FIRST}",
        "record",
        people="18",
        topics="申报政策、修路",
        families=[str(families[3])],
        worried=str(families[3]),
        suspected="儿子住院欠了三万",
        risk="illness",
    )


@pytest.mark.shows("A01", "A03", "A23", "A25", "B05", "B09", "B14", "B16", "B17", "B68", "D44")
def test_stations_grids_groups_and_articles_are_kept_through_forms(
    console: Enter, make: Maker, village_of_grids: list[int]
) -> None:
    fill(console, make, village_of_grids)
    township = console("town_op")

    assert all(each.code.startswith(TOWNSHIP) for each in make.rows(Station))
    assert "已报线索" in township.get(f"/console/group-meetings/{_meeting(make)}").text
    grids = township.get("/console/grids/").text
    assert "怎样发现风险" in grids
    assert "100%" in grids
    assert "隔着河" in township.get(f"/console/grids/{FIRST}").text
    assert "第2版" in township.get("/console/articles/").text
    assert len(make.rows(Leaflet)) == 2
    sheet = township.client.post("/console/work-groups/policy/sheet", data={"csrf_token": township.token()})
    assert sheet.data[:2] == b"PK"
    assert console("village").get(f"/console/stations/{TOWNSHIP}").status == 404


@pytest.mark.shows("C36", "B63", "D48")
def test_the_auditor_reads_oversight_and_the_departments_year_and_changes_nothing(console: Enter, make: Maker) -> None:
    make.declaration(head_name="欧阳张三")
    auditor = console("auditor")

    pages = {
        path: auditor.get(f"/console/{path}")
        for path in ("oversight/", "oversight/families", "assessment/", "stations/")
    }
    wrong_year = auditor.get("/console/assessment/?year=1")

    assert {page.status for page in pages.values()} == {200}
    assert "欧**三" in pages["oversight/families"].text
    assert not any("欧阳张三" in page.html for page in pages.values())
    assert not [form for page in pages.values() for form in page.forms if form.values.get("deed")]
    assert (wrong_year.status, "请选择2020年到今年" in wrong_year.text) == (422, True)
    assert console("village").get("/console/oversight/").status == 403
    assert console("town_lead").get("/console/assessment/").status == 403


def _meeting(make: Maker) -> int:
    [spoken] = make.rows(SpokenOf)
    return spoken.group_meeting_id


@pytest.mark.shows("A25", "D41")
def test_no_page_of_the_organisation_has_to_be_scrolled_sideways(
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    console: Enter,
    make: Maker,
    cast: Cast,
    village_of_grids: list[int],
) -> None:
    make.declaration()
    fill(console, make, village_of_grids)
    seen: dict[str, tuple[str, ...]] = {
        "town_op": (
            *("stations/", f"stations/{VILLAGE}", "work-groups/", "grids/", f"grids/{FIRST}"),
            f"group-meetings/{_meeting(make)}",
        ),
        "village": (f"group-meetings/?grid={FIRST}", "articles/"),
        "auditor": ("oversight/", "oversight/families", "assessment/"),
    }
    troubles: list[Any] = []
    for size in ("desk", "phone"):
        for login, paths in seen.items():
            page = _enter(chromium, address, size, login, cast, troubles)
            for path in paths:
                page.goto(f"{address}/console/{path}")
                for step in page.locator("details.step > summary").all()[:1]:
                    step.click()
                screen, one = path.split("?")[0].split("/")
                _picture(page, f"organisation-{screen}{'-one' if one else ''}-{size}")
            page.context.close()

    assert troubles == []
