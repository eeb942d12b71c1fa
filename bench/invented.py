"""Cases as the services would have left them, worked out without a database, so that a million can be loaded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random

from backend import clock
from backend.access.permissions import Role
from backend.db import first_id_at
from backend.policy.county import county_workdays, policy_of
from backend.workflow.deadlines import due_on
from backend.workflow.procedure import PROCEDURE, Duty, Row
from backend.workflow.states import State

SPAN = 64
"""All rows of one case have ids in a block of so many: a case's other ids follow from its own."""
HOUSEHOLD, PERSON, DECLARATION, TASKS, EVENTS, LINES, VISIT, AUDIT, DIGESTS = 2, 3, 4, 8, 16, 24, 32, 40, 48
"""Where in a block which rows lie; kinds with several rows have eight places."""
DAYS = 60
"""Over how many days the cases came in."""

Shares = Sequence[tuple[tuple[str, ...], int]]
SHARES: Shares = (
    ((), 45),
    (("accept",), 25),
    (("accept", "file_visit"), 20),
    (("accept", "file_visit", "pass_on"), 6),
    (("accept", "file_visit", "pass_on", "county_approve"), 3),
    (("accept", "file_visit", "refuse"), 1),
)
"""How far cases have come, in a hundred: most wait in the village, few have reached the county."""
READY_TO_DECIDE: Shares = (
    ((), 10),
    (("accept",), 10),
    (("accept", "file_visit"), 75),
    (("accept", "file_visit", "pass_on"), 5),
)
"""The same where many wait for the township, which the bench lets decide."""
BUSY_VILLAGE_SHARE = 0.04
"""One village has so large a part of everything that its queue is many pages long even in a small county."""


@dataclass(frozen=True, slots=True)
class Desks:
    """Who acts in the invented cases: ids of staff and of phones."""

    village: int
    township: int
    county: int
    accounts: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True)
class InventedCase:
    """What is decided by chance about one case; every row of it follows from this."""

    id: int
    village: str
    name: str
    risk: str
    account: int
    steps: tuple[Row, ...]
    entered_at: datetime

    @property
    def state(self) -> State:
        """Where its steps have brought it."""
        return self.steps[-1].reaches or State.DECLARED if self.steps else State.DECLARED

    def at(self, step: int) -> datetime:
        """Return when a step was taken: a day after the one before; step 0 is the declaration."""
        return self.entered_at + timedelta(days=step)


SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "建国秀英桂兰志强玉珍海燕春梅文军红霞永福"
_STEPS: dict[str, Row] = {row.action: row for row in PROCEDURE}
_LONGEST = 5


def invent(
    count: int,
    villages: Sequence[str],
    *,
    until: datetime,
    accounts: Sequence[int] = (1,),
    shares: Shares = SHARES,
    seed: int = 20260228,
) -> Iterator[InventedCase]:
    """Invent so many cases, the oldest first; the same call invents the same ones."""
    chance = Random(seed)
    began = until.replace(microsecond=0) - timedelta(days=DAYS + _LONGEST)
    gap = timedelta(days=DAYS) / count
    ways = [tuple(_STEPS[name] for name in names) for names, _ in shares]
    weights = [share for _, share in shares]
    for serial in range(count):
        entered = began + gap * serial
        entered = entered.replace(microsecond=entered.microsecond // 1000 * 1000)
        village = villages[0] if chance.random() < BUSY_VILLAGE_SHARE else chance.choice(villages)
        yield InventedCase(
            id=first_id_at(entered),
            village=village,
            name=chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN),
            risk=chance.choice(("housing", "illness", "disaster")),
            account=accounts[serial % len(accounts)],
            steps=chance.choices(ways, weights)[0],
            entered_at=entered,
        )


@lru_cache(maxsize=4096)
def due(county: str, limit_key: str, opened_on: date) -> tuple[date, bool]:
    """Return when a duty opened on this day is due in the county, by its first rules."""
    found = due_on(opened_on, policy_of(county, 1).limit(limit_key), county_workdays(county))
    return found.on, found.provisional


@lru_cache(maxsize=65_536)
def business_day(moment: datetime) -> date:
    """Return the date in China."""
    return clock.local(moment).date()


@lru_cache(maxsize=65_536)
def moment(value: datetime) -> str:
    """Write an instant as both databases keep it."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def owner(duty: Duty, village: str) -> str:
    """Return the place that owes a duty for a family of this village."""
    return village[: {Role.VILLAGE: 12, Role.TOWN_REVIEW: 9, Role.COUNTY_LEAD: 6}[duty.role]]
