"""A family of the story that is watched: what is read of it, and what somebody does for it."""

from dataclasses import dataclass
from typing import Any

from tests.stories.calendar import Calendar, in_words
from tests.stories.family import Family
from tests.stories.hands import Hands
from tests.stories.stage import Stage


@dataclass
class WatchedFamily:
    """The family, its watch, and everybody's hands."""

    stage: Stage
    hands: Hands
    calendar: Calendar
    watch_id: str = ""
    household_id: str = ""

    def __post_init__(self) -> None:
        self.family = Family(self.stage, self.hands.crew, self.hands.name("郝"), risk="housing")

    def tells(self, who: str, what: str) -> None:
        """Say who did what today."""
        self.stage.does(f"{in_words(self.calendar.today())}  {who}", what)

    def visited(self, household_id: str, **said: Any) -> dict[str, Any]:
        """Let the village visit a household."""
        return self.does("village", f"/households/{household_id}/rounds", way="home", **said)

    def due(self, head_name: str) -> list[dict[str, Any]]:
        """The visits that the village owes a family."""
        return [each for each in self.read("/rounds")["items"] if each["head_name"] == head_name]

    def listed(self) -> dict[str, Any]:
        """The family on the list of those who might be removed."""
        found = self.read("/removals/candidates")["items"]
        return next((dict(each) for each in found if each["watch_id"] == self.watch_id), {"in_the_way": []})

    def measure(self) -> dict[str, Any]:
        """The one measure as it stands."""
        [measure] = self.read(f"/watches/{self.watch_id}")["measures"]
        return dict(measure)

    def standing(self) -> str:
        """How the family stands."""
        return str(self.read(f"/watches/{self.watch_id}")["standing"])

    def read(self, path: str) -> dict[str, Any]:
        """Read something as the village."""
        answer = self.hands.cadre.get(path)
        self.stage.must(answer.status == 200, f"the village reads {path}: {answer.body}")
        return answer.body

    def does(self, who: str, path: str, **body: Any) -> dict[str, Any]:
        """Let somebody send something; it must be taken."""
        answer = self.hands.crew.phone(who).post(path, **body)
        self.family.taken(answer, f"{who}: {path}")
        return answer.body
