from datetime import UTC, date, datetime, timedelta

import pytest

from backend.clock import local
from backend.errors import Invalid
from backend.policy import Ladder, Level, Limit, Rung, Unit, load_preset
from backend.workdays import Workdays
from backend.workflow.deadlines import due_on, first_rung, next_rung, rung_on, spoken_at

STATUTORY = Workdays()
LADDER = load_preset("NATIONAL").ladder
MONDAY = date(2026, 3, 2)


def climb(opened_on, rule, *, on_rest_days=False):
    """Follow the ladder from rung to rung, as the sweep does, and return where it spoke."""
    limit = Limit.parse(rule)
    due = due_on(opened_on, limit, STATUTORY).on
    after, spoken = datetime(opened_on.year, opened_on.month, opened_on.day, 2, tzinfo=UTC), []
    while rung := next_rung(due, limit, opened_on, after, LADDER, STATUTORY, on_rest_days=on_rest_days):
        spoken.append((local(rung.at).date().isoformat(), rung.level.value))
        after = rung.at
    return spoken


def test_the_whole_ladder_of_an_ordinary_duty():
    assert climb(MONDAY, "10wd") == [
        ("2026-03-09", "blue"),
        ("2026-03-13", "yellow"),
        ("2026-03-17", "orange"),
        ("2026-03-19", "red"),
        ("2026-03-24", "supervision"),
    ]


def test_a_rung_speaks_at_half_past_eight_in_china():
    rung = first_rung(date(2026, 3, 12), Limit.parse("10d"), datetime(2026, 3, 2, 1, tzinfo=UTC), LADDER, STATUTORY)

    assert rung.at == datetime(2026, 3, 6, 0, 30, tzinfo=UTC)
    assert rung.level is Level.BLUE


def test_over_spring_festival_people_hear_on_the_last_working_day_before():
    spoken = climb(date(2026, 2, 6), "15d")

    assert spoken[0] == ("2026-02-14", "yellow")
    assert spoken[1:] == [("2026-02-24", "orange"), ("2026-02-25", "red"), ("2026-02-27", "supervision")]


def test_nobody_is_told_overdue_before_it_is():
    for n in range(365):
        opened_on = date(2026, 1, 1) + timedelta(days=n)
        due = due_on(opened_on, Limit.parse("5d"), STATUTORY).on
        late = [day for day, level in climb(opened_on, "5d") if level not in {"blue", "yellow"}]
        assert all(day > due.isoformat() for day in late)


@pytest.mark.parametrize("rule", ["0d", "1d", "2d", "2wd", "5d", "15d", "20wd"])
def test_every_duty_gets_orange_red_and_supervision_in_order_one_a_working_day(rule):
    for n in range(0, 365, 3):
        spoken = climb(date(2026, 1, 1) + timedelta(days=n), rule)

        assert [level for _, level in spoken][-3:] == ["orange", "red", "supervision"]
        assert len({day for day, _ in spoken}) == len(spoken)
        assert all(STATUTORY.is_workday(date.fromisoformat(day)) for day, _ in spoken)


def test_a_short_duty_is_reminded_on_its_last_morning():
    assert climb(MONDAY, "1d")[0] == ("2026-03-03", "yellow")


def test_only_what_cannot_wait_speaks_on_a_holiday():
    assert climb(date(2026, 2, 16), "1d", on_rest_days=True)[:2] == [("2026-02-17", "yellow"), ("2026-02-18", "orange")]


def test_a_distance_is_counted_in_the_limits_unit():
    assert rung_on(date(2026, 3, 10), -2, Unit.CALENDAR, STATUTORY) == date(2026, 3, 6)
    assert rung_on(date(2026, 3, 10), -2, Unit.WORKING, STATUTORY) == date(2026, 3, 6)
    assert rung_on(date(2026, 3, 9), -1, Unit.WORKING, STATUTORY) == date(2026, 3, 6)
    assert rung_on(date(2026, 3, 6), 1, Unit.CALENDAR, STATUTORY) == date(2026, 3, 9)


@pytest.mark.parametrize(
    "change",
    [
        {"at": "07:30"},
        {"at": "21:00"},
        {"at": "noon"},
        {"hours": 3},
        {"rungs": [{"level": "violet", "when": "-1", "tells": []}]},
        {"rungs": [{"level": "red", "when": "in 3 hours", "tells": []}]},
        {"rungs": [{"level": "red", "when": "-1", "tells": [], "sms": True}]},
        {"rungs": [{"level": "red", "when": "+1", "tells": []}, {"level": "blue", "when": "+2", "tells": []}]},
    ],
)
@pytest.mark.shows("procedure.5")
def test_a_ladder_that_makes_no_sense_is_refused(change):
    with pytest.raises(Invalid):
        Ladder.read(LADDER.as_values() | change)


def test_a_rungs_share_is_of_its_limit():
    assert Rung(Level.BLUE, "50% left", ()).distance(15) == -7


@pytest.mark.parametrize(
    ("owed", "spoken"),
    [
        ("2026-03-02T14:00+08:00", "2026-03-02T14:00+08:00"),
        ("2026-03-02T21:00+08:00", "2026-03-03T08:00+08:00"),
        ("2026-03-02T05:30+08:00", "2026-03-02T08:00+08:00"),
    ],
)
def test_nothing_is_said_in_the_quiet_hours(owed, spoken):
    assert spoken_at(datetime.fromisoformat(owed), LADDER) == datetime.fromisoformat(spoken)
