"""What families of a neglected county live through, for tests: the demonstration itself is a county that works well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from backend import clock
from backend.access.permissions import Action, Role
from backend.demo.people import InventedHousehold, households
from tests.admin.neglected_courses import COURSES, ONLY_CLUES, WATCHED, WITHDRAW, Do, Pace

SEED = 130126
DAYS_BACK = 45
"""How far in the past the first declarations lie."""

LONG_AGO = (260.0, 340.0)
"""So many days in the past began families whose visits, measures and ways out are to be seen."""

FIRST_LONG_AGO, PEOPLE_LONG_AGO = 1_000_000, 1_500_000
"""Numbers of lives and serial numbers of people that no crowd of a demonstration reaches."""

WITH_ID_NUMBER, ON_A_PHONE, FOR_SOMEBODY, AS_A_CLUE, SLOW = 0.7, 0.04, 0.15, 0.2, 0.05
"""Shares: who has the ID card at hand, declares on a phone, lets somebody speak for them, is found by others, and the
steps that wait too long."""

ON_PAPER, ON_THE_PHONE = "self_paper", "self_mp"
CLUES: tuple[tuple[str, Role], ...] = (
    ("visit_find", Role.VILLAGE),
    ("mass", Role.VILLAGE),
    ("grid_find", Role.VILLAGE),
    ("dept_alert", Role.TOWN_REVIEW),
    ("platform", Role.TOWN_REVIEW),
    ("petition", Role.TOWN_REVIEW),
    ("inspect", Role.TOWN_REVIEW),
    ("linked", Role.TOWN_REVIEW),
)
"""Channels by which others find a family, and who enters them."""

NOTICE_DAYS = 5
"""The full days of a notice under the demonstration's preset."""

SITS_EVERY = 3
"""A village sits on every third day; whatever waits for it then is one sitting."""

_OFFICE, _WAKING, _MIDNIGHT = (time(8, 40), time(17, 20)), (time(7, 0), time(20, 30)), (time(0, 0), time(0, 20))
_HOURS = {Pace.CONSULTATION: time(15), Pace.CALL: time(16), Pace.MEETING: time(16, 30)}
_SHEETS_HANG, _SHEETS_COME_DOWN, _COUNTY_SITS = time(8, 45), time(9, 15), time(10, 30)
_AT_ONCE = (2, 25)
_LATELY = 0.4
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is taken at one instant of business time; only a sitting, a sheet or a batch is shared."""

    do: Do
    at: datetime


@dataclass(frozen=True, slots=True)
class Life:
    """One household's beginning, by which channel and by whose hand, and what became of it up to now."""

    number: int
    household: InventedHousehold
    declared_at: datetime
    channel: str
    entered_by: Role
    gives_id_number: bool
    is_on_a_phone: bool
    relation: str
    steps: tuple[Step, ...]


def lives(count: int, villages: Sequence[str], *, until: datetime) -> Iterator[Life]:
    """Yield the first `count` lives, the earliest declaration first; a larger count only adds lives."""
    crowd = households(SEED, count, villages)
    places = {code: place for place, code in enumerate(villages)}
    yield from sorted(
        (_life(number, household, places[household.village_code], until) for number, household in enumerate(crowd)),
        key=lambda life: life.declared_at,
    )


def long_ago(count: int, villages: Sequence[str], *, until: datetime) -> Iterator[Life]:
    """Yield families of these villages that came on paper long ago and were included without a hitch."""
    if not count:
        return
    crowd = households(SEED + 1, count, villages, first=PEOPLE_LONG_AGO)
    for number, household in enumerate(crowd, start=FIRST_LONG_AGO):
        random = Random(SEED + number)
        declared_at = _within(random, until - timedelta(days=random.uniform(*LONG_AGO)), _WAKING)
        pacer = _Pacer(random, number % len(villages))
        yield Life(
            number=number,
            household=household,
            declared_at=declared_at,
            channel=ON_PAPER,
            entered_by=Role.VILLAGE,
            gives_id_number=True,
            is_on_a_phone=False,
            relation="self",
            steps=tuple(pacer.steps(WATCHED, declared_at, until)),
        )


