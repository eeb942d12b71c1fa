"""Phones in the WeChat emulator, through its control address: a demonstration goes on without them."""

import time
from dataclasses import dataclass

import requests

from backend import clock

_PATIENCE = 5.0
_BEGINS_WITHIN = 15.0
"""Seconds that the emulator gets to begin: it is started together with whoever looks for it."""


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A phone that somebody who tries the program may look at; the openid is the same after every start."""

    openid: str
    nickname: str
    number: str


class Emulator:
    """The emulator's phones; every call raises `requests.RequestException` when it is away or refuses."""

    def __init__(self, address: str) -> None:
        self._address = f"{address}/_emulator"
        self._http = requests.Session()
        self._http.trust_env = False

    def is_there(self) -> bool:
        """Wait a little until it answers, and say whether it does."""
        deadline = clock.monotonic() + _BEGINS_WITHIN
        while clock.monotonic() < deadline:
            try:
                return self._http.get(f"{self._address}/time", timeout=_PATIENCE).ok
            except requests.ConnectionError:
                time.sleep(0.2)
        return False

    def make(self, phone: DemoPhone) -> None:
        """Make a phone, or find it again."""
        self._post("/phones", openid=phone.openid, nickname=phone.nickname, phone_number=phone.number)

    def allow(self, phone: DemoPhone, template_id: str, times: int) -> None:
        """Let the phone's owner tap "allow" on a message so many times."""
        self._post(f"/phones/{phone.openid}/subscribe", template_ids=[template_id], times=times)

    def _post(self, path: str, **body: object) -> None:
        self._http.post(self._address + path, json=body, timeout=_PATIENCE).raise_for_status()
