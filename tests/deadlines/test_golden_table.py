"""At least 400 dates against the plain walk over the notices."""

from datetime import date

import pytest

from backend.policy import Limit
from backend.workdays import Workdays
from backend.workflow.deadlines import due_on, explain
from tests.deadlines.notices import LAST, every_day, plain_due

STATUTORY = Workdays()
RULES = ("2wd", "3wd", "5wd", "20wd", "5d", "15d")

# round the long holidays, where a mistake would show
NEAR_HOLIDAYS = [
    day
    for first, last in [
        ("2024-01-29", "2024-02-20"), ("2024-09-10", "2024-10-14"), ("2025-01-20", "2025-02-10"),
        ("2025-09-22", "2025-10-13"), ("2026-02-09", "2026-03-02"), ("2026-09-17", "2026-10-12"),
    ]
    for day in every_day(date.fromisoformat(first), date.fromisoformat(last))
]  # fmt: skip

# computed by hand from the notices, so that the two programs cannot be wrong together
BY_HAND = [
    ("2024-02-09", "2wd", "2024-02-19"),
    ("2024-09-30", "5wd", "2024-10-12"),
    ("2025-01-27", "3wd", "2025-02-07"),
    ("2025-09-30", "2wd", "2025-10-10"),
    ("2026-02-13", "2wd", "2026-02-24"),
    ("2026-02-14", "5wd", "2026-02-28"),
    ("2026-09-30", "3wd", "2026-10-10"),
    ("2026-09-18", "2wd", "2026-09-21"),
    ("2026-02-13", "5d", "2026-02-18"),
    ("2026-02-13", "5d roll", "2026-02-24"),
]


@pytest.mark.shows("procedure.6")
@pytest.mark.parametrize("rule", RULES)
def test_the_table_round_every_long_holiday(rule):
    limit = Limit.parse(rule)
    golden = {day: plain_due(day, limit.days, limit.unit) for day in NEAR_HOLIDAYS}

    assert len(golden) * len(RULES) >= 400
    assert {day: due_on(day, limit, STATUTORY).on for day in golden} == golden


@pytest.mark.shows("procedure.6")
@pytest.mark.parametrize("rule", RULES)
def test_the_table_on_every_day_of_three_years(rule):
    limit = Limit.parse(rule)
    golden = {day: plain_due(day, limit.days, limit.unit) for day in every_day()}
    inside = {day: due for day, due in golden.items() if due <= LAST}

    assert {day: due_on(day, limit, STATUTORY).on for day in inside} == inside


@pytest.mark.shows("procedure.6")
@pytest.mark.parametrize(("event", "rule", "due"), BY_HAND)
def test_dates_counted_by_hand(event, rule, due):
    assert due_on(date.fromisoformat(event), Limit.parse(rule), STATUTORY).on.isoformat() == due


@pytest.mark.shows("procedure.6")
def test_the_explanation_begins_with_the_date_and_names_every_skipped_day():
    lines = explain(date(2026, 9, 30), 3, "working")

    assert lines[0] == "2026-10-10"
    assert [line[:10] for line in lines if "不计" in line] == [f"2026-10-0{n}" for n in range(1, 8)]
    assert "2026-10-10（周六）调休上班，计入。" in lines
    assert lines[-1] == "过了当天才算超期：2026-10-11（周日） 0 时起。"


@pytest.mark.shows("procedure.6")
def test_the_explanation_says_that_a_date_is_provisional_or_stays_on_a_rest_day():
    assert any("暂定" in line for line in explain(date(2026, 12, 30), 5, "working"))
    assert any("不顺延" in line for line in explain(date(2026, 9, 28), 3, "calendar"))
