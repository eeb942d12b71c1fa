"""What keeps a row out of a village's scope sees every value that the row is given, however it is made."""

import pytest

from backend.models import Complaint, ComplaintLine, Objection, Satisfaction, Task
from tests.people import VILLAGE

pytestmark = pytest.mark.shows("procedure.7", "story.4")


@pytest.mark.parametrize("kind", ["call_back", "complaint"])
def test_a_duty_that_no_village_may_see_has_no_village(kind: str) -> None:
    made = Task(kind=kind, village_code=VILLAGE, grid_code=f"{VILLAGE}001")
    moved = Task(kind=kind, village_code="", grid_code=None)
    moved.village_code = VILLAGE

    assert (made.village_code, made.grid_code, moved.village_code) == ("", None, "")


def test_any_other_duty_keeps_its_village() -> None:
    assert Task(kind="visit", village_code=VILLAGE).village_code == VILLAGE


@pytest.mark.parametrize("table", [Complaint, ComplaintLine, Objection, Satisfaction])
def test_a_row_about_whoever_judged_or_complained_has_no_village(table: type) -> None:
    assert table(village_code=VILLAGE).village_code == ""
