"""A reviewer's day in a real browser: the queue by keyboard, one sent back, three at once, a notice, a ledger."""

import io
import re

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from backend.access.scope import as_system
from backend.db import db
from backend.models import Case
from backend.workflow.states import State
from tests.admin.grown import PASSWORD, Grown
from tests.admin.pages import Form
from tests.admin.test_in_a_browser import _open, _picture, chromium  # noqa: F401 - a fixture
from tests.admin.test_safety_in_a_browser import served  # noqa: F401 - a fixture

REVIEWS = "/console/queue/?tab=mine&kind=town_review"


@pytest.mark.shows("console.2", "console.4", "console.8")
def test_a_reviewers_day(served: str, chromium: Browser, grown: Grown) -> None:  # noqa: F811 - fixtures
    troubles: list[str] = []
    page = _open(chromium, served, "desk", troubles)
    _sign_in(page)
    before, ready = _passed(grown), _ready(grown)

    _send_one_back(page, served)
    done = _pass_three_on(page, served, ready)
    _print_a_notice(page, served)
    sheet = _export_the_ledger(page, served)

    assert done >= 1
    assert _passed(grown) == before + done
    assert sheet.max_row > 4
    assert troubles == []


def _sign_in(page: Page) -> None:
    page.get_by_label("用户名").fill("reviewer")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="陈志强，您好").wait_for()


def _send_one_back(page: Page, address: str) -> None:
    """Open the first review from the keyboard and send it back with a reason."""
    page.goto(address + REVIEWS)
    page.keyboard.press("j")
    expect(page.locator("#preview")).to_contain_text("家")
    page.keyboard.press("d")
    page.wait_for_url(re.compile(r"/cases/\d+#steps"))
    form = page.locator("form", has=page.locator("input[name=action][value=send_back]")).first
    form.evaluate("it => { for (let up = it; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true }")
    form.locator("input[type=checkbox]").first.check()
    for words in form.locator("textarea:visible").all():
        words.fill("收支表里缺去年的药费，请补上票据再报。")
    _picture(page, "day-sent-back")
    form.locator("button[type=submit]").click()
    page.get_by_role("status").filter(has_text="已办好").wait_for()
    expect(page.get_by_role("link", name="下一件")).to_be_focused()
    expect(page.get_by_role("link", name="回到待办")).to_have_attribute("href", re.compile("kind=town_review"))


def _ready(grown: Grown) -> str:
    """Return the last of the reviews that nothing stands against; most still wait for a department."""
    desk = grown.desk("reviewer")
    cases = [link for link in desk.get(REVIEWS).links if re.fullmatch(r"/console/cases/\d+", link)]
    passable = [case for case in cases[1:] if any(_passes_on(form) for form in desk.get(case).forms)]
    assert passable, "nobody can be passed on in this county"
    return passable[-1]


def _passes_on(form: Form) -> bool:
    return form.values.get("action") == "pass_on"


def _pass_three_on(page: Page, address: str, ready: str) -> int:
    """Tick three rows by keyboard, pass them on with one opinion, and return how many went."""
    page.goto(address + REVIEWS)
    rows, ticked = page.locator("tr[data-row]"), 0
    for place in range(rows.count()):
        page.keyboard.press("j")
        is_ready = rows.nth(place).locator(f"a[href='{ready}']").count() > 0
        if is_ready or ticked < 2:
            page.keyboard.press("x")
            ticked += 0 if is_ready else 1
    page.get_by_text("已勾选3件").wait_for()
    page.locator("#many summary", has_text="审核通过").click()
    page.locator("#many").get_by_label("研判意见").fill("情况属实，建议纳入监测。")
    page.locator("#many details[open] button").click()
    page.get_by_role("heading", name="逐件的结果").wait_for()
    _picture(page, "day-three-at-once")
    assert page.locator("tr[data-row]").count() == 3
    return page.locator("tr[data-row]").get_by_text("办好了", exact=True).count()


def _print_a_notice(page: Page, address: str) -> None:
    """Open a sheet as the office prints it: nothing of the console is on the paper."""
    page.goto(f"{address}/console/notices/")
    page.locator('main a[href*="/console/notices/"]').first.click()
    page.get_by_role("link", name="公文格式").click()
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    _picture(page, "day-notice")
    page.emulate_media(media="screen")


def _export_the_ledger(page: Page, address: str) -> openpyxl.worksheet.worksheet.Worksheet:
    """Take the township's ledger along, with a purpose and the password."""
    page.goto(f"{address}/console/exports/")
    page.get_by_label("台账", exact=True).select_option("watched")
    page.get_by_label("做什么用").fill("月分析会商")
    page.get_by_label("您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name="导出", exact=True).click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载").click()
    _picture(page, "day-ledger")
    return openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active


def _passed(grown: Grown) -> int:
    with grown.app.app_context(), as_system("a test looks"):
        return db.session.scalar(select(func.count()).where(Case.state == State.PASSED)) or 0
