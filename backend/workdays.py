"""Which days people work: the State Council's calendar with its make-up days, and the county's own on top."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from holidays import country_holidays

OFFICIAL_UNTIL = 2026
"""The last year whose days off the State Council has published (each November, for the year to come)."""

ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Workdays:
    """A county's calendar. A day in `overrides` works (True) or rests (False), whatever the statutory calendar says.

    After `official_until` only the statutory holidays are known; the make-up days are not, so that every date that
    rests on such a year is provisional and is computed again when the notice is out.
    """

    overrides: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))
    official_until: int = OFFICIAL_UNTIL

    def is_workday(self, day: date) -> bool:
        """Say whether offices work on this day."""
        own = self.overrides.get(day) if self.overrides else None
        return day not in rest_days(day.year) if own is None else own

    def is_provisional(self, *days: date) -> bool:
        """Say whether any of these days lies in a year that is not yet published."""
        return any(day.year > self.official_until for day in days)

    def next_workday(self, day: date) -> date:
        """Return the first working day after `day`."""
        day += ONE_DAY
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def previous_workday(self, day: date) -> date:
        """Return the last working day before `day`."""
        day -= ONE_DAY
        while not self.is_workday(day):
            day -= ONE_DAY
        return day

    def why(self, day: date) -> str:
        """Say in a few Chinese words why this day works or rests, e.g. `国庆节` or `周末调休上班`."""
        if day in self.overrides:
            return "县里安排上班" if self.overrides[day] else "县里安排休息"
        if self.is_workday(day):
            return "调休上班" if day.weekday() >= _SATURDAY else "工作日"
        return holiday_name(day) or "周末"


@cache
def rest_days(year: int) -> frozenset[date]:
    """Return the days of one year on which offices rest: weekends and days off, less the make-up days."""
    calendar = country_holidays("CN", years=year)
    days = (date(year, 1, 1) + ONE_DAY * n for n in range(366))
    return frozenset(day for day in days if day.year == year and not calendar.is_working_day(day))


@cache
def _names(year: int) -> Mapping[date, str]:
    return dict(country_holidays("CN", years=year, language="zh_CN"))


def holiday_name(day: date) -> str | None:
    """Return the Chinese name of a statutory day off, e.g. `国庆节`; None on a plain weekend or a working day."""
    return _names(day.year).get(day)


@cache
def spring_festival(year: int) -> date | None:
    """Return the first day of 春节 in a year, as far as the calendar knows it: families away are at home around it."""
    return min((day for day, name in _names(year).items() if "春节" in name), default=None)
