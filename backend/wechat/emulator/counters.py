"""Counts calls by minute and day, and refuses those over WeChat's quotas."""

from collections.abc import Mapping
from datetime import date

from backend import clock
from backend.wechat.emulator.config import QUOTAS, Quota
from backend.wechat.emulator.refusals import Refusal


class Counters:
    """How often each endpoint was called in this minute (real time) and on this day (business time)."""

    def __init__(self) -> None:
        self._quotas: dict[str, Quota] = dict(QUOTAS)
        self._counts: dict[tuple[str, object], int] = {}
        self._minute = 0

    def set_quotas(self, quotas: Mapping[str, Quota]) -> None:
        """Replace the quotas of some endpoints."""
        self._quotas.update(quotas)

    def take(self, endpoint: str, today: date) -> None:
        """Count a call; raises `Refusal` 45011 over the minute's quota and 45009 over the day's."""
        quota = self._quotas.get(endpoint, Quota())
        self.take_of(endpoint, quota.per_minute)
        if self._add((endpoint, today)) > (quota.per_day or float("inf")):
            raise Refusal(45009)

    def take_of(self, name: str, per_minute: int | None) -> None:
        """Count something else by the minute, such as one person's sign-ins."""
        minute = int(clock.real_now().timestamp() // 60)
        if minute != self._minute:
            self._minute = minute
            self._counts = {key: count for key, count in self._counts.items() if isinstance(key[1], date)}
        if self._add((name, minute)) > (per_minute or float("inf")):
            raise Refusal(45011)

    def _add(self, key: tuple[str, object]) -> int:
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key]
