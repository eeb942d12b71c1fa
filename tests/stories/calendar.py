"""The story's calendar: families' ways side by side, each told in its own chapter, the clock moved once for all."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date, timedelta

from backend.workdays import holiday_name
from tests.stories.browser import Browser
from tests.stories.stage import DAY, Stage, StoryBroken

Way = Generator[date, None, None]
"""One family's way: it yields the day on which it goes on."""

_FRIDAY = 4
SPRING = "春节"


@dataclass
class Walk:
    """A way under its title, and what is to be told of it."""

    title: str
    way: Way
    lines: list[str] = field(default_factory=list)
    goes_on: date = date.min


@dataclass
class Calendar:
    """Business time, moved on with the console's buttons."""

    stage: Stage
    admin: Browser

    def today(self) -> date:
        """The day that the console shows."""
        return self.stage.business_time(self.admin).date()

    def go_to(self, day: date) -> None:
        """Let it be this day, unless it is already."""
        days = (day - self.today()).days
        if days > 0:
            self.stage.move_time(self.admin, days * DAY)

    def play(self, *walks: tuple[str, Way], later: tuple[str, Way] | None = None) -> list[Walk]:
        """Let everybody walk, day by day, and tell each way from its beginning to its end.

        What is to be told `later` walks along, and is returned; a story that breaks tells that too.
        """
        todo, kept = [Walk(title, way) for title, way in walks], [Walk(*later)] if later else []
        self._walk([*todo, *kept], then_tell=todo)
        return kept

    def _walk(self, todo: list[Walk], *, then_tell: list[Walk]) -> None:
        told, is_over = self.stage.tell, False
        waiting = list(todo)
        try:
            while waiting:
                walk = min(waiting, key=lambda each: each.goes_on)
                if walk.goes_on > date.min:
                    self.go_to(walk.goes_on)
                self.stage.tell = walk.lines.append
                walk.goes_on = next(walk.way, date.max)
                waiting = [each for each in waiting if each.goes_on < date.max]
            is_over = True
        finally:
            self.stage.tell = told
            self.tell(then_tell if is_over else todo)

    def tell(self, walks: list[Walk]) -> None:
        """Tell these ways, each in its own chapter."""
        for walk in walks:
            self.stage.chapter(walk.title)
            for line in walk.lines:
                self.stage.tell(line)


def next_friday(today: date) -> date:
    """The next Friday, today included."""
    return today + timedelta(days=(_FRIDAY - today.weekday()) % 7)


def next_eve(today: date, *, within: int) -> tuple[date, str]:
    """The eve of the next 春节 that the demonstration's clock can still reach, or else of the next holiday."""
    days = [today + timedelta(days=ahead) for ahead in range(within)]
    eves = [(day, named) for day in days if (named := _begins_on(day + timedelta(days=1)))]
    found = [each for each in eves if each[1] == SPRING] or eves
    if not found:
        raise StoryBroken("the demonstration's clock reaches the eve of a holiday")
    return found[0]


def _begins_on(day: date) -> str:
    named, before = holiday_name(day) or "", holiday_name(day - timedelta(days=1)) or ""
    return named if named and named != before else ""


def in_words(day: date) -> str:
    """A day as the transcript says it."""
    return f"{day:%Y-%m-%d} {'周' + '一二三四五六日'[day.weekday()]}"
