"""The server that docs/operations.md describes, with invented people in it, and the story told on it over HTTPS."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server

from backend.services.templates import for_emulator
from backend.wechat.emulator.app import create_emulator
from backend.wechat.emulator.config import Config, Push
from backend.wechat.emulator.templates_table import read_templates
from deploy.run import secret_settings
from deploy.run.stack import free_ports
from tests.operations.machine import NEEDED, Machine, bare_machine, blocks, certificate
from tests.stories.play import ACCOUNTS
from tests.stories.stage import Stage
from tests.stories.story import Story
from tests.wechat.emulation import Quiet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), *NEEDED]
PEOPLE = "county init"
"""The step that makes a real county with real people; invented ones take their place, and nothing else differs."""


@pytest.fixture
def machine() -> Iterator[Machine]:
    with bare_machine("localhost") as made:  # invented people live nowhere else
        yield made


@pytest.fixture
def wechat(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """WeChat, which like all phones here knows who signed the server's certificate; its settings stand in the file."""
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", machine.certificate)
    with _emulator(machine) as address:
        yield address


@contextmanager
def _emulator(machine: Machine) -> Iterator[str]:
    made = {name: make() for name, make in secret_settings.OF_THE_EMULATOR.items()}
    site = f"https://localhost:{machine.tls_port}"
    push = Push(f"{site}/wechat/push", made["WECHAT_PUSH_TOKEN"], made["WECHAT_PUSH_AES_KEY"])
    folder = machine.home / "tmp/emulator"
    app = create_emulator(Config(made["WECHAT_APP_ID"], made["WECHAT_SECRET"], folder=folder, push=push))
    world = app.extensions["wechat_world"]
    for template in read_templates(for_emulator()):
        world.store.put_template(template)
    port = free_ports()
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    address = f"http://127.0.0.1:{port}"
    machine.change(**made, PUBLIC_URL=site, WECHAT_BASE_URL=address, EMULATOR_URL=address, DEMO="1", TICK_SECONDS="1")
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        world.close()


@pytest.mark.shows("scale.1", "story.2")
def test_a_clean_server_that_follows_the_page_serves_the_story(
    machine: Machine, request: pytest.FixtureRequest
) -> None:
    wechat = ""
    for mark, text in blocks("Install"):
        if mark == "sh services":
            machine.start_target()
        elif mark == "sh":
            if "nginx -t" in text:
                certificate(machine.home / "etc/shouwang/tls")
            if PEOPLE in text:
                wechat = request.getfixturevalue("wechat")
                text = "shouwang migrate\nshouwang demo make --no-crowd"
            machine.type(text)
            if "openssl rand" in text:
                machine.start_redis()
    accounts = Path(machine.settings()["DATA_DIR"]) / ACCOUNTS
    lines: list[str] = []
    site = machine.settings()["PUBLIC_URL"]
    stage = Stage(site, wechat, accounts, environment=machine.settings(), tell=lines.append)

    Story(stage).play()

    assert "everything happened as it was told." in "\n".join(lines)
    said = "\n".join(machine.log(unit) for unit in machine.running if unit.startswith("shouwang-"))
    assert re.findall(r"^Traceback.*", said, re.MULTILINE) == []
