"""Every ledger, list and report of the seed documents has a screen, a file or a paper, and the page says which."""

import re
from pathlib import Path

import pytest

from admin import HIDDEN, MENU
from backend.services.exports.ledgers import LEDGERS
from backend.services.papers.catalogue import PAPERS
from tests.promises import demands

pytestmark = pytest.mark.shows("console.4")
DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
REPORTS = (
    *(
        [
            "A01",
            "A07",
            "A13",
            "A14",
            "A20",
            "A25",
            "A34",
            "B09",
            "B12",
            "B13",
            "B16",
            "B17",
            "B29",
            "B39",
            "B40",
            "B49",
            "B53",
            "B56",
            "B59",
            "B62",
            "B65",
            "B67",
        ]
    ),
    *(
        [
            "C11",
            "C12",
            "C13",
            "C17",
            "C18",
            "C20",
            "C41",
            "C43",
            "C44",
            "D01",
            "D10",
            "D23",
            "D42",
            "D44",
            "D46",
            "D47",
            "D52",
        ]
    ),
)
"""The demands whose words ask for a ledger, a list, a file of papers, figures or a report."""


def _rows() -> dict[str, list[str]]:
    """Return, for each id, where the page says that it is."""
    found = re.findall(r"^\| ([A-D]\d\d) \|[^|]+\| ([^|]+) \|$", (DOCS / "ledgers.md").read_text("utf-8"), re.MULTILINE)
    return {row: re.split("[；、]", where) for row, where in found}


def test_the_page_names_a_place_for_each_and_every_place_is_there() -> None:
    screens = {screen.title for drawer in (*MENU.values(), HIDDEN) for screen in drawer}
    known = {
        *screens,
        *(f"导出：{ledger.name}" for ledger in LEDGERS.values()),
        *(f"文书：{paper.title}" for paper in PAPERS.values()),
    }
    rows = _rows()

    assert tuple(rows) == REPORTS
    assert {
        row: [each for each in where if each not in known] for row, where in rows.items() if set(where) - known
    } == {}


@pytest.mark.shows("story.8")
def test_no_demand_is_left_for_later_and_each_names_a_test_that_is_there() -> None:
    told = (DOCS / "requirements.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-D]\d\d) \| \w+ \| (.+) \|$", told, re.MULTILINE)
    named = {test.split("::")[0] for _, tests in rows for test in re.findall(r"`([^`]+)`", tests)}

    assert [row for row, _ in rows] == [each.id for each in demands()]
    assert [row for row, tests in rows if tests == "later"] == []
    assert [each for each in sorted(named) if not (DOCS.parent / each).exists()] == []
