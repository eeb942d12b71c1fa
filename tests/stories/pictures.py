"""Pictures of pages at the width of a phone, for the README; only where a Chromium is."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

WIDTH, HEIGHT = 390, 1400


def take_pictures(folder: Path, pages: Mapping[str, str]) -> Iterator[Path]:
    """Write what a phone shows of each address without scrolling, under its name; yield each file."""
    from playwright.sync_api import sync_playwright  # a tool of the tests: the story itself plays without it

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN"],
        )
        page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN").new_page()
        for name, address in pages.items():
            page.goto(address)
            made = folder / f"{name}.png"
            page.screenshot(path=made)
            yield made
        browser.close()
