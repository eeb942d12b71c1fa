"""Writes docs/console.md: every screen of the console with a picture and a sentence.

`python -m tests.admin.picturing` makes a county of invented people, opens each screen as whoever works with it, and
writes the pictures to docs/pictures/console/. It needs a Chromium.
"""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from backend import clock
from tests.admin.crawling import Seen, Walk
from tests.admin.grown import NOW, Grown, grow

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PICTURES = DOCS / "console.md", DOCS / "pictures" / "console"
TABLE = Path(__file__).with_name("screens.csv")
WIDTH, HEIGHT, TALLEST = 1366, 768, 1500
LARGEST, ALL_TOGETHER = 150_000, 6_000_000
HEAD = """# The console, screen by screen

Everything an office sees at `/console/`, taken from a county of invented people by `python -m tests.admin.picturing`.
Each picture shows the upper part of the page at 1366 pixels; every screen is also tried at the width of a phone, by
keyboard and with axe (`tests/admin/test_safety_in_a_browser.py`).
"""


@dataclass(frozen=True)
class Screen:
    """One line of the table: where it stands, whose desk it is seen from, and what it is for."""

    part: str
    route: str
    login: str
    name: str
    sentence: str

    @property
    def file(self) -> str:
        return f"{self.route.replace('.', '-').replace('_', '-')}.webp"


def screens() -> list[Screen]:
    """Return the table of screens, in the order of the menu."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Screen(**row) for row in csv.DictReader(file)]


@contextmanager
def serving(grown: Grown) -> Iterator[str]:
    """Serve the county on loopback, on its own morning."""
    clock.use_offset(lambda: NOW - clock.real_now())
    server = make_server("127.0.0.1", 0, grown.app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def a_chromium() -> Iterator[Browser]:
    """Run a browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN"],
        )
        yield browser
        browser.close()


def _addresses(grown: Grown) -> dict[tuple[str, str], str]:
    """Return for each screen and desk the address of the fullest page of its kind."""
    fullest: dict[tuple[str, str], Seen] = {}
    adapter = grown.app.url_map.bind("localhost")
    for login in dict.fromkeys(screen.login for screen in screens() if screen.login):
        for seen in Walk(login, grown.desk(login), adapter).go().seen:
            key = (seen.endpoint, login)
            if key not in fullest or len(seen.page.html) > len(fullest[key].page.html):
                fullest[key] = seen
    return {key: seen.address for key, seen in fullest.items()}


def _take(grown: Grown) -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    addresses = _addresses(grown) | {("sign_in.index", ""): "/console/sign-in/"}
    with serving(grown) as address, a_chromium() as browser:
        for login in dict.fromkeys(screen.login for screen in screens()):
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
            for cookie in grown.desk(login).client._cookies.values() if login else ():
                context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": f"{address}/console/"}])
            page = context.new_page()
            for screen in screens():
                if screen.login == login:
                    page.goto(address + addresses[screen.route, login])
                    page.wait_for_load_state("networkidle")
                    _keep(page.screenshot(full_page=True), PICTURES / screen.file)
            context.close()


def _keep(taken: bytes, path: Path) -> None:
    """Write the upper part of a page as small as can still be read."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    for quality in (78, 65, 50, 35):
        picture.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= LARGEST:
            return


def page() -> str:
    """Return the document as the table has it."""
    lines, part = [HEAD], ""
    for screen in screens():
        if screen.part != part:
            part = screen.part
            lines.append(f"## {part}\n")
        lines.append(f"### {screen.name}\n\n{screen.sentence}\n\n![{screen.name}](pictures/console/{screen.file})\n")
    return "\n".join(lines)


def main() -> None:
    """Take the pictures and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        grow(Path(folder))
        grown = Grown.of(Path(folder))
        with grown.open():
            _take(grown)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
