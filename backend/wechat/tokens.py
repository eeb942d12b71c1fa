"""Keeps one access token for all processes in Redis, refreshed by one of them at a time; in memory if Redis is away."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field

from redis import Redis
from redis.exceptions import RedisError

from backend import clock
from backend.wechat.errors import WeChatError

_LIFE = 7200
"""Seconds for which WeChat makes a token; one handed out again has less of them left, and says so."""
_EARLY = 300
"""Seconds before its end at which a token is given up; WeChat's new token is valid beside the old one for that long."""
_REMEMBERED = 24 * 3600
"""Seconds for which Redis knows a token beyond its end, so that the age of one that nobody renews is measured."""
_DOUBT = 60
"""Seconds for which a token is kept although it was refused, after WeChat itself insisted on it."""
_REST = 2.0
"""Seconds after a failed refresh in which the others fail too, instead of queueing for the same timeout."""
_TURN = 15_000
"""Milliseconds after which the lock of a process that died is free again; longer than a call can take."""
_PATIENCE = 12.0
_AWAY = 5.0
"""Seconds for which a Redis that failed is left alone, so that its own retries do not delay every message."""
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


@dataclass(frozen=True, slots=True)
class Fresh:
    """A token as WeChat just gave it; `lasts` in seconds."""

    token: str = field(repr=False)
    lasts: int


@dataclass(frozen=True, slots=True)
class _Held:
    token: str = field(repr=False)
    until: float
    insisted_until: float = 0.0


class Tokens:
    """The access token of one app, shared through Redis; any number of threads and processes fetch it once.

    `current` and `replace` take the function that asks WeChat and let its `WeChatError` pass.
    """

    def __init__(self, app_id: str, redis: Redis | None) -> None:
        self._redis = redis
        self._key = f"wechat:token:{app_id}"
        self._lock_key = f"wechat:token-lock:{app_id}"
        self._lock = threading.Lock()
        self._own: _Held | None = None
        self._failed: tuple[float, WeChatError] | None = None
        self._away_until = 0.0

    def current(self, fetch: Callable[[], Fresh]) -> str:
        """Return the token that all processes use now, fetching it if there is none."""
        return self._obtain(None, fetch)

    def replace(self, refused: str, fetch: Callable[[], Fresh]) -> str:
        """Return another token than the refused one, unless WeChat insists on it; whoever comes first fetches it."""
        return self._obtain(refused, fetch)

    def age(self) -> float | None:
        """Return how many seconds ago WeChat made the token that all processes share, used or not; None without one."""
        held = self._read()
        return _LIFE - (held.until - clock.real_now().timestamp()) if held is not None else None

    def _obtain(self, refused: str | None, fetch: Callable[[], Fresh]) -> str:
        found = self._usable(refused)
        if found:
            return found
        with self._lock, self._turn(refused):
            return self._usable(refused) or self._refresh(refused, fetch)

    def _refresh(self, refused: str | None, fetch: Callable[[], Fresh]) -> str:
        if self._failed and clock.monotonic() < self._failed[0]:
            raise self._failed[1].advising(self._failed[1].advice)
        try:
            fresh = fetch()
        except WeChatError as error:
            self._failed = (clock.monotonic() + _REST, error)
            raise
        self._failed = None
        now = clock.real_now().timestamp()
        insisted = now + _DOUBT if fresh.token == refused else 0.0
        self._write(_Held(fresh.token, now + fresh.lasts, insisted), fresh.lasts + _REMEMBERED)
        return fresh.token

    def _usable(self, refused: str | None) -> str | None:
        held = self._read()
        now = clock.real_now().timestamp()
        if held is None or held.until - now <= _EARLY:
            return None
        return held.token if held.token != refused or now < held.insisted_until else None

    def _shared(self) -> Redis | None:
        return self._redis if clock.monotonic() >= self._away_until else None

    def _leave_alone(self) -> None:
        self._away_until = clock.monotonic() + _AWAY

    def _read(self) -> _Held | None:
        redis = self._shared()
        if redis is None:
            return self._own
        try:
            kept = redis.get(self._key)
        except RedisError:
            self._leave_alone()
            return self._own
        return _Held(**json.loads(kept)) if isinstance(kept, (str, bytes)) else None

    def _write(self, held: _Held, seconds: int) -> None:
        self._own = held
        redis = self._shared()
        if redis is not None:
            with suppress(RedisError):
                redis.set(self._key, json.dumps(asdict(held)), ex=seconds)

    @contextmanager
    def _turn(self, refused: str | None) -> Iterator[None]:
        """Hold the lock of all processes, or go on without it once another one has done the work or Redis is away."""
        mine = secrets.token_hex(8)
        held = self._wait_for_turn(mine, refused)
        try:
            yield
        finally:
            redis = self._shared()
            if held and redis is not None:
                with suppress(RedisError):
                    redis.eval(_RELEASE, 1, self._lock_key, mine)

    def _wait_for_turn(self, mine: str, refused: str | None) -> bool:
        give_up = clock.monotonic() + _PATIENCE
        while (redis := self._shared()) is not None and clock.monotonic() < give_up:
            try:
                if redis.set(self._lock_key, mine, nx=True, px=_TURN):
                    return True
            except RedisError:
                self._leave_alone()
                return False
            if self._usable(refused):
                return False
            time.sleep(0.05)
        return False
