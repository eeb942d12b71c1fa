"""Every call that reached the emulator, with its outcome: the newest in memory, all of them in a log file."""

import json
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_KEPT: Final = 50_000
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes after which the log file starts anew; the one before is kept beside it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One call: `outcome` is an errcode as text, "http 500", or what happened to the connection.

    `done` says whether the effect took place, whatever the caller was told.
    """

    number: int
    at: str
    endpoint: str
    outcome: str
    done: bool
    openid: str | None
    template_id: str | None
    msgid: str | None
    data: object


class History:
    """The calls in order; holds no token, secret or code."""

    def __init__(self, folder: Path | None) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._count = 0
        self._path = folder / "history.jsonl" if folder else None

    def add(
        self,
        at: str,
        endpoint: str,
        outcome: str,
        *,
        done: bool,
        about: tuple[str | None, str | None, str | None, object],
    ) -> None:
        """Record a call; `about` is openid, template, msgid and data, as far as they are known."""
        self._count += 1
        openid, template_id, msgid, data = about
        entry = Entry(self._count, at, endpoint, outcome, done, openid, template_id, msgid, data)
        self._entries.append(entry)
        if self._path:
            self._turn_over(self._path)
            with self._path.open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")

    def since(self, number: int, endpoint: str | None, openid: str | None, most: int) -> list[dict[str, object]]:
        """Return calls after a number, oldest first, of one endpoint or account if given."""
        found = (
            asdict(entry)
            for entry in self._entries
            if entry.number > number and endpoint in {None, entry.endpoint} and openid in {None, entry.openid}
        )
        return [entry for entry, _ in zip(found, range(most), strict=False)]

    @staticmethod
    def _turn_over(path: Path) -> None:
        if path.exists() and path.stat().st_size > _LARGEST:
            path.replace(path.with_suffix(".old.jsonl"))
