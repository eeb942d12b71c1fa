"""When a department's delivery is due: every so many days, on days of the month, or at once (seed 004, domain 4.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from backend.errors import Invalid

AT_ONCE = "at_once"
LATEST_IN_EVERY_MONTH = 28
_EVERY = re.compile(r"([1-9][0-9]?)d")
_MARKS = re.compile(r"[0-9]{1,2}(?:,[0-9]{1,2})*")
_SEASON = re.compile(r"(\d\d)-(\d\d)\.\.(\d\d)-(\d\d)")
_MONDAY = date(2024, 1, 1)
"""Where the counting of every so many days begins: seven days are then the weeks of the calendar."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One rhythm. Exactly one of `every` (days), `marks` (days of the month) and `season` says when something is due.

    A season is pushed at once while it lasts; that there was nothing is said once, on its last day. None of them: at
    once, and nothing is ever due.
    """

    every: int = 0
    marks: tuple[int, ...] = ()
    season: tuple[int, int, int, int] | None = None

    @classmethod
    def of(cls, topic: str, dictionaries: Mapping[str, Mapping[str, str]]) -> Self:
        """Return the rhythm that a county's rules give a topic of alerts."""
        return cls.parse(dictionaries["alert_rhythm_days"][dictionaries["alert_rhythms"][topic]])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `7d`, `1,11,21`, `at_once` or `09-01..10-31`; raises `Invalid`."""
        if text == AT_ONCE:
            return cls()
        if found := _EVERY.fullmatch(text):
            return cls(every=int(found[1]))
        if _MARKS.fullmatch(text):
            marks = tuple(sorted({int(each) for each in text.split(",")}))
            if marks[0] >= 1 and marks[-1] <= LATEST_IN_EVERY_MONTH:
                return cls(marks=marks)
        if found := _SEASON.fullmatch(text):
            try:
                begin, end = date(2024, int(found[1]), int(found[2])), date(2024, int(found[3]), int(found[4]))
            except ValueError:
                begin, end = date.max, date.min
            if begin < end:
                return cls(season=(begin.month, begin.day, end.month, end.day))
        raise Invalid("频率要写成 7d、1,11,21（每月几号，最大28）、at_once 或 09-01..10-31。")

    def due_within(self, first: date, last: date) -> list[tuple[date, date]]:
        """Return every delivery due from `first` to `last`: the first day of its period, and the day it is due on."""
        if self.every:
            return self._every(first, last)
        if self.season:
            return self._seasons(first, last)
        return [(self._mark_before(day), day) for day in _days(first, last) if day.day in self.marks]

    def _every(self, first: date, last: date) -> list[tuple[date, date]]:
        step = timedelta(days=self.every)
        days = (first - _MONDAY).days
        begin = _MONDAY + step * (days // self.every - 1)
        found = []
        while (due := begin + step - timedelta(days=1)) <= last:
            if due >= first:
                found.append((begin, due))
            begin += step
        return found

    def _seasons(self, first: date, last: date) -> list[tuple[date, date]]:
        month, day, until_month, until_day = self.season or (1, 1, 1, 1)
        found = [
            (date(year, month, day), date(year, until_month, until_day)) for year in range(first.year, last.year + 1)
        ]
        return [(begin, due) for begin, due in found if first <= due <= last]

    def _mark_before(self, due: date) -> date:
        """Return the first day after the mark before this one's: what was handed in on that day is not asked twice."""
        earlier = due - timedelta(days=1)
        while earlier.day not in self.marks:
            earlier -= timedelta(days=1)
        return earlier


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]
