"""The whole story: a first family in all detail, then five more side by side, under three counties' rules."""

from dataclasses import dataclass

from tests.stories.after_inclusion import AfterInclusion
from tests.stories.calendar import Calendar, Walk, in_words, next_eve, next_friday
from tests.stories.crew import crew_of
from tests.stories.family import Family
from tests.stories.first_family import FirstFamily
from tests.stories.flood import help_first
from tests.stories.hands import Hands
from tests.stories.ladder import Ladder
from tests.stories.last_days import every_step_on_its_last_day
from tests.stories.parallel import everything_side_by_side
from tests.stories.stage import Stage
from tests.stories.working_days import an_objection_is_upheld

LINGSHOU_RULES, ANHUI = ("340321", "HEBEI_LINGSHOU_2022"), ("341502", "ANHUI_2022")
CLOCK_REACHES = 4 * 365 - 260
"""Days that the demonstration's clock may run ahead, less those that the last walk and what follows it need."""


@dataclass
class Story:
    """Everybody, one after the other."""

    stage: Stage

    def play(self, *, whole: bool = False) -> None:
        """Play identification; the `whole` goes on to the ladder's week and to what follows inclusion."""
        stage = self.stage
        stage.wait_until_it_answers()
        stage.chapter("Before it begins")
        hands = Hands(stage)
        admin = hands.browser("admin")
        stage.wait_for_daytime(admin)
        calendar = Calendar(stage, admin)
        FirstFamily(stage, hands, calendar).play()
        forgotten = self._more_families(hands, calendar, with_ladder=whole)
        if whole:
            AfterInclusion(stage, hands, calendar).play()
        calendar.tell(forgotten)
        stage.no_job_failed()
        stage.tell("\nThe story is over; everything happened as it was told.")

    def _more_families(self, hands: Hands, calendar: Calendar, *, with_ladder: bool) -> list[Walk]:
        """Let them walk, and return what is to be told at the end."""
        stage = self.stage
        stage.chapter("Two more counties, with rules of their own")
        lingshou, anhui = crew_of(stage, *LINGSHOU_RULES), crew_of(stage, *ANHUI)
        friday = next_friday(calendar.today())
        ladder = Ladder(stage, lingshou, Family(stage, lingshou, hands.name("崔"), risk="housing"))
        climbing = ("灵寿 2022, meanwhile: the township forgets a family, and the ladder climbs", ladder.climb(friday))
        forgotten = calendar.play(
            (
                f"NATIONAL, every step on its last day, begun on {in_words(friday)}",
                every_step_on_its_last_day(stage, hands.crew, hands.name("郭"), friday),
            ),
            (
                "灵寿 2022: everything side by side",
                everything_side_by_side(stage, lingshou, hands.name("马"), friday),
            ),
            (
                "安徽 2022: working days, and an objection that is upheld",
                an_objection_is_upheld(stage, anhui, hands.name("罗"), friday),
            ),
            (
                "A flood: the green channel",
                help_first(stage, hands.crew, hands.name("林"), friday),
            ),
            later=climbing if with_ladder else None,
        )
        eve, holiday = next_eve(calendar.today(), within=CLOCK_REACHES - stage.days_ahead(hands.browser("admin")))
        calendar.play(
            (
                f"NATIONAL, every step on its last day, begun on the eve of {holiday}: {in_words(eve)}",
                every_step_on_its_last_day(stage, hands.crew, hands.name("高"), eve),
            )
        )
        return forgotten
