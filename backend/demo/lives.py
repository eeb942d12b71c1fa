"""What each invented household lives through: which steps, by whom and when; the same seed gives the same lives."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from backend import clock
from backend.access.permissions import Action, Role
from backend.demo.courses import COURSES, LEFT, ONLY_CLUES, WATCHED, WITHDRAW, Do, Pace
from backend.demo.people import InventedHousehold, households

SEED = 130126
DAYS_BACK = 45
"""How far in the past the first declarations lie."""

LONG_AGO = (260.0, 340.0)
"""So many days in the past began families whose visits, measures and ways out are to be seen."""

FIRST_LONG_AGO, PEOPLE_LONG_AGO = 1_000_000, 1_500_000
"""Numbers of lives and serial numbers of people that no crowd of a demonstration reaches."""

WITH_ID_NUMBER, ON_A_PHONE, FOR_SOMEBODY, AS_A_CLUE = 0.7, 0.05, 0.15, 0.2
"""Shares: who has the ID card at hand, declares on a phone, lets somebody speak for them, and is found by others."""

SLOW, FORGOTTEN = 0.008, 0.1
"""Shares: the steps that wait too long, and the families forgotten for some days among those left where they are."""

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

FORGOTTEN_DAYS, LATE_BY_DAYS = (2, 9), 3
"""How long whoever is forgotten waits, and how many days later a slow village sits."""

OFFICE, WAKING, _MIDNIGHT = (time(8, 40), time(17, 20)), (time(7, 0), time(20, 30)), (time(0, 0), time(0, 20))
_HOURS = {Pace.CONSULTATION: time(15), Pace.CALL: time(16), Pace.MEETING: time(16, 30)}
_SHEETS_HANG, _SHEETS_COME_DOWN, COUNTY_SITS = time(17, 30), time(9, 15), time(10, 30)
_AT_ONCE = (2, 25)
_LATELY = 0.31
_COURSES: tuple[tuple[int, int | None, tuple[Do, ...]], ...] = (
    *LEFT,
    *((share, None, course) for share, course in COURSES),
)


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
        (life_of(number, household, places[household.village_code], until) for number, household in enumerate(crowd)),
        key=lambda life: life.declared_at,
    )


def long_ago(count: int, villages: Sequence[str], *, until: datetime) -> Iterator[Life]:
    """Yield families of these villages that came on paper long ago and were included without a hitch."""
    if not count:
        return
    crowd = households(SEED + 1, count, villages, first=PEOPLE_LONG_AGO)
    for number, household in enumerate(crowd, start=FIRST_LONG_AGO):
        random = Random(SEED + number)  # noqa: S311 - invented people are no secret
        declared_at = within(random, until - timedelta(days=random.uniform(*LONG_AGO)), WAKING)
        pacer = Pacer(random, number % len(villages))
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


def life_of(number: int, household: InventedHousehold, place: int, until: datetime) -> Life:
    """Invent what one household lived through up to an instant."""
    random = Random(SEED + number)  # noqa: S311 - invented people are no secret
    _, waits, course = random.choices(_COURSES, [each[0] for each in _COURSES])[0]

    def walk(since: datetime) -> tuple[Step, ...]:
        return tuple(Pacer(Random(f"{SEED} {number}"), place).steps(course, since, until))  # noqa: S311

    declared_at = _anywhere(random, until)
    if waits is not None:
        days = random.randint(*FORGOTTEN_DAYS) if random.random() < FORGOTTEN else random.randint(0, waits)
        declared_at = _lately(declared_at, until - timedelta(days=days), len(course), walk)
    return begun(random, number, household, declared_at, course, walk)


def begun(
    random: Random,
    number: int,
    household: InventedHousehold,
    declared_at: datetime,
    course: Sequence[Do],
    walk: Callable[[datetime], tuple[Step, ...]],
) -> Life:
    """Draw by lot how a household's case began: by which channel, in whose hand, with which papers."""
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
        steps=walk(declared_at),
    )


def _anywhere(random: Random, until: datetime) -> datetime:
    """Return an instant of the last weeks; more of late, so that every desk has something that is not yet due."""
    days = DAYS_BACK * (1 - random.random() ** _LATELY)
    found = within(random, until - timedelta(days=days), WAKING)
    return found if found < until else found - timedelta(days=1)


def _lately(hour: datetime, until: datetime, steps: int, walk: Callable[[datetime], tuple[Step, ...]]) -> datetime:
    """Return the last day, at this hour, from which so many steps are over by then: what comes next is hardly late."""
    for days in range(DAYS_BACK):
        since = datetime.combine(clock.local(until).date(), hour.timetz()) - timedelta(days=days)
        taken = walk(since) if since < until else ()
        if since < until and len(taken) == steps and (not taken or taken[-1].at < until):
            return since
    return hour


class Pacer:
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
            return self.shared(today, _SHEETS_COME_DOWN)
        slow = self._random.random() < SLOW
        if pace in _HOURS:
            return self.sitting(since, _HOURS[pace], late=slow)
        if pace is Pace.SHEET and not slow:
            return self.sheet_hangs(since)
        if pace is Pace.COUNTY_SITTING:
            return self.county_sitting(since + timedelta(days=4 if slow else 0))
        return self.at_a_desk(since, slow=slow and pace is not Pace.PROMPT, longest=0 if pace is Pace.TODAY else 1)

    def at_a_desk(self, since: datetime, *, slow: bool, longest: int) -> datetime:
        """Return an instant of office hours, so many days later at most; who is slow takes three to nine."""
        days = self._random.uniform(3, 9) if slow else self._random.uniform(0, longest)
        moment = within(self._random, since + timedelta(days=days), OFFICE)
        # On the same day but earlier: then it is the next day's work.
        return moment if moment > since else within(self._random, since + timedelta(days=1), OFFICE)

    def sheet_hangs(self, since: datetime) -> datetime:
        """Return when a village hangs out a sheet: the same evening where it can."""
        today = clock.local(since).date()
        same_day = self.shared(today, _SHEETS_HANG)
        return same_day if same_day > since else self.shared(today + timedelta(days=1), _SHEETS_HANG)

    def sitting(self, since: datetime, hour: time, *, late: bool) -> datetime:
        """Return when a village sits next at this hour."""
        day = clock.local(since).date() + timedelta(days=LATE_BY_DAYS if late else 0)
        return self.shared(day if self.shared(day, hour) > since else day + timedelta(days=1), hour)

    def county_sitting(self, since: datetime) -> datetime:
        """Return the next morning's instant: the fifteen days do not stop on a rest day."""
        day = clock.local(since).date()
        return at(day if at(day, COUNTY_SITS) > since else day + timedelta(days=1), COUNTY_SITS)

    def shared(self, day: date, hour: time) -> datetime:
        """Return the village's own second of that hour: its families share it, and no other village's do."""
        return at(day, hour) + timedelta(seconds=self._place)


def at(day: date, hour: time) -> datetime:
    """Return an instant of a day in China."""
    return datetime.combine(day, hour, tzinfo=clock.SHANGHAI)


def within(random: Random, moment: datetime, hours: tuple[time, time]) -> datetime:
    """Return some instant of the same day in China within these hours, to the microsecond."""
    return _within_day(random, clock.local(moment).date(), hours)


def _within_day(random: Random, day: date, hours: tuple[time, time]) -> datetime:
    first, last = (at(day, hour) for hour in hours)
    return first + timedelta(microseconds=random.randrange(int((last - first) / timedelta(microseconds=1))))
