"""A provider of text messages for tests, and the channels of an installation that has it."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask

from backend import clock
from backend.services import outbox, phones
from backend.services.channels import of_process
from backend.sms.aliyun import Aliyun
from backend.sms.signing import Key
from backend.wechat.live import LiveWeChat
from tests.jobs.conftest import NOON
from tests.sms.standin import KEY_ID, SECRET, SIGN_NAME, StandIn, running


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with running() as found:
        yield found


@pytest.fixture
def deliver_with_texts(app: Flask, wechat: LiveWeChat, provider: StandIn) -> Iterator[Callable[..., int]]:
    """Deliver with subscribe messages and text messages open, the service account closed."""
    key = Key(KEY_ID, SECRET)
    guard = phones.refuse_inside_a_transaction
    sms = Aliyun(key, SIGN_NAME, base_url=provider.url, timeouts=(1.0, 1.0), guard=guard)

    def run(moment: datetime = NOON) -> int:
        with clock.at(moment), app.app_context():
            return outbox.deliver_due(of_process.over(wechat, sms=sms))

    yield run
    sms.close()
