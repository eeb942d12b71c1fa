"""The shipped mini-program on a browser the size of a phone, the real application behind it, and an emulated WeChat."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from backend.services.templates import for_emulator
from tests.api.conftest import online as online
from tests.e2e.phone import Handset
from tests.wechat.conftest import emulator as emulator
from tests.wechat.emulation import Emulator, Quiet

CLIENT = Path(__file__).resolve().parent.parent.parent / "miniprogram"


@pytest.fixture
def kind() -> str:
    """The phone does not care which database there is; the services are tested on both elsewhere."""
    return "sqlite"


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files that a county uploads, and the same packed for a browser."""
    assert (CLIENT / "node_modules").is_dir(), "The client's tools are missing: type `npm ci --prefix miniprogram`."
    dist, packed = (tmp_path_factory.mktemp(name) / name for name in ("dist", "packed"))
    for tool, *paths in (("build.mjs", dist), ("wxrun/pack.mjs", dist, packed)):
        done = subprocess.run(["node", CLIENT / "tools" / tool, *paths], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return dist, packed


@pytest.fixture
def address(app: Flask, online: Emulator, shipped: tuple[Path, Path]) -> Iterator[str]:
    """Where the phone's page is: the client's files, with the application behind them."""
    online.control.put("/_emulator/templates", json=for_emulator())
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    api = f"http://127.0.0.1:{server.server_port}"
    command = ["node", CLIENT / "tools" / "wxrun" / "serve.mjs", "0", api, online.url, shipped[1]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as front:
        assert front.stdout is not None
        yield front.stdout.readline().strip()
        front.terminate()
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN"],
        )
        yield browser
        browser.close()


@pytest.fixture
def handset(chromium: Browser, address: str, online: Emulator) -> Iterator[Callable[..., Handset]]:
    """Hands out phones; at the end none of them may have done what a real one refuses."""
    given: list[Handset] = []

    def hand(openid: str = "", scale: float = 1.0, **more: object) -> Handset:
        openid = online.phone(openid=openid)["openid"] if openid else online.phone()["openid"]
        given.append(Handset.bought(chromium, address, openid, scale, **more))
        return given[-1]

    yield hand
    for each in given:
        found = each.faults() if each.page.url.startswith(address) else []
        each.context.close()
        assert found == []
