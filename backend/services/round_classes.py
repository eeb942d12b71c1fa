"""By which rule a household is visited, and whether its turn comes before a month is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from backend import clock
from backend.policy import Policy
from backend.policy.county import county_workdays, current_policy
from backend.workdays import ONE_DAY, Workdays, spring_festival
from backend.workflow.watching import WATCHED, Standing

MONITORED, REMOVED, MUST, LIFTED, AWAY, ORDINARY = "V_MON", "V_REMOVED", "V_MUST", "V_LIFTED", "V_AWAY", "V_ORDINARY"
NOTICE_DAYS = 3
"""Who comes in the middle of a month has so many days before the first of its visits is due."""
MONTHLY = range(28, 32)
"""A turn of so many days is once in every calendar month: thirty days from 30 January would pass February over."""
LIFTED_KINDS = frozenset({"lifted", "lifted_unstable"})


class Seen(NamedTuple):
    """What a turn is read from."""

    id: int
    grid_code: str | None
    head_name: str
    kind: str
    watched: str | None
    turn: int | None
    is_lifted: bool | None
    is_away: bool | None
    tags: list[Any] | None
    last_on: date | None
    made_for: str | None
    found_on: date | None


@dataclass(frozen=True)
class Month:
    """One month of one county, as its visits are spread."""

    name: str
    first: date
    last: date
    policy: Policy
    workdays: Workdays

    @classmethod
    def of(cls, county: str, day: date) -> "Month":
        """Return the month of a day under the rules of today."""
        first = day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - ONE_DAY
        return cls(first.strftime("%Y-%m"), first, last, current_policy(county), county_workdays(county))

    def days(self, busy: Iterable[tuple[date, date]]) -> list[date]:
        """Return the days on which visits may fall: what is left of the month's working days, out of busy weeks.

        None is left for who comes at the month's end: their turn is in the next.
        """
        begin = max(self.first, self._earliest(clock.today()))
        every = _days(begin, self.last + ONE_DAY)
        working = [day for day in every if self.workdays.is_workday(day)] or every
        spans = list(busy)
        free = [day for day in working if not any(a <= day <= b for a, b in spans)]
        return free or working

    def _earliest(self, today: date) -> date:
        """Return the first day on which a visit may be due: who comes later in the month has a few days' notice."""
        is_begun = any(self.workdays.is_workday(day) for day in _days(self.first, today))
        return today + timedelta(days=NOTICE_DAYS) if is_begun else today


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days)]


def class_of(seen: Any, policy: Policy) -> str:
    """Return by which limit a household is visited: watched first, the shortest turn of those that fit."""
    if seen.watched in set(WATCHED):
        return AWAY if seen.is_away else MONITORED
    if seen.watched == Standing.REMOVED:
        return REMOVED
    if seen.is_away:
        return AWAY
    fitting = [MUST] if seen.tags else []
    fitting += [LIFTED] if seen.is_lifted or seen.kind in LIFTED_KINDS else [ORDINARY]
    return min(fitting, key=lambda key: policy.limits[key].days)


def is_newly_found(seen: Seen, month: Month) -> bool:
    """Say whether somebody comes anyhow: a family found this month, and not watched yet, gets its home check.

    Only this month: nobody is left unvisited because a case lies where it is.
    """
    return seen.found_on is not None and seen.found_on >= month.first and seen.watched not in set(WATCHED)


def is_due(seen: Seen, key: str, month: Month) -> bool:
    """Say whether a household's turn comes before the month is over; one who was never visited is due at once."""
    if seen.last_on is None or is_first_away(seen, month):
        return True
    days = month.policy.limits[key].days
    if days in MONTHLY:
        return seen.last_on < month.first
    return seen.last_on + timedelta(days=days) <= month.last


def is_first_away(seen: Seen, month: Month) -> bool:
    """Families away are at home around 春节: they are visited then, whenever they were telephoned last (P26)."""
    festival = spring_festival(month.first.year)
    if not seen.is_away or festival is None:
        return False
    around = timedelta(days=month.policy.numbers["first_away_days"])
    return month.first <= festival + around and festival - around <= month.last
