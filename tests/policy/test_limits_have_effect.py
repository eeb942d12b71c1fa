"""Every limit of every preset moves a date, and is overdue on the day after and not before."""

from datetime import date, timedelta

import pytest

from backend.policy import PRESETS, load_preset
from backend.workdays import Workdays
from backend.workflow.deadlines import due_on, is_overdue
from tests.deadlines.notices import offices_work, plain_due

STATUTORY = Workdays()
BEGINS = (date(2026, 2, 13), date(2026, 4, 10), date(2026, 9, 30))
EVERY_LIMIT = [(name, key) for name in PRESETS for key in load_preset(name).limits]


@pytest.mark.shows("procedure.5", "procedure.11")
@pytest.mark.parametrize(("name", "key"), EVERY_LIMIT)
def test_a_limit_ends_when_the_plain_walk_says(name, key):
    limit = load_preset(name).limits[key]

    for begin in BEGINS:
        expected = plain_due(begin, limit.days, limit.unit)
        while limit.rolls and not offices_work(expected):
            expected += timedelta(days=1)
        due = due_on(begin, limit, STATUTORY).on
        assert due == expected
        assert not is_overdue(due, due)
        assert is_overdue(due, due + timedelta(days=1))
