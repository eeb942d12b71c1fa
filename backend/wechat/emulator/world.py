"""The emulated WeChat's whole state: one lock, one clock, and the parts that the endpoints work on."""

import json
import secrets
import threading
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from backend import clock
from backend.wechat.emulator.config import Config
from backend.wechat.emulator.counters import Counters
from backend.wechat.emulator.credentials import AccessTokens, Codes
from backend.wechat.emulator.faults import Faults
from backend.wechat.emulator.history import History
from backend.wechat.emulator.pushes import Pusher
from backend.wechat.emulator.refusals import Refusal
from backend.wechat.emulator.store import Phone, Store

AppKind = Literal["mini", "service"]
_OFFSET = "offset_seconds"
_PAGES = "pages"


class World:
    """Everything there is; whoever reads or changes it holds `lock`, and nobody waits while holding it."""

    def __init__(self, config: Config) -> None:
        if config.folder:
            config.folder.mkdir(parents=True, exist_ok=True)
        self.config = config
        self.lock = threading.RLock()
        self.store = Store(config.folder)
        self.tokens = AccessTokens()
        self.login_codes = Codes()
        self.phone_codes = Codes()
        self.faults = Faults()
        self.history = History(config.folder)
        self.counters = Counters()
        self.pusher = Pusher(config.push, config.app_id) if config.push else None
        self._last_event: dict[str, int] = {}

    def close(self) -> None:
        """Stop pushing and close the file."""
        if self.pusher:
            self.pusher.close()
        self.store.close()

    def now(self) -> datetime:
        """Return business time: the backend's demo clock, as far as it was told; tokens live in real time."""
        return clock.real_now() + timedelta(seconds=self.offset)

    def today(self) -> date:
        """Return the business date in China, on which quotas are counted."""
        return clock.local(self.now()).date()

    @property
    def offset(self) -> int:
        """How many seconds business time runs ahead."""
        return int(self.store.setting(_OFFSET, "0"))

    @offset.setter
    def offset(self, seconds: int) -> None:
        self.store.set_setting(_OFFSET, str(seconds))

    @property
    def pages(self) -> list[str]:
        """The pages of the released mini-program; none known means that any well-formed path is one."""
        pages: list[str] = json.loads(self.store.setting(_PAGES, "[]"))
        return pages

    @pages.setter
    def pages(self, pages: Iterable[str]) -> None:
        self.store.set_setting(_PAGES, json.dumps(list(pages)))

    def app_kind(self, app_id: str, secret: str) -> AppKind:
        """Return which app these credentials open; raises `Refusal` as WeChat would."""
        if not app_id:
            raise Refusal(41002)
        if not secret:
            raise Refusal(41004)
        kinds: dict[str, AppKind] = {self.config.app_id: "mini", self.config.service_app_id: "service"}
        if app_id not in kinds:
            raise Refusal(40013)
        if not secrets.compare_digest(secret.encode(), self.config.secret.encode()):
            raise Refusal(40125)
        return kinds[app_id]

    def require(self, kind: AppKind, token: str) -> None:
        """Check an access token; raises `Refusal` 48001 if it is of the other app."""
        wanted = self.config.app_id if kind == "mini" else self.config.service_app_id
        if self.tokens.app_of(token) != wanted:
            raise Refusal(48001)

    def phone(self, openid: object) -> Phone:
        """Return the phone with an openid of the mini-program; raises `Refusal` 40003."""
        phone = self.store.phone(openid) if isinstance(openid, str) else None
        if phone is None:
            raise Refusal(40003)
        return phone

    def event_time(self, openid: str) -> int:
        """Return the second of a person's next event: nobody taps twice within one, so events are told apart by it."""
        at = max(int(self.now().timestamp()), self._last_event.get(openid, 0) + 1)
        self._last_event[openid] = at
        return at
