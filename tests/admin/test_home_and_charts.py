"""The first page by role, the board's charts and the wall, on pages and in a real browser."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import event

from backend import clock
from backend.access.permissions import Role
from backend.db import db
from backend.models import Figures
from backend.services import alert_schedule, offices, staff
from backend.services.staff import NewStaff
from tests.admin.desk import Desk
from tests.admin.test_desks_in_a_browser import _enter
from tests.admin.test_in_a_browser import _picture, address, chromium  # noqa: F401 - fixtures
from tests.checks import following
from tests.people import COUNTY, NEXT_VILLAGE, OTHER_VILLAGE, TOWNSHIP, Cast, Maker
from tests.services.desks import FRIDAY, Desks
from tests.services.test_full_procedure import morning

Enter = Callable[[str], Desk]
EMPTY = """[...document.querySelectorAll('.canvas canvas')].filter(canvas => {
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return !data.some(each => each !== 0);
}).length"""


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


def a_small_world(desks: Desks) -> None:
    desks.family("张三", risk="housing")
    desks.village()
    desks.township_and_county()
    decided_on = desks.today
    for name in ("李四", "孙七", "周八"):
        desks.family(name, risk="illness")
        desks.to_the_township()
    desks.family("赵六", risk="illness", village_code=NEXT_VILLAGE)
    desks.family("王五", risk="illness", village_code=OTHER_VILLAGE)
    desks.today = decided_on
    desks.count_places()


@pytest.mark.shows("console.1", "A27", "B26", "B37")
def test_the_first_page_is_that_of_ones_desk_and_place(desks: Desks, console: Enter, app: Flask, cast: Cast) -> None:
    a_small_world(desks)
    with app.app_context():
        offices.ensure(COUNTY)
        place = offices.office_of(COUNTY, "education").code
    with clock.at(morning(FRIDAY)), app.app_context():
        alert_schedule.open_due()
        cast.members["liaison"] = staff.add_staff(NewStaff("liaison", "孔联络", Role.DEPT, place, "联络员"))[0].id

    with clock.at(desks.now):
        township, county, village = (console(login).get("/console/") for login in ("reviewer", "county_op", "village"))
        nobody, done = console("admin").get("/console/"), console("village").get("/console/done")
        foreign = console("auditor").get("/console/done")
    with clock.at(morning(FRIDAY)):
        department = console("liaison").get("/console/")

    assert "各村一览" in township.text
    assert "中山社区 1 1 0 0" in township.text
    assert "各乡镇一览" in county.text
    assert "青同镇 1 1 0 0" in county.text
    assert "一览" not in village.text
    assert all("这七天到期的 今天" in page.text for page in (township, county, village, department))
    assert "张三" in done.text
    assert "您可以办的事" in nobody.text
    assert foreign.status == 403
    assert "要推送的" in department.text
    assert "去推送" in department.text
    assert not any("排名" in page.text or "第一名" in page.text for page in (township, county, village))


@pytest.mark.shows("console.1", "A28")
def test_the_board_draws_what_its_tables_say_and_the_wall_names_nobody(desks: Desks, console: Enter) -> None:
    a_small_world(desks)
    with clock.at(desks.now):
        desk = console("county_op")
        board, inside = desk.get("/console/board/"), desk.get(f"/console/board/?place={TOWNSHIP}")
        wall = desk.get("/console/board/wall")
        outside = [
            console("reviewer").get(f"/console/board/{page}?place={code}").status
            for page in ("", "wall")
            for code in ("130126101", "x", COUNTY)
        ]

    titles = ("走到了哪一步", "用了多少天", "是什么事", "怎样发现的", "风险是哪一类", "及时吗", "应纳尽纳")
    assert [title for title in titles if title not in board.text] == []
    assert board.html.count('class="canvas"') == board.html.count('class="card chart"') - board.text.count("还没有数字")
    assert "截至" in board.text
    assert "灵寿镇" in board.text
    assert "中山社区" in inside.text
    assert "回到灵寿县" in inside.text
    assert [name for name in ("张三", "李四", "陈业务", "县业务员") if name in wall.text] == []
    assert "少于5 监测中的户" in wall.text
    assert 'data-value="1"' not in wall.html
    assert outside == [404] * 6


@pytest.mark.shows("console.1")
def test_the_first_page_reads_counts_and_counts_no_families(desks: Desks, console: Enter, app: Flask) -> None:
    a_small_world(desks)
    asked: list[str] = []
    with clock.at(desks.now):
        desk = console("county_op")
        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *called: asked.append(str(called[2])))
        desk.get("/console/")
        desk.get("/console/board/")

    assert not [each for each in asked if "GROUP BY" in each]
    assert not [each for each in asked if "FROM cases" in each and " IN (" not in each]
    counting = [each for each in asked if "count(" in each and "tasks" in each]
    assert counting
    assert all(each.count("LIMIT") >= each.count("count(*)") for each in counting)


@pytest.mark.shows("console.1", "console.8")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_charts_are_drawn_wide_and_narrow_and_the_wall_keeps_its_figures_without_a_network(
    size: str,
    desks: Desks,
    app: Flask,
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    cast: Cast,
) -> None:
    a_small_world(desks)
    troubles: list[str] = []
    with clock.at(desks.now):
        page = _enter(chromium, address, size, "county_op", cast, troubles)
        _picture(page, f"home-county-{size}")
        page.get_by_role("link", name="看图表").click()
        page.locator(".canvas canvas").first.wait_for()
        _picture(page, f"board-{size}")
        drawn = page.locator(".canvas canvas").count(), page.locator(".canvas").count()
        empty = page.evaluate(EMPTY)
        page.emulate_media(media="print")
        on_paper = page.locator(".heat tbody tr").first.inner_text(), page.locator("canvas").first.is_visible()
        page.emulate_media(media="screen")
        page.get_by_role("link", name="投屏").click()
        page.locator(".wall canvas").first.wait_for()
        _picture(page, f"wall-{size}")
        assert troubles == []

        with app.app_context():
            db.session.get_one(Figures, TOWNSHIP).counts = {"families": {"watched": 77}}
            db.session.commit()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.locator(".wall-numbers").get_by_text("77", exact=True).wait_for()
        page.context.set_offline(True)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.get_by_text("网络不通，显示的是上一次的数字").wait_for()

    assert drawn[0] == drawn[1] >= 5
    assert empty == 0
    assert "少于5" in on_paper[0]
    assert on_paper[1] is False
    assert page.locator(".wall-numbers").get_by_text("77", exact=True).is_visible()
