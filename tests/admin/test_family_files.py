"""一户一档 at the desk: the whole file in its order, what it lacks, who took it, and a place without names."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.models import AuditRow, Household, Watch
from backend.services import files
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.api.photos import photo
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker, id_number
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_removals import WayOut

Enter = Callable[[str], Desk]
IN_ORDER = ("申报或线索", "承诺授权", "入户核实", "村级会商", "民主评议", "公示", "审核和审定", "公告")


@pytest.fixture
def kind() -> str:
    """One database is enough: the case page's tests read the same tables on the other."""
    return "sqlite"


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker, preset: Any) -> Iterator[WayOut]:  # noqa: F811
    preset("NATIONAL")
    way = WayOut(app, cast, make)
    way.include(id_number=id_number(1))
    way.included = way.case_id  # type: ignore[attr-defined]
    with clock.at(way.now):
        yield way


@pytest.mark.shows("console.3", "console.4", "A13")
def test_a_familys_whole_file_is_printed_in_order_with_what_it_lacks_and_the_audit_keeps_it(
    family: WayOut, console: Enter
) -> None:
    village = console("village")
    before = village.get("/console/family-files/")
    family.plan("housing")
    family.visit()
    masked = village.press(village.get("/console/family-files/"), f"/family-files/{family.case_id}")
    whole = village.press(
        village.get("/console/family-files/"), f"/family-files/{family.case_id}", reason="上级检查要看原件"
    )

    assert "帮扶计划" in before.text
    assert "走访" not in masked.text.partition("还缺什么")[2].partition("目录")[0]
    assert re.findall(r'<section class="folder">\s*<h2>(.+?)</h2>', masked.html)[: len(IN_ORDER)] == list(IN_ORDER)
    assert "翻修屋顶" in masked.text
    assert "屋顶漏雨，没钱修" not in masked.text
    assert "屋顶漏雨，没钱修" in whole.text
    assert id_number(1) not in masked.html + whole.html
    printed = [row for row in family.make.rows(AuditRow) if row.action == Action.PRINT_FAMILY_FILE]
    assert [row.subject for row in printed] == [f"case:{family.case_id}"] * 2
    assert [row.detail.get("why") for row in printed] == [None, "上级检查要看原件"]
    assert str(printed[0].detail["number"]) in masked.text


@pytest.mark.shows("console.4")
def test_photos_are_printed_only_where_somebody_asks_for_them_and_says_why(family: WayOut, console: Enter) -> None:
    with family.as_("village") as by:
        kept = files.add_file(family.case_id, photo(), kind="picture", by=by)
    address, desk = f"/family-files/{family.case_id}", console("village")

    def printed(**typed: str) -> Page:
        return desk.press(desk.get("/console/family-files/"), address, **typed)

    masked, without, whole = printed(reason="上级检查"), printed(photos="yes"), printed(reason="上级检查", photos="yes")

    shown = f"/console/files/{kept.id}/original"
    assert shown not in masked.html
    assert without.status in {400, 422}
    assert "请写明理由" in without.text
    assert shown in whole.html
    rows = [row for row in family.make.rows(AuditRow) if row.action == Action.PRINT_FAMILY_FILE]
    assert [row.detail.get("photos") for row in rows] == [None, 1]


@pytest.mark.shows("console.3", "story.4")
def test_a_neighbours_file_is_not_printed_and_the_auditor_prints_none(family: WayOut, console: Enter) -> None:
    for login, status in (("next_village", 404), ("other_reviewer", 404), ("auditor", 403), ("admin", 403)):
        desk = console(login)
        assert desk.send(f"/console/family-files/{family.case_id}").status_code == status, login
    assert [row for row in family.make.rows(AuditRow) if row.action == Action.PRINT_FAMILY_FILE] == []
    assert "张三" not in console("next_village").get("/console/family-files/").text


@pytest.mark.shows("console.3", "B67")
def test_a_removed_familys_file_holds_its_way_out_and_the_page_of_the_case_compares_it(
    family: WayOut, console: Enter
) -> None:
    family.ready()
    family.case_id = family.propose()
    family.out()
    with clock.at(family.now):
        lead = console("county_lead")
        page = lead.get(f"/console/cases/{family.case_id}")
        file = lead.press(page, f"/family-files/{family.case_id}")

    assert re.findall(r'<details class="card section" id="(\w+)"', page.html)[0] == "removal"
    assert "三保障和饮水安全持续巩固" in page.text
    assert "风险消除核实" in file.text
    assert file.html.count('<section class="folder">') >= 10


@pytest.mark.shows("console.3")
def test_the_page_of_a_place_has_numbers_and_no_name_and_hides_few(family: WayOut, console: Enter, app: Flask) -> None:
    desk = console("town_op")
    village = desk.get(f"/console/family-files/place?code={VILLAGE}")
    township = desk.get("/console/family-files/place")
    [watch], [household] = family.make.rows(Watch), family.make.rows(Household)

    assert "少于5" in village.text
    assert "乡情" in township.text
    for name in (watch.head_name, household.head_name):
        assert name not in village.text + township.text
    assert desk.get("/console/family-files/place?code=130126101").status == 404
    assert desk.get("/console/family-files/place?code=1301").status == 404
    assert TOWNSHIP in desk.get("/console/family-files/").html
