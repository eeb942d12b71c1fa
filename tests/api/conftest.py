"""A WeChat that phones can sign in with, for tests that come through the front door."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from backend.services import phones
from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET
from tests.wechat.conftest import emulator as emulator
from tests.wechat.emulation import Emulator


@pytest.fixture
def online(app: Flask, emulator: Emulator) -> Iterator[Emulator]:
    """An emulated WeChat that the application talks to."""
    before = app.extensions["settings"]
    known = {"wechat_base_url": emulator.url, "wechat_app_id": DEMO_APP_ID, "wechat_secret": DEMO_SECRET}
    app.extensions["settings"] = replace(before, **known)
    phones.wechat.cache_clear()
    yield emulator
    app.extensions["settings"] = before
    phones.wechat.cache_clear()
