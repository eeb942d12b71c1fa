"""How long somebody has: a number of days, calendar or working; hours are never counted."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from backend.errors import Invalid

LONGEST_DAYS = 3660
_WRITTEN = re.compile(r"(?P<days>\d{1,4})(?P<unit>d|wd)(?P<rolls> roll)?", re.ASCII)


class Unit(StrEnum):
    """What a limit counts: every day (自然日), or the days on which offices work (工作日)."""

    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of some days, counted from the day after its event (民法典 201).

    `rolls`: a calendar limit that ends on a rest day moves on to the next working day (民法典 203), as a farmer's own
    terms do; a duty of an office stays. A limit of 0 days ends on the day of its event.
    """

    days: int
    unit: Unit = Unit.CALENDAR
    rolls: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.days <= LONGEST_DAYS:
            raise Invalid(f"时限要在 0 到 {LONGEST_DAYS} 天之间，现在是 {self.days} 天。")
        if self.rolls and self.unit is Unit.WORKING:
            raise Invalid("工作日时限不会落在休息日，不用写 roll。")

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read `15d` (calendar days), `2wd` (working days) or `5d roll`.

        Raise `Invalid` for anything else: other units, hours, signs, fractions, spaces.
        """
        written = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
        if written is None:
            raise Invalid(f"时限「{text}」看不懂：请写成 15d（自然日）、2wd（工作日）或 5d roll（遇休息日顺延）。")
        unit = Unit.WORKING if written["unit"] == "wd" else Unit.CALENDAR
        return cls(int(written["days"]), unit, rolls=written["rolls"] is not None)

    def __str__(self) -> str:
        suffix = "wd" if self.unit is Unit.WORKING else "d"
        return f"{self.days}{suffix}{' roll' if self.rolls else ''}"

    @property
    def in_words(self) -> str:
        """Say it as people do: `15 天`, `2 个工作日`."""
        return f"{self.days} 个工作日" if self.unit is Unit.WORKING else f"{self.days} 天"
