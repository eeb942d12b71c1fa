"""Eight processes whose token has died under them fetch one new one between them."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET
from backend.wechat.live import LiveWeChat
from tests.wechat.conftest import connect as connect
from tests.wechat.conftest import emulator as emulator
from tests.wechat.conftest import valkey as valkey
from tests.wechat.emulation import Emulator, reminder

pytestmark = pytest.mark.shows("reminders.3", "reminders.6")
TOKEN, SEND = "/cgi-bin/stable_token", "/cgi-bin/message/subscribe/send"
PROCESSES = 8


def send_one(url: str, valkey: Path, openid: str) -> None:
    """Send a message from a process of its own."""
    wechat = LiveWeChat(app_id=DEMO_APP_ID, secret=DEMO_SECRET, base_url=url, redis=Redis(unix_socket_path=str(valkey)))
    wechat.send_subscribe(reminder(openid))
    wechat.close()


@pytest.mark.parametrize("how", ["invalidate_token", "expire_token"])
def test_one_of_eight_processes_fetches_the_next_token(
    emulator: Emulator, valkey: Path, connect: Callable[[], Redis], how: str, note: Callable[..., None]
) -> None:
    """Reliability 9: 40001 and 42001; `force_refresh` is never asked for."""
    openids = [emulator.phone()["openid"] for _ in range(PROCESSES + 1)]
    for openid in openids:
        emulator.accept(openid, "visit-due")
    send_one(emulator.url, valkey, openids[0])
    emulator.order(how, endpoint=SEND)
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=send_one, args=(emulator.url, valkey, each)) for each in openids[1:]]
    for each in processes:
        each.start()
    for each in processes:
        each.join(60)

    assert [each.exitcode for each in processes] == [0] * PROCESSES
    fetched = len(emulator.calls(TOKEN))
    assert fetched <= 2
    assert [len(emulator.messages(openid)) for openid in openids] == [1] * (PROCESSES + 1)
    note(
        f"{how}, {PROCESSES} processes",
        messages=len(openids),
        received=len(openids),
        twice=0,
        allowed=f"fetched {fetched}",
    )
