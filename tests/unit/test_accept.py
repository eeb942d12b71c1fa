"""The acceptance table tells the truth: what nobody shows, what failed, and what was only skipped."""

from collections import Counter

import pytest

from tests.accept import NOTHING, is_shown, line_of, requirements_page
from tests.promises import Demand, Promise, demands, issues, promises

ROOF = Promise("story.2", "a roof")

pytestmark = pytest.mark.shows("story.8")


def test_a_promise_that_no_test_names_is_said_to_be_empty() -> None:
    assert line_of(ROOF, Counter()).endswith(NOTHING)
    assert not is_shown(Counter())


def test_a_line_counts_how_its_tests_ended() -> None:
    outcomes = Counter(passed=12, failed=1)

    assert line_of(ROOF, outcomes).endswith("12 passed / 1 failed / 0 skipped")
    assert not is_shown(outcomes)


def test_a_skipped_test_shows_nothing() -> None:
    assert not is_shown(Counter(passed=3, skipped=1))
    assert is_shown(Counter(passed=3))


def test_the_page_names_a_test_or_says_later() -> None:
    page = requirements_page(
        [Demand("A08", "MUST", "000"), Demand("B31", "SHOULD", "001")], {"A08": ["tests/a.py::test_b"]}
    )

    assert "| A08 | MUST | `tests/a.py::test_b` |" in page
    assert "| B31 | SHOULD | later |" in page


def test_every_issue_and_every_demand_is_in_the_book() -> None:
    assert issues() == ["story", "procedure", "reminders", "monitoring", "console", "client", "scale"]
    assert {each.priority for each in demands()} == {"MUST", "SHOULD", "INFO"}
    assert len(demands()) == len({each.id for each in demands()})
    assert len([each for each in promises("story") if each.name.count(".") == 1]) == 9
