"""A neglected county: many families are left where they are and villages sit rarely, so every door of a screen is open.

The demonstration is a county that works well; what follows is put in the place of its courses and its pace.
"""

from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from backend import clock
from backend.demo import courses as c
from backend.demo import lives
from backend.demo.lives import Life, at, within
from backend.demo.people import InventedHousehold

ON_A_PHONE, SLOW, SITS_EVERY = 0.04, 0.05, 3
"""Shares: who declares on a phone, which steps wait too long. A village sits on every third day."""

SHEETS_HANG = time(8, 45)
LATELY, SATURDAY = 0.4, 5

COURSES: tuple[tuple[int, tuple[c.Do, ...]], ...] = (
    # Watched in the end.
    (36, c.WATCHED),
    (10, (c.ACCEPT, c.NOT_HOME, c.CHECK, c.CONFIRM, c.COMPARE, *c.FROM_CONSULTATION)),
    (10, (*c.CHECKED, c.COMPARE_WITH_HIT, c.EXPLAIN, *c.FROM_CONSULTATION)),
    (4, (c.ACCEPT, c.CHECK_FROM_AFAR, c.CONFIRM_FROM_OUTSIDE, c.COMPARE, *c.FROM_CONSULTATION)),
    (6, (c.ASK, c.FETCH, *c.AT_TOWNSHIP, *c.END)),
    (4, (*c.AT_TOWNSHIP, c.SEND_BACK, c.CHECK, c.CONFIRM, *c.END)),
    (3, (*c.AT_TOWNSHIP, c.PASS_ON, c.COUNTY_BACK, *c.END)),
    (2, (*c.COMPARED, c.CONSULT, c.MEETING_FAILED, c.MEET, *c.NOTICE, c.DEPARTMENT, *c.END)),
    (4, (*c.MET, c.POST, c.OBJECT, c.KEEP, c.CLOSE, c.TAKE_DOWN, c.DEPARTMENT, *c.END)),
    (
        2,
        (
            *(*c.MET, c.POST, c.OBJECT, c.LOOK_AGAIN, c.CHECK_AGAIN, c.CONFIRM),
            *(c.CLOSE, c.TAKE_DOWN, c.DEPARTMENT, *c.END),
        ),
    ),
    (4, (*c.GREEN, c.SIGN, c.COMPARE, *c.FROM_CONSULTATION)),
    # Another end.
    (6, (*c.AT_TOWNSHIP, c.REFUSE, c.ANSWERED)),
    (4, (*c.AT_TOWNSHIP, c.REFUSE_PLAINLY)),
    (3, (*c.AT_TOWNSHIP, c.REFUSE_PLAINLY, c.ASK_RECHECK, c.CONFIRM_OUTCOME)),
    (2, (*c.AT_TOWNSHIP, c.REFUSE_PLAINLY, c.ASK_RECHECK, c.OVERTURN, c.CHECK, c.CONFIRM, *c.END)),
    (4, (*c.COMPARED, c.CONSULT, c.MEETING_SAID_NO, c.REFUSE)),
    (3, (c.ACCEPT, c.NO_RISK, c.REFUSE_PLAINLY)),
    (3, (*c.MET, c.POST, c.OBJECT, c.UPHOLD)),
    (4, (*c.AT_TOWNSHIP, c.PASS_ON, c.REJECT)),
    (7, (c.FORMALLY,)),
    (4, (c.HAND_UP, c.CLOSE_CLUE)),
    (4, (c.TRANSFER,)),
    (3, (*c.CHECKED, c.MOVED_AWAY)),
    (4, (c.WITHDRAW,)),
    (3, (c.ACCEPT, c.WITHDRAW)),
    # Left where they are: these are the overdue ones, at every desk.
    (8, ()),
    (4, (c.ASK,)),
    (6, (c.ACCEPT,)),
    (2, (c.ACCEPT, c.NOT_HOME)),
    (2, (c.ACCEPT, c.CHECK)),
    (4, c.CHECKED),
    (4, c.COMPARED),
    (3, (*c.COMPARED, c.CONSULT)),
    (3, c.MET),
    (2, (*c.MET, c.POST, c.OBJECT)),
    (4, (*c.MET, c.POST, c.CLOSE)),
    (3, c.AT_TOWNSHIP),
    (4, (*c.AT_TOWNSHIP, c.PASS_ON)),
    (3, (*c.AT_TOWNSHIP, c.PASS_ON, c.APPROVE)),
    (2, (*c.AT_TOWNSHIP, c.REFUSE_PLAINLY, c.ASK_RECHECK)),
    (2, (*c.AT_TOWNSHIP, c.REFUSE)),
    (1, (c.HAND_UP,)),
    (1, c.GREEN[:4]),
    (1, c.GREEN[:5]),
    (1, c.GREEN[:6]),
    (1, c.GREEN),
)
"""How many in two hundred households take each course; what would lie in the future has not happened yet."""


class Pacer(lives.Pacer):
    """Puts a course's steps on the days of a county that takes its time."""

    def at_a_desk(self, since: datetime, *, slow: bool, longest: int) -> datetime:
        """Take a day for whatever others do at once."""
        return super().at_a_desk(since, slow=slow, longest=max(longest, 1))

    def sheet_hangs(self, since: datetime) -> datetime:
        """Hang out a sheet on the next morning."""
        return self.shared(clock.local(since).date() + timedelta(days=1), SHEETS_HANG)

    def sitting(self, since: datetime, hour: time, *, late: bool) -> datetime:
        """Let a village sit on every third day: whatever waits for it then is one sitting."""
        day = clock.local(since).date() + timedelta(days=SITS_EVERY if late else 0)
        while (day.toordinal() + self._place) % SITS_EVERY or self.shared(day, hour) <= since:
            day += timedelta(days=1)
        return self.shared(day, hour)

    def county_sitting(self, since: datetime) -> datetime:
        """Let the county sit on working days alone."""
        day = clock.local(since).date()
        while day.weekday() >= SATURDAY or at(day, lives.COUNTY_SITS) <= since:
            day += timedelta(days=1)
        return at(day, lives.COUNTY_SITS)


def life_of(number: int, household: InventedHousehold, place: int, until: datetime) -> Life:
    """Invent what one household lived through, left where its course ends."""
    random = Random(lives.SEED + number)
    days = lives.DAYS_BACK * (1 - random.random() ** LATELY)
    declared_at = within(random, until - timedelta(days=days), lives.WAKING)
    if declared_at >= until:
        declared_at -= timedelta(days=1)
    course = random.choices([course for _, course in COURSES], [share for share, _ in COURSES])[0]
    return lives.begun(
        random,
        number,
        household,
        declared_at,
        course,
        walk=lambda since: tuple(Pacer(random, place).steps(course, since, until)),
    )


INSTEAD: dict[str, Any] = {"life_of": life_of, "Pacer": Pacer, "SLOW": SLOW, "ON_A_PHONE": ON_A_PHONE}
"""What takes the place of the demonstration's own."""
