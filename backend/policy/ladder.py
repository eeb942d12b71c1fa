"""The ladder of reminders (提醒与升级阶梯): at which distance from a due date who hears of it."""

import re
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any, Self

from backend.errors import Invalid

_WRITTEN = re.compile(r"(?:(?P<left>\d{1,3})% left|(?P<distance>[+-]\d{1,3}))", re.ASCII)
_ALL = 100


class Level(StrEnum):
    """How pressing a duty is, mildest first: the colours that counties use, and 督办."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    SUPERVISION = "supervision"


SEVERITY = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: its level, its day, and the recipients (keys of the dictionary `recipients`).

    `when` is `50% left` (so much of the limit is left), `-1` (one day before the due date) or `+1` (the first day that
    is overdue); the days are those of the limit's own unit. `is_inbox_only`: shown in the program, sent to no phone.
    """

    level: Level
    when: str
    tells: tuple[str, ...]
    is_inbox_only: bool = False

    def __post_init__(self) -> None:
        if not _WRITTEN.fullmatch(self.when):
            raise Invalid(f"提醒时点「{self.when}」看不懂：请写成 50% left、-1 或 +1。")

    def distance(self, days: int) -> int:
        """Return this rung's distance from the due date of a limit of `days`: negative is before it."""
        written = _WRITTEN.fullmatch(self.when)
        left = written and written["left"]
        return -(days * int(left) // _ALL) if left else int(self.when)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs, mildest first, the time of day (Asia/Shanghai) at which they speak, and the quiet hours."""

    rungs: tuple[Rung, ...]
    at: time
    quiet_from: time
    quiet_until: time

    def __post_init__(self) -> None:
        ranks = [SEVERITY[rung.level] for rung in self.rungs]
        if ranks != sorted(set(ranks)):
            raise Invalid("提醒级别要从轻到重，每级一次。")
        if not self.quiet_until <= self.at < self.quiet_from:
            raise Invalid("提醒时刻落在免打扰时段里。")

    @classmethod
    def read(cls, values: Any) -> Self:
        """Read a ladder from plain values; raise `Invalid` for whatever does not belong there."""
        try:
            rungs = tuple(
                Rung(Level(rung["level"]), rung["when"], tuple(rung["tells"]), rung.get("is_inbox_only", False))
                for rung in values["rungs"]
                if set(rung) <= {"level", "when", "tells", "is_inbox_only"}
            )
            at, quiet_from, quiet_until = (
                time.fromisoformat(values[name]) for name in ("at", "quiet_from", "quiet_until")
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid(f"提醒阶梯写得不对：{error}") from error
        if len(rungs) != len(values["rungs"]) or set(values) != {"rungs", "at", "quiet_from", "quiet_until"}:
            raise Invalid("提醒阶梯里有不认识的项目。")
        return cls(rungs, at, quiet_from, quiet_until)

    def as_values(self) -> dict[str, Any]:
        """Return what `read` takes."""
        rungs = [
            {
                "level": rung.level.value,
                "when": rung.when,
                "tells": list(rung.tells),
                "is_inbox_only": rung.is_inbox_only,
            }
            for rung in self.rungs
        ]
        times = {"at": self.at, "quiet_from": self.quiet_from, "quiet_until": self.quiet_until}
        return {"rungs": rungs, **{name: moment.isoformat("minutes") for name, moment in times.items()}}
