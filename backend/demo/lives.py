"""What each invented household lives through: which steps, by whom and when; the same seed gives the same lives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import NamedTuple

from backend import clock
from backend.access.permissions import Action, Role
from backend.demo.people import InventedHousehold, households

SEED = 130126
DAYS_BACK = 60
"""How far in the past the first declarations lie."""

WITH_ID_NUMBER, ON_A_PHONE, FOR_SOMEBODY, SLOW = 0.7, 0.04, 0.15, 0.12
"""Shares: who has the ID card at hand, declares on a phone, lets somebody speak for them, and waits too long."""

_OFFICE, _WAKING = (time(8, 40), time(17, 20)), (time(7, 0), time(20, 30))


class Do(NamedTuple):
    """One step: what is done, in whose hat, and with which reason."""

    action: Action
    role: Role
    codes: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is taken at one instant of business time; no two steps of the crowd share an instant."""

    do: Do
    at: datetime


@dataclass(frozen=True, slots=True)
class Life:
    """One household's declaration and what became of it up to now."""

    number: int
    household: InventedHousehold
    declared_at: datetime
    gives_id_number: bool
    is_on_a_phone: bool
    relation: str
    steps: tuple[Step, ...]


ACCEPT = Do(Action.ACCEPT, Role.VILLAGE)
VISIT = Do(Action.FILE_VISIT, Role.VILLAGE, words="已上门看过，和家里人谈了收入、支出和眼下的难处，反映的情况属实。")
NOT_HOME = Do(Action.RESCHEDULE, Role.VILLAGE, words="上门时家里没人，邻居说去县城看病了，约好改天再来。")
ASK = Do(Action.RETURN_FOR_INFORMATION, Role.VILLAGE, ("papers",), "请补一张看病的票据。")
FETCH = Do(Action.SUPPLEMENT, Role.VILLAGE, words="票据已上门取到，复印件留村里。")
FORMALLY = Do(Action.REFUSE_FORMALLY, Role.TOWN_REVIEW, ("not_of_county",), "户口和住处都在邻县，已告诉联系电话。")
PASS_ON = Do(Action.PASS_ON, Role.TOWN_REVIEW)
SEND_BACK = Do(Action.SEND_BACK, Role.TOWN_REVIEW, ("members", "income"), "请再核对家里人口和务工收入。")
REFUSE = Do(Action.REFUSE, Role.TOWN_REVIEW, ("can_cope",), "家里有两人务工，眼前的难处能应对；有变化随时再申报。")
APPROVE = Do(Action.COUNTY_APPROVE, Role.COUNTY_LEAD)
COUNTY_BACK = Do(Action.COUNTY_SEND_BACK, Role.COUNTY_OP, ("papers",), "请附上支出的凭据。")
REJECT = Do(Action.COUNTY_REJECT, Role.COUNTY_LEAD, ("already_secured",), "已有保障，没有新增风险。")
WITHDRAW = Do(Action.WITHDRAW, Role.FARMER, words="孩子回来了，先不用了。")

_CHECKED = (ACCEPT, VISIT)
COURSES: tuple[tuple[int, tuple[Do, ...]], ...] = (
    (30, (*_CHECKED, PASS_ON, APPROVE)),
    (8, (ACCEPT, NOT_HOME, VISIT, PASS_ON, APPROVE)),
    (6, (*_CHECKED, SEND_BACK, VISIT, PASS_ON, APPROVE)),
    (4, (*_CHECKED, PASS_ON, COUNTY_BACK, PASS_ON, APPROVE)),
    (6, (ASK, FETCH, *_CHECKED, PASS_ON, APPROVE)),
    (9, (*_CHECKED, REFUSE)),
    (5, (*_CHECKED, PASS_ON, REJECT)),
    (5, (FORMALLY,)),
    (3, (WITHDRAW,)),
    (2, (ACCEPT, WITHDRAW)),
    # Left where they are: these are the overdue ones, at every desk.
    (6, ()),
    (3, (ASK,)),
    (5, (ACCEPT,)),
    (5, _CHECKED),
    (3, (*_CHECKED, PASS_ON)),
)
"""How many in a hundred households take each course; whatever would lie in the future has not happened yet."""


def lives(count: int, villages: Sequence[str], *, until: datetime) -> Iterator[Life]:
    """Yield the first `count` lives, the earliest declaration first; a larger count only adds lives."""
    crowd = households(SEED, count, villages)
    yield from sorted(
        (_life(number, household, until) for number, household in enumerate(crowd)), key=lambda life: life.declared_at
    )


def _life(number: int, household: InventedHousehold, until: datetime) -> Life:
    random = Random(SEED + number)  # noqa: S311 - invented people are no secret
    # The square root: a few more of late, so that every desk has something that is not yet due.
    days = DAYS_BACK * (1 - random.random() ** 0.5)
    declared_at = _within(random, until - timedelta(days=days), _WAKING)
    if declared_at >= until:
        declared_at -= timedelta(days=1)
    course = random.choices([course for _, course in COURSES], [share for share, _ in COURSES])[0]
    return Life(
        number=number,
        household=household,
        declared_at=declared_at,
        gives_id_number=random.random() < WITH_ID_NUMBER,
        is_on_a_phone=WITHDRAW in course or random.random() < ON_A_PHONE,
        relation=random.choice(("family", "relative", "neighbour")) if random.random() < FOR_SOMEBODY else "self",
        steps=tuple(_steps(random, course, declared_at, until)),
    )


def _steps(random: Random, course: Sequence[Do], since: datetime, until: datetime) -> Iterator[Step]:
    for do in course:
        days = random.uniform(3, 9) if random.random() < SLOW else random.uniform(0, 1.3)
        moment = _within(random, since + timedelta(days=days), _OFFICE)
        # On the same day but earlier: then it is the next day's work.
        since = moment if moment > since else _within(random, since + timedelta(days=1), _OFFICE)
        if since >= until:
            return
        yield Step(do, since)


def _within(random: Random, moment: datetime, hours: tuple[time, time]) -> datetime:
    """Return some instant of the same day in China within these hours, to the microsecond."""
    first, last = (datetime.combine(clock.local(moment).date(), hour, tzinfo=clock.SHANGHAI) for hour in hours)
    return first + timedelta(microseconds=random.randrange(int((last - first) / timedelta(microseconds=1))))