def _life(number: int, household: InventedHousehold, place: int, until: datetime) -> Life:
    random = Random(SEED + number)
    # More of late, so that every desk has something that is not yet due.
    days = DAYS_BACK * (1 - random.random() ** _LATELY)
    declared_at = _within(random, until - timedelta(days=days), _WAKING)
    if declared_at >= until:
        declared_at -= timedelta(days=1)
    course = random.choices([course for _, course in COURSES], [share for share, _ in COURSES])[0]
    was_found = any(do.action in ONLY_CLUES for do in course)
    is_on_a_phone = WITHDRAW in course or (random.random() < ON_A_PHONE and not was_found)
    is_clue = was_found or random.random() < AS_A_CLUE
    channel, entered_by = (ON_THE_PHONE, Role.FARMER) if is_on_a_phone else (ON_PAPER, Role.VILLAGE)
    if is_clue and not is_on_a_phone:
        channel, entered_by = random.choice(CLUES)
    return Life(
        number=number,
        household=household,
        declared_at=declared_at,
        channel=channel,
        entered_by=entered_by,
        gives_id_number=random.random() < WITH_ID_NUMBER,
        is_on_a_phone=is_on_a_phone,
        relation=random.choice(("family", "relative", "neighbour")) if random.random() < FOR_SOMEBODY else "self",
        steps=tuple(_Pacer(random, place).steps(course, declared_at, until)),
    )


class _Pacer:
    """Puts a course's steps on days and hours, one after the other."""

    def __init__(self, random: Random, place: int) -> None:
        self._random, self._place = random, place
        self._posted_on: date | None = None

    def steps(self, course: Sequence[Do], since: datetime, until: datetime) -> Iterator[Step]:
        """Yield the steps that lie in the past."""
        for do in course:
            since = self._moment(do, since)
            if since >= until:
                return
            if do.action is Action.POST_NOTICE:
                self._posted_on = clock.local(since).date()
            yield Step(do, since)

    def _moment(self, do: Do, since: datetime) -> datetime:
        pace, today = do.pace, clock.local(since).date()
        if pace is Pace.AT_ONCE:
            return since + timedelta(minutes=self._random.uniform(*_AT_ONCE))
        if pace is Pace.NIGHT:
            first = (self._posted_on or today) + timedelta(days=NOTICE_DAYS + 1)
            return _within_day(self._random, max(first, today + timedelta(days=1)), _MIDNIGHT)
        if pace is Pace.MORNING_AFTER:
            return self._shared(today, _SHEETS_COME_DOWN)
        slow = self._random.random() < SLOW
        if pace in _HOURS:
            return self._sitting(since, _HOURS[pace], late=slow)
        if pace is Pace.SHEET and not slow:
            return self._shared(today + timedelta(days=1), _SHEETS_HANG)
        if pace is Pace.COUNTY_SITTING:
            return self._county_sitting(since + timedelta(days=4 if slow else 0))
        return self._at_a_desk(since, slow=slow and pace is not Pace.PROMPT)

    def _at_a_desk(self, since: datetime, *, slow: bool) -> datetime:
        days = self._random.uniform(3, 9) if slow else self._random.uniform(0, 1)
        moment = _within(self._random, since + timedelta(days=days), _OFFICE)
        # On the same day but earlier: then it is the next day's work.
        return moment if moment > since else _within(self._random, since + timedelta(days=1), _OFFICE)

    def _sitting(self, since: datetime, hour: time, *, late: bool) -> datetime:
        day = clock.local(since).date() + timedelta(days=SITS_EVERY if late else 0)
        while (day.toordinal() + self._place) % SITS_EVERY or self._shared(day, hour) <= since:
            day += timedelta(days=1)
        return self._shared(day, hour)

    def _county_sitting(self, since: datetime) -> datetime:
        day = clock.local(since).date()
        while day.weekday() >= _SATURDAY or _at(day, _COUNTY_SITS) <= since:
            day += timedelta(days=1)
        return _at(day, _COUNTY_SITS)

    def _shared(self, day: date, hour: time) -> datetime:
        """Return the village's own second of that hour: its families share it, and no other village's do."""
        return _at(day, hour) + timedelta(seconds=self._place)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=clock.SHANGHAI)


def _within(random: Random, moment: datetime, hours: tuple[time, time]) -> datetime:
    """Return some instant of the same day in China within these hours, to the microsecond."""
    return _within_day(random, clock.local(moment).date(), hours)


def _within_day(random: Random, day: date, hours: tuple[time, time]) -> datetime:
    first, last = (_at(day, hour) for hour in hours)
    return first + timedelta(microseconds=random.randrange(int((last - first) / timedelta(microseconds=1))))
