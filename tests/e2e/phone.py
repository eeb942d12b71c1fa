"""A phone in somebody's hand: the shipped mini-program in a browser, used by touch alone."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

ARTEFACTS = Path(__file__).resolve().parent.parent / "artefacts"
SIZE = {"width": 390, "height": 844}
PATIENCE = 10_000


@dataclass
class Handset:
    """One phone: what is on it stays over restarts, and it has a network or none."""

    context: BrowserContext
    address: str
    openid: str
    scale: float = 1.0
    query: dict[str, str] = field(default_factory=dict)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)

    @classmethod
    def bought(cls, browser: Browser, address: str, openid: str, scale: float = 1.0, **more: Any) -> "Handset":
        """Return a phone that nobody used before; `more` goes to the browser's context."""
        context = browser.new_context(
            viewport=SIZE, is_mobile=True, has_touch=True, device_scale_factor=1, locale="zh-CN", **more
        )
        return cls(context, address, openid, scale)

    def open(self, path: str = "pages/home/home", **query: str) -> "Handset":
        """Start the mini-program at a page, as from a scanned code or a message; files that were not saved are gone."""
        start = {"path": path, "phone": self.openid, "scale": str(self.scale), **query}
        self.page.goto(f"{self.address}?{urlencode(start)}")
        self.page.wait_for_selector("html[data-started]")
        return self

    @property
    def on_top(self) -> Locator:
        """The page that is seen; those below it on the stack are there, but hidden."""
        return self.page.locator("wx-page:visible").last

    def tap(self, words: str, *, exact: bool = True) -> None:
        """Tap what says these words."""
        self.on_top.get_by_text(words, exact=exact).first.tap()

    def answer(self, words: str) -> None:
        """Tap a button of a sheet that WeChat itself shows."""
        self.page.locator(".wxrun-sheet button", has_text=words).first.tap()

    def type(self, label: str, words: str) -> None:
        """Type into the field under a label."""
        box = self.on_top.locator(f'input[aria-label^="{label}"], textarea[aria-label^="{label}"]')
        box.tap()
        box.fill(words)

    def sees(self, words: str) -> None:
        """Wait until the page says these words."""
        expect(self.on_top).to_contain_text(words, timeout=PATIENCE)

    def hears(self, words: str) -> None:
        """Wait until WeChat's own sheet says these words."""
        expect(self.page.locator(".wxrun-sheet")).to_contain_text(words, timeout=PATIENCE)

    def picture(self, name: str) -> None:
        """Keep what is seen; nothing may have to be scrolled sideways."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"phone-{name}-{self.scale}.png", full_page=True)
        assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{name} is too wide"

    def faults(self) -> list[str]:
        """Everything that a real phone would have refused."""
        return list(self.page.evaluate("wxrun.faults"))

    def calls(self, name: str) -> list[Any]:
        """The calls of one function of `wx` since the last start."""
        return [given for called, given in self.page.evaluate("wxrun.calls") if called == name]

    def stored(self) -> str:
        """Everything that lies in the phone's storage, as text."""
        return str(json.dumps(self.page.evaluate("({...localStorage})"), ensure_ascii=False))

    def loses_an_answer(self, path: str, status: int = 504) -> None:
        """Let the next request to a path arrive and its answer be lost: a proxy gives up, or with 0 nobody speaks."""

        def lose(route: Route) -> None:
            route.fetch()
            if status:
                route.fulfill(status=status, body="")
            else:
                route.abort()

        self.context.route(path, lose, times=1)

    def touch(self, *labels: str) -> None:
        """Tap one thing after the other."""
        for label in labels:
            self.tap(label)


MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")


def elder_faults(phone: Handset, name: str) -> list[str]:
    """Measure the page that is seen: sizes, contrast, targets, words; a page without words was not measured."""
    found = phone.page.evaluate(MEASURE)
    assert found["texts"] > 0, f"{name} shows nothing"
    return [f"{name} at {phone.scale}: {each}" for each in _unique(found["wrong"])]


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
