"""The invented lives: the same on every machine, all of the past, and at every desk something waits."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from backend import clock
from backend.access.permissions import Action, Role
from backend.demo.courses import COURSES, LEFT, ONLY_CLUES, Pace
from backend.demo.lives import DAYS_BACK, lives

UNTIL = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
VILLAGES = ("130126100001", "130126100002", "130126101201")
CROWD = list(lives(2000, VILLAGES, until=UNTIL))
SHARED = {Pace.CONSULTATION, Pace.CALL, Pace.MEETING, Pace.SHEET, Pace.MORNING_AFTER, Pace.COUNTY_SITTING}


def test_the_same_seed_gives_the_same_lives():
    assert list(lives(2000, VILLAGES, until=UNTIL)) == CROWD


def test_a_larger_crowd_only_adds_lives():
    few = {life.number: life for life in lives(100, VILLAGES, until=UNTIL)}

    assert few == {life.number: life for life in CROWD if life.number < 100}


@pytest.mark.shows("story.1")
def test_everything_lies_in_the_last_weeks_and_comes_in_order():
    for life in CROWD:
        moments = [life.declared_at, *(step.at for step in life.steps)]
        assert moments == sorted(moments)
        assert UNTIL - timedelta(days=DAYS_BACK + 1) < moments[0]
        assert moments[-1] < UNTIL


def test_only_a_sitting_a_sheet_or_a_batch_is_shared():
    """A step is known by its instant: of one life no two are equal, and other lives share only what is done at once."""
    seen: dict[datetime, set[str]] = {}
    for life in CROWD:
        moments = [life.declared_at, *(step.at for step in life.steps)]
        assert len(set(moments)) == len(moments)
        for step in life.steps:
            place = "" if step.do.pace is Pace.COUNTY_SITTING else life.household.village_code
            seen.setdefault(step.at, set()).add(place if step.do.pace in SHARED else f"{life.number}")

    assert all(len(company) == 1 for company in seen.values())


def test_only_the_program_works_at_night():
    by_night = {clock.local(step.at).hour for life in CROWD for step in life.steps if step.do.role is Role.SYSTEM}
    by_day = {clock.local(step.at).hour for life in CROWD for step in life.steps if step.do.role is not Role.SYSTEM}

    assert by_night == {0}
    assert by_day <= set(range(8, 21))


def test_whoever_withdraws_has_a_phone():
    withdrawn = [life for life in CROWD if any(step.do.action is Action.WITHDRAW for step in life.steps)]

    assert withdrawn
    assert all(life.is_on_a_phone for life in withdrawn)


def test_whom_the_village_finds_without_risk_did_not_apply():
    found = [life for life in CROWD if any(step.do.action in ONLY_CLUES for step in life.steps)]

    assert found
    assert not any(life.channel.startswith("self_") for life in found)


def test_the_courses_are_a_thousand_and_each_ending_is_met():
    assert sum(each[0] for each in (*COURSES, *LEFT)) == 1000
    met = Counter(step.do.action for life in CROWD for step in life.steps)
    assert set(met) >= {do.action for each in (*COURSES, *LEFT) for do in each[-1]}
    assert met[Action.ANNOUNCE] >= 250
