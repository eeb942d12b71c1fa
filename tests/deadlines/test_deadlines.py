from datetime import date, timedelta
from random import Random

import pytest

from backend.errors import Invalid
from backend.policy import Limit, Unit
from backend.workdays import Workdays
from backend.workflow.deadlines import Due, days_left, due_on, is_overdue, notice_may_close_on, shrunk

STATUTORY = Workdays()
MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def due(event_on, rule, *paused):
    return due_on(event_on, Limit.parse(rule), STATUTORY, paused).on


@pytest.mark.shows("procedure.6")
def test_the_day_of_the_event_is_not_counted():
    assert due(MONDAY, "1d") == MONDAY + timedelta(days=1)
    assert due(FRIDAY, "1wd") == date(2026, 3, 9)
    assert due(MONDAY, "0d") == MONDAY


@pytest.mark.shows("procedure.6")
def test_a_calendar_limit_that_ends_on_a_rest_day_stays_or_rolls():
    assert due(FRIDAY, "1d") == date(2026, 3, 7)
    assert due(FRIDAY, "1d roll") == date(2026, 3, 9)


@pytest.mark.shows("procedure.6")
def test_a_notice_of_five_days_may_be_closed_on_the_sixth_day_after_posting():
    assert notice_may_close_on(MONDAY, Limit.parse("5d"), STATUTORY) == MONDAY + timedelta(days=6)
    assert notice_may_close_on(FRIDAY, Limit.parse("5wd"), STATUTORY) == date(2026, 3, 14)


@pytest.mark.shows("procedure.6")
def test_only_dates_that_rest_on_an_unpublished_calendar_are_provisional():
    end = date(2026, 12, 28)

    assert due_on(end, Limit.parse("5wd"), STATUTORY).provisional
    assert due_on(end, Limit.parse("5d roll"), STATUTORY).provisional
    assert not due_on(end, Limit.parse("5d"), STATUTORY).provisional
    assert not due_on(end, Limit.parse("2wd"), STATUTORY).provisional


@pytest.mark.shows("procedure.6")
def test_a_new_make_up_day_moves_a_provisional_date():
    later = Workdays(overrides={date(2027, 1, 2): True}, official_until=2027)

    assert due_on(date(2026, 12, 28), Limit.parse("5wd"), STATUTORY) == Due(date(2027, 1, 5), provisional=True)
    assert due_on(date(2026, 12, 28), Limit.parse("5wd"), later) == Due(date(2027, 1, 4), provisional=False)


@pytest.mark.shows("procedure.6")
def test_a_pause_gives_its_days_back():
    tuesday, thursday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)

    assert due(MONDAY, "5d", (tuesday, thursday)) == due(MONDAY, "5d") + timedelta(days=2)
    assert due(MONDAY, "5wd", (tuesday, thursday)) == date(2026, 3, 11)


@pytest.mark.shows("procedure.6")
def test_a_return_on_the_first_or_the_last_day_costs_nobody_a_day():
    assert due(MONDAY, "1d", (MONDAY, FRIDAY)) == FRIDAY + timedelta(days=1)
    assert due(MONDAY, "1d", (MONDAY + timedelta(days=1), FRIDAY)) == FRIDAY


@pytest.mark.shows("procedure.6")
def test_a_return_answered_on_the_same_day_gains_nothing():
    assert due(MONDAY, "5d", (MONDAY, MONDAY), (FRIDAY, FRIDAY)) == due(MONDAY, "5d")


@pytest.mark.shows("procedure.6")
def test_overlapping_pauses_give_a_day_back_once():
    one_long = (MONDAY, FRIDAY)
    two = ((MONDAY, date(2026, 3, 5)), (date(2026, 3, 3), FRIDAY))

    assert due(MONDAY, "5d", *two) == due(MONDAY, "5d", one_long)


@pytest.mark.shows("procedure.6")
def test_a_pause_before_the_event_or_after_the_due_date_changes_nothing():
    before, after = (date(2026, 2, 1), date(2026, 2, 20)), (date(2026, 4, 1), date(2026, 4, 5))

    assert due(MONDAY, "5d", before, after) == due(MONDAY, "5d")


@pytest.mark.shows("procedure.6")
def test_a_later_pause_counts_when_an_earlier_one_moved_the_due_date_behind_it():
    first, second = (MONDAY, MONDAY + timedelta(days=5)), (MONDAY + timedelta(days=8), MONDAY + timedelta(days=9))

    assert due(MONDAY, "5d", first, second) == MONDAY + timedelta(days=11)


@pytest.mark.shows("procedure.6")
def test_overdue_begins_with_the_next_day_in_100000_random_cases():
    random = Random(6)
    start = date(2004, 1, 1)

    for _ in range(100_000):
        due_date = start + timedelta(days=random.randrange(9000))
        today = due_date + timedelta(days=random.randrange(-30, 31))
        assert is_overdue(due_date, today) == (today.isoformat() > due_date.isoformat())


def test_what_is_left_is_counted_in_the_limits_unit():
    monday_after = date(2026, 3, 9)

    assert days_left(monday_after, FRIDAY, Unit.CALENDAR, STATUTORY) == 3
    assert days_left(monday_after, FRIDAY, Unit.WORKING, STATUTORY) == 1
    assert days_left(FRIDAY, FRIDAY, Unit.WORKING, STATUTORY) == 0
    assert days_left(FRIDAY, monday_after, Unit.CALENDAR, STATUTORY) == -3
    assert days_left(FRIDAY, monday_after, Unit.WORKING, STATUTORY) == -1


@pytest.mark.shows("procedure.6")
def test_a_step_never_passes_the_end_of_the_total():
    total = Due(MONDAY + timedelta(days=2))

    assert shrunk(MONDAY, Limit.parse("1d"), total, STATUTORY).on == MONDAY + timedelta(days=1)
    assert shrunk(MONDAY, Limit.parse("5d"), total, STATUTORY) == total


@pytest.mark.shows("procedure.6")
def test_whoever_gets_a_case_late_still_has_a_day():
    over = Due(MONDAY)

    assert shrunk(FRIDAY, Limit.parse("5d"), over, STATUTORY).on == FRIDAY + timedelta(days=1)
    assert shrunk(FRIDAY, Limit.parse("5wd"), over, STATUTORY).on == date(2026, 3, 9)


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize(
    "text", ["15", "15h", "2 wd", "-1d", "1.5d", "2wd roll", "5d  roll", "٣d", "", None, 5, "99999d", "3661d"]
)
def test_a_limit_in_any_other_unit_is_refused(text):
    with pytest.raises(Invalid):
        Limit.parse(text)


@pytest.mark.parametrize("text", ["0d", "15d", "2wd", "5d roll"])
def test_a_limit_is_written_as_it_is_read(text):
    assert str(Limit.parse(text)) == text
