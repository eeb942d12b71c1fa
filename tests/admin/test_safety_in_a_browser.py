"""In a real browser: what cannot be undone asks first, and every screen can be read, with axe looking."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.admin.crawling import Walk
from tests.admin.grown import Grown
from tests.admin.picturing import serving
from tests.admin.test_in_a_browser import ARTEFACTS, chromium  # noqa: F401 - a fixture

AXE = Path(__file__).resolve().parents[2] / "miniprogram" / "node_modules" / "axe-core" / "axe.min.js"
LOOK = """() => axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then(found => found.violations
  .filter(each => ["serious", "critical"].includes(each.impact))
  .map(each => each.id + ": " + each.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")))"""
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def served(grown: Grown) -> Iterator[str]:
    """The grown county, served on loopback on its own morning."""
    with serving(grown) as address:
        yield address


def signed_in(browser: Browser, address: str, grown: Grown, login: str) -> BrowserContext:
    """Return a browser that holds the cookies of somebody who has signed in."""
    context = browser.new_context(viewport=DESK, locale="zh-CN", bypass_csp=True)
    for cookie in grown.desk(login).client._cookies.values():
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": f"{address}/console/"}])
    return context


@pytest.mark.shows("console.7")
def test_what_cannot_be_undone_asks_first_under_the_strict_policy(
    served: str,
    chromium: Browser,  # noqa: F811 - the fixture imported above
    grown: Grown,
) -> None:
    troubles: list[str] = []
    with signed_in(chromium, served, grown, "village") as context:
        strict = context.browser.new_context(viewport=DESK, locale="zh-CN", storage_state=context.storage_state())
    page = strict.new_page()
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(f"{served}/console/reporters/")
    said = page.locator("dialog")

    page.get_by_role("button", name="收回授权").click()
    said.get_by_text("确定收回授权吗").wait_for()
    page.keyboard.press("Escape")
    still_there = page.get_by_role("button", name="收回授权").is_enabled()
    page.get_by_role("button", name="收回授权").click()
    page.screenshot(path=ARTEFACTS / "console-asking.png")
    said.get_by_role("button", name="收回授权").click()
    page.get_by_text("已收回").first.wait_for()

    assert still_there
    assert troubles == []


EVERY_TIME = {
    "console.index",
    "queue.index",
    "cases.show",
    "staff.index",
    "watches.show",
    "notices.show",
    "sign_in.index",
}


@pytest.mark.shows("console.8")
def test_axe_finds_nothing_serious_on_the_main_screens_and_none_scrolls_sideways(
    served: str,
    chromium: Browser,  # noqa: F811
    grown: Grown,
    walks: dict[str, Walk],
) -> None:
    assert _wrong(served, chromium, grown, {name: walks[name] for name in ("reviewer", "admin")}, EVERY_TIME) == {}


@pytest.mark.shows("console.8")
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_axe_finds_nothing_serious_on_any_screen_and_none_scrolls_sideways(
    served: str,
    chromium: Browser,  # noqa: F811
    grown: Grown,
    walks: dict[str, Walk],
) -> None:
    every = {each.endpoint for walk in walks.values() for each in walk.seen}

    assert _wrong(served, chromium, grown, walks, every) == {}
    assert len(every) > 80


def test_axe_would_say_so(
    served: str,
    chromium: Browser,  # noqa: F811
    grown: Grown,
) -> None:
    with signed_in(chromium, served, grown, "reviewer") as context:
        page = context.new_page()
        page.goto(f"{served}/console/")
        page.evaluate("document.querySelector('h1').style.color = '#e0e0e0'")

        assert [each.split(":")[0] for each in _looked_at(page)] == ["color-contrast"]


def _wrong(
    served: str, browser: Browser, grown: Grown, walks: dict[str, Walk], wanted: set[str]
) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    seen: set[str] = set()
    for login, walk in walks.items():
        fresh = [each for each in walk.seen if each.endpoint in wanted - seen]
        seen |= {each.endpoint for each in fresh}
        first = {each.endpoint: each.address for each in reversed(fresh)}
        with signed_in(browser, served, grown, login) as context:
            page = context.new_page()
            for endpoint, address in first.items():
                page.set_viewport_size(DESK)
                page.goto(served + address)
                if found := _looked_at(page):
                    wrong[f"{endpoint} as {login}"] = found
    return wrong


def _looked_at(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(LOOK)
    if page.evaluate(TOO_WIDE):
        found.append("wider than 1366")
    page.set_viewport_size(PHONE)
    if page.evaluate(TOO_WIDE):
        found.append("wider than a phone")
    return found
