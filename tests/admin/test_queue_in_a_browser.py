"""The queue worked through by keyboard in a real browser, with pictures in tests/artefacts/."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import update

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import Task
from tests.admin.test_in_a_browser import SIZES, _open, _picture
from tests.admin.test_in_a_browser import address as address
from tests.admin.test_in_a_browser import chromium as chromium
from tests.people import Cast, Maker, id_number

HEADS = ("张守金", "王桂兰", "李建国", "赵春梅", "刘志强", "陈玉珍", "杨海燕", "孙红霞")


def _a_day_of_work(app: Flask, make: Maker) -> list[int]:
    """Eight families of a township's desk: one urgent, two late, one due today."""
    cases = [
        make.case("accept", "visit", id_number=id_number(70 + place), openid=f"f{place}", head_name=name)
        for place, name in enumerate(HEADS)
    ]
    with app.app_context(), as_system("a test changes"):
        for case_id, days in zip(cases, (-6, -2, 0, 1, 3, 6, 9, 12), strict=True):
            due = clock.today() + timedelta(days=days)
            mine = update(Task).where(Task.case_id == case_id, Task.open_due.is_not(None))
            db.session.execute(mine.values(due_on=due, open_due=due))
        db.session.execute(update(Task).where(Task.case_id == cases[5]).values(pressing=1))
        db.session.commit()
    return cases


@pytest.mark.shows("console.2", "console.8")
def test_a_reviewer_works_the_queue_by_keyboard(
    app: Flask, address: str, chromium: Browser, make: Maker, cast: Cast
) -> None:
    _a_day_of_work(app, make)
    password, troubles = cast.password("reviewer"), []
    page = _open(chromium, address, "desk", troubles)
    page.get_by_label("用户名").fill("reviewer")
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="周研判，您好").wait_for()
    page.goto(f"{address}/console/queue/")

    page.keyboard.press("j")
    page.locator("#preview").get_by_text("杨海燕家").or_(page.locator("#preview").get_by_text("陈玉珍家")).wait_for()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("#preview").get_by_text("张守金家").wait_for()
    page.get_by_text("已勾选1件").wait_for()
    _picture(page, "queue-preview-desk")
    page.keyboard.press("Shift+?")
    page.get_by_text("打开去办理").wait_for()
    _picture(page, "queue-keys-desk")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.get_by_role("heading", name="张守金家").wait_for()
    assert page.url.endswith("#steps")

    page.goto(f"{address}/console/queue/?due=overdue")
    page.keyboard.press("/")
    page.keyboard.type("wgl")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="王桂兰").wait_for()
    _picture(page, "queue-found-desk")
    assert troubles == []


@pytest.mark.shows("console.8")
def test_the_queue_and_what_became_of_many_fit_on_a_phone(
    app: Flask, address: str, chromium: Browser, make: Maker, cast: Cast
) -> None:
    _a_day_of_work(app, make)
    password, troubles = cast.password("reviewer"), []
    page = _open(chromium, address, "phone", troubles)
    page.get_by_label("用户名").fill("reviewer")
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="周研判，您好").wait_for()
    page.goto(f"{address}/console/queue/")
    _picture(page, "queue-many-phone")

    for name in HEADS[:3]:
        page.get_by_label(f"勾选{name}").check()
    make._pass_on(make.rows(Task)[0].case_id)
    page.locator("summary", has_text="共同的意见").click()
    page.get_by_label("研判意见").fill("情况属实，建议纳入监测。")
    page.get_by_role("button", name="审核通过，报县").click()
    page.get_by_role("status").filter(has_text="3件里办好了2件").wait_for()
    _picture(page, "queue-done-phone")
    page.set_viewport_size(SIZES["desk"])
    _picture(page, "queue-done-desk")

    assert troubles == []
