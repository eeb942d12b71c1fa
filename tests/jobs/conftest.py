"""A weekday noon, an emulated WeChat that knows our templates, and the senders that talk to it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from backend import clock
from backend.services import outbox, phones, reminders, templates
from backend.services.channels import of_process
from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET
from backend.wechat.live import LiveWeChat
from tests.wechat.conftest import emulator as emulator
from tests.wechat.emulation import Emulator

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""A Friday, 12:00 in China: far from quiet hours, whenever the tests are run."""


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def phone_shop(emulator: Emulator) -> Callable[..., str]:
    """Make the emulated phone of an account, which allows so many messages of each kind."""
    assert emulator.control.put("/_emulator/templates", json=templates.for_emulator()).status_code == 200

    def buy(openid: str, *, allows: int = 1) -> str:
        emulator.phone(openid=openid)
        for each in templates.TEMPLATES.values():
            if allows:
                emulator.accept(openid, each.template_id, allows)
        return openid

    return buy


@pytest.fixture
def wechat(emulator: Emulator) -> Iterator[LiveWeChat]:
    client = LiveWeChat(
        app_id=DEMO_APP_ID,
        secret=DEMO_SECRET,
        base_url=emulator.url,
        timeouts=(1.0, 1.0),
        guard=phones.refuse_inside_a_transaction,
    )
    yield client
    client.close()


@pytest.fixture
def deliver(app: Flask, wechat: LiveWeChat) -> Callable[[], int]:
    def run(moment: datetime = NOON) -> int:
        with clock.at(moment), app.app_context():
            return outbox.deliver_due(of_process.over(wechat))

    return run


@pytest.fixture
def sweep(app: Flask) -> Callable[[], int]:
    def run(moment: datetime = NOON) -> int:
        with clock.at(moment), app.app_context():
            return reminders.sweep()

    return run
