"""A reviewer's morning in a real browser, with pictures of what they saw in tests/artefacts/."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.people import Cast, Maker, id_number

ARTEFACTS = Path(__file__).resolve().parent.parent / "artefacts"
FOCUSED = """(() => {
  const it = document.activeElement, how = getComputedStyle(it);
  const name = it === document.body ? "" : it.textContent.trim();
  return [name, how.outlineStyle !== "none" && parseInt(how.outlineWidth) >= 2];
})()"""
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
QUICKER = "Autofocus processing was blocked"
"""The browser's remark when somebody typed before it had set its cursor: nothing is wrong."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application, served on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN"],
        )
        yield browser
        browser.close()


def _picture(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"console-{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, f"{name} has to be scrolled sideways"


def _open(browser: Browser, address: str, size: str, troubles: list[str]) -> Page:
    page = browser.new_context(viewport=SIZES[size], locale="zh-CN").new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda message: None if QUICKER in message.text else troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: request.url.startswith(address) or troubles.append(request.url))
    page.goto(address)
    return page


@pytest.mark.shows("story.2")
@pytest.mark.parametrize("size", list(SIZES))
def test_a_reviewer_signs_in_opens_the_queue_and_passes_a_case_on(
    size: str, address: str, chromium: Browser, make: Maker, cast: Cast
) -> None:
    case_id = make.case("accept", "visit")
    for serial in (2, 3):
        make.case("accept", "visit", id_number=id_number(serial), head_name="王五", openid=f"farmer-{serial}")
    password, troubles = cast.password("reviewer"), []
    page = _open(chromium, address, size, troubles)

    page.get_by_label("用户名").fill("reviewer")
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="周研判，您好").wait_for()
    _picture(page, f"home-{size}")
    page.get_by_role("link", name="待办", exact=True).click()
    page.get_by_role("link", name="张三").wait_for()
    _picture(page, f"queue-{size}")
    page.get_by_role("link", name="张三").click()
    page.locator("summary", has_text="不纳入").click()
    _picture(page, f"case-{size}")
    page.get_by_role("button", name="审核通过，报县").click()
    page.get_by_role("status").filter(has_text="已办好").wait_for()
    _picture(page, f"decided-{size}")

    assert make.state(case_id) == "passed"
    assert troubles == []


def test_everything_can_be_reached_by_keyboard_and_the_focus_is_seen(
    address: str, chromium: Browser, make: Maker, cast: Cast
) -> None:
    make.case("accept", "visit")
    password, troubles = cast.password("reviewer"), []
    page = _open(chromium, address, "desk", troubles)
    page.keyboard.type("reviewer")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="周研判，您好").wait_for()

    seen = []
    for _ in range(24):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))

    names = [name for name, _ in seen]
    assert names[0] == "跳到正文"
    assert {"待办", "退出", "张三"} <= set(names)
    assert [name for name, is_seen in seen if name and not is_seen] == []


@pytest.mark.shows("story.6")
def test_the_apis_description_opens_under_its_own_policy_and_without_any_network(
    address: str, chromium: Browser
) -> None:
    troubles: list[str] = []
    page = _open(chromium, address, "desk", troubles)

    page.goto(f"{address}/api/v1/docs")
    page.get_by_text("自主申报与回执").click()
    page.get_by_text("/api/v1/declarations", exact=True).first.wait_for()

    assert troubles == []
