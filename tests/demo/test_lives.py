"""The invented lives: the same on every machine, all of the past, and at every desk something is left undone."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from backend import clock
from backend.access.permissions import Action
from backend.demo.lives import COURSES, DAYS_BACK, lives

UNTIL = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
VILLAGES = ("130126100001", "130126100002", "130126101201")
CROWD = list(lives(2000, VILLAGES, until=UNTIL))


def test_the_same_seed_gives_the_same_lives():
    assert list(lives(2000, VILLAGES, until=UNTIL)) == CROWD


def test_a_larger_crowd_only_adds_lives():
    few = {life.number: life for life in lives(100, VILLAGES, until=UNTIL)}

    assert few == {life.number: life for life in CROWD if life.number < 100}


@pytest.mark.shows("story.1")
def test_everything_lies_in_the_past_sixty_days_and_comes_in_order():
    for life in CROWD:
        moments = [life.declared_at, *(step.at for step in life.steps)]
        assert moments == sorted(moments)
        assert UNTIL - timedelta(days=DAYS_BACK + 1) < moments[0]
        assert moments[-1] < UNTIL


def test_no_two_steps_share_an_instant():
    moments = [moment for life in CROWD for moment in (life.declared_at, *(step.at for step in life.steps))]

    assert len(set(moments)) == len(moments)


def test_nobody_works_at_night():
    hours = {clock.local(step.at).hour for life in CROWD for step in life.steps}

    assert hours <= set(range(8, 18))


def test_whoever_withdraws_has_a_phone():
    withdrawn = [life for life in CROWD if any(step.do.action is Action.WITHDRAW for step in life.steps)]

    assert withdrawn
    assert all(life.is_on_a_phone for life in withdrawn)


def test_the_courses_are_a_hundred_and_each_ending_is_met():
    assert sum(share for share, _ in COURSES) == 100
    assert set(Counter(life.steps[-1].do.action for life in CROWD if life.steps)) >= {
        Action.COUNTY_APPROVE,
        Action.COUNTY_REJECT,
        Action.REFUSE,
        Action.REFUSE_FORMALLY,
        Action.WITHDRAW,
        Action.RETURN_FOR_INFORMATION,
        Action.FILE_VISIT,
        Action.PASS_ON,
    }
