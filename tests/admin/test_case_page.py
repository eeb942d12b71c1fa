"""The case page as a reviewer reads it: what changed since last time, who looked, what it costs, keys and paper."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from backend.models import AuditRow, CaseEvent, Declaration
from backend.policy.assessment import SafetyItem
from backend.services import family_phones, files, home_checks, looks, talks
from backend.workflow.states import Kind
from tests.admin.desk import Desk
from tests.admin.test_desks_in_a_browser import _enter
from tests.admin.test_every_page import _counted
from tests.admin.test_full_case import ANSWER, OBJECTED, Family, at_county, at_township, family  # noqa: F401 - fixtures
from tests.admin.test_in_a_browser import ARTEFACTS, _picture, address, chromium  # noqa: F401 - fixtures
from tests.checks import FORM, SAFE
from tests.checks import form as check_form
from tests.people import Cast
from tests.services.desks import nothing_found
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

Enter = Callable[[str], Desk]
TURNED = "document.querySelector('.viewer img').style.transform"


@pytest.fixture
def seen_twice(family: Family) -> Family:  # noqa: F811 - the fixture above
    """A family that an objection had visited again: its house is unsafe now, and its wages fell."""
    family.checked()
    family.desks.compare(*nothing_found(family.head, vehicles="hit"))
    family.posted()
    family.press("reviewer", "object", **OBJECTED)
    family.press("reviewer", "visit_after_objection", **ANSWER, reasons="assets")
    kind = Kind.VISIT if family.desks.duties(Kind.VISIT) else Kind.CHECK_ANEW
    poorer = check_form(
        visited_on=family.desks.today,
        income=replace(FORM.income, wages=9_000_00),
        safety={**SAFE, "housing": SafetyItem("unsafe", "西屋漏雨")},
        risks=("illness", "housing"),
    )
    with family.desks.as_("village") as by:
        home_checks.file_check(family.case_id, by=by, version=family.desks.version(kind), form=poorer)
    with family.desks.as_("head") as by:
        home_checks.confirm_check(family.case_id, by=by, version=family.desks.version(Kind.CONFIRM_CHECK), agrees=True)
    family.over()
    return family


@pytest.mark.shows("console.3")
def test_the_page_says_what_to_look_at_and_what_changed_since_the_last_visit(seen_twice: Family) -> None:
    page = seen_twice.open("reviewer")

    assert "和上一次核实比，有" in page.text
    changed = dict(re.findall(r'<tr class="differs"><th scope="row">(.+?)</th>.*?<strong>(.+?)</strong>', page.html))
    assert changed["工资性收入"] == "9000.00元"
    assert changed["住房安全"] == "不安全"
    assert "少9000.00元" in page.text
    assert "生产经营支出" not in changed
    assert "信息比对有1项结果是“有”，还没有听家里人说明。" in page.text
    order = re.findall(r'<details class="card section" id="(\w+)"', page.html)
    assert order[0] == "attention"
    assert order.index("checked") < order.index("sides") < order.index("compared") < order.index("declared")


@pytest.mark.shows("console.3", "story.4")
def test_whoever_opens_a_family_is_kept_once_a_day_and_an_auditor_reads_who_saw_what(
    at_county: Family,  # noqa: F811
    console: Enter,
) -> None:
    for _ in range(2):
        page = at_county.open("reviewer")
    at_county.open("other_reviewer")
    desk = at_county.console("reviewer")
    with at_county.today():
        desk.press(page, "/reveals", csrf_token=desk.token(), field="phone", reason="打电话约时间")
    number = re.search(r'受理编号 <span class="number">([\d ]+)<', page.html)

    with at_county.desks.as_("village") as by:
        family_phones.confirm(at_county.case_id, at_county.make.rows(Declaration)[0].id, by=by)

    own = at_county.desks.cast.farmer("phone of 张三").get("/me/data").json["looks"]
    strange = at_county.desks.cast.farmer("somebody").get("/me/data").json["looks"]
    auditor = console("auditor")
    found = auditor.get(f"/console/looks/?number={number[1] if number else ''}")
    wrong = auditor.get("/console/looks/?number=123")

    opened = [row for row in at_county.make.rows(AuditRow) if row.action == looks.LOOKED]
    assert sorted(row.actor_name for row in opened if row.actor_name == "周研判") == ["周研判"]
    assert "冯外乡" not in {row.actor_name for row in opened}
    assert "谁看过张*家" in found.text
    assert "打开个案" in found.text
    assert "联系电话；理由：打电话约时间" in found.text
    assert "张三" not in found.text
    assert wrong.status == 422
    assert {"who": "乡镇研判组成员", "what": "看过遮住的电话或证件号"}.items() <= own[0].items()
    assert "周研判" not in str(own)
    assert strange == []
    assert console("reviewer").get(f"/console/looks/{at_county.case_id}").status == 403


@pytest.mark.shows("console.3")
def test_a_case_page_costs_the_same_statements_however_long_its_history(seen_twice: Family, app: Flask) -> None:
    with seen_twice.desks.as_("reviewer") as by:
        for number in range(50):
            talks.note_talk(seen_twice.case_id, "phone", by=by, words=f"第{number}次通话", talked_on=None)
    desk = seen_twice.console("county_lead")
    desk.get(seen_twice.address)

    with seen_twice.today(), _counted(app) as asked:
        page = desk.get(seen_twice.address)

    events = len([row for row in seen_twice.make.rows(CaseEvent) if row.case_id == seen_twice.case_id])
    assert events > 60
    assert f"更早的{events - 12}条" in page.text
    assert len(asked) <= 45, asked


def _photos(family: Family) -> None:  # noqa: F811
    for shade in (40, 220):
        made, picture = io.BytesIO(), Image.new("RGB", (1600, 1000), (shade, 120, 90))
        ImageDraw.Draw(picture).polygon([(200, 800), (800, 150), (1400, 800)], fill=(250, 240, 220))
        picture.save(made, "JPEG")
        with family.desks.as_("village") as by:
            files.add_file(family.case_id, made.getvalue(), kind=files.PICTURE, by=by)


@pytest.mark.shows("console.3", "console.8")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_reviewer_reads_a_case_by_keyboard_turns_its_photos_and_prints_it(
    size: str,
    seen_twice: Family,
    address: str,  # noqa: F811
    chromium: Browser,  # noqa: F811
    cast: Cast,
) -> None:
    _photos(seen_twice)
    troubles: list[str] = []
    page = _enter(chromium, address, size, "reviewer", cast, troubles)
    page.goto(f"{address}/console/cases/{seen_twice.case_id}")
    _picture(page, f"case-page-{size}")

    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('.section').id") == "checked"
    page.screenshot(path=ARTEFACTS / f"console-case-by-keyboard-{size}.png")
    page.keyboard.press("d")
    assert page.evaluate("document.activeElement.closest('#steps') !== null")
    page.keyboard.press("p")
    page.get_by_text("第1张，共2张。").wait_for()
    for key, says in (("]", "rotate(90deg)"), ("[", "rotate(0deg)"), ("+", "scale(1.25)"), ("0", "scale(1)")):
        page.keyboard.press(key)
        assert says in page.evaluate(TURNED), key
    page.keyboard.press("ArrowRight")
    page.get_by_text("第2张，共2张。").wait_for()
    page.get_by_role("button", name="向右转").click()
    assert "rotate(90deg)" in page.evaluate(TURNED)
    page.screenshot(path=ARTEFACTS / f"console-case-photo-{size}.png")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('a[data-photo]')")

    page.locator("#timeline > summary").click()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.screenshot(path=ARTEFACTS / f"console-case-on-paper-{size}.png", full_page=True)
    assert page.locator("#timeline ol").first.is_visible()
    assert not page.locator("#steps").is_visible()
    assert page.get_by_text("打印人：周研判").is_visible()
    assert page.locator("button:visible").count() == 0
    page.emulate_media(media="screen")

    page.locator(".case-head .printing summary").click()
    page.get_by_role("button", name="看一户一档").click()
    page.get_by_role("heading", name="还缺什么").wait_for()
    _picture(page, f"family-file-{size}")
    for path in ("family-files/", "family-files/place"):
        page.goto(f"{address}/console/{path}")
        _picture(page, f"{path.rstrip('/').replace('/', '-')}-{size}")
    assert troubles == []
