import timeit
from datetime import date

import pytest

from backend.workdays import Workdays
from tests.deadlines.notices import MAKE_UP_DAYS, every_day, offices_work

STATUTORY = Workdays()


@pytest.mark.shows("procedure.6")
def test_every_day_of_three_years_works_or_rests_as_the_notices_say():
    differences = [day for day in every_day() if STATUTORY.is_workday(day) != offices_work(day)]

    assert differences == []


@pytest.mark.shows("procedure.6")
@pytest.mark.parametrize("written", MAKE_UP_DAYS)
def test_a_make_up_day_is_a_weekend_on_which_offices_work(written):
    day = date.fromisoformat(written)

    assert day.weekday() >= 5
    assert STATUTORY.is_workday(day)


def test_a_county_may_rest_or_work_against_the_calendar():
    market_fair, flood_sunday = date(2026, 3, 4), date(2026, 3, 8)
    county = Workdays(overrides={market_fair: False, flood_sunday: True})

    assert STATUTORY.is_workday(market_fair)
    assert not county.is_workday(market_fair)
    assert county.is_workday(flood_sunday)


def test_before_and_after_the_long_holiday_of_spring():
    assert STATUTORY.next_workday(date(2026, 2, 14)) == date(2026, 2, 24)
    assert STATUTORY.previous_workday(date(2026, 2, 24)) == date(2026, 2, 14)


@pytest.mark.shows("procedure.6")
def test_a_year_that_is_not_published_is_provisional():
    assert not STATUTORY.is_provisional(date(2026, 12, 31))
    assert STATUTORY.is_provisional(date(2026, 12, 31), date(2027, 1, 1))
    assert not STATUTORY.is_workday(date(2027, 10, 1))
    assert not Workdays(official_until=2027).is_provisional(date(2027, 1, 1))


def test_a_days_reason_is_said_in_plain_words():
    assert STATUTORY.why(date(2026, 10, 1)) == "国庆节"
    assert STATUTORY.why(date(2026, 3, 7)) == "周末"
    assert STATUTORY.why(date(2026, 2, 14)) == "调休上班"
    assert Workdays(overrides={date(2026, 3, 4): False}).why(date(2026, 3, 4)) == "县里安排休息"


def test_asking_is_quick():
    day = date(2026, 3, 4)
    STATUTORY.is_workday(day)

    assert timeit.timeit(lambda: STATUTORY.is_workday(day), number=10_000) < 0.1
