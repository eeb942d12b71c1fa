"""What keeps a row out of a village's scope sees every value that the row is given, however it is made."""

import pytest
from sqlalchemy import select

from backend.access.scope import as_system
from backend.db import db
from backend.models import (
    Case,
    Complaint,
    ComplaintLine,
    Grid,
    Household,
    Objection,
    Region,
    Satisfaction,
    Task,
)
from backend.services import cases, grid_changes
from backend.workflow.states import Kind
from tests.people import NEXT_VILLAGE, VILLAGE
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_satisfactions import Ended
from tests.services.test_satisfactions import ended as ended

pytestmark = pytest.mark.shows("procedure.7", "story.4")
GRID = f"{VILLAGE}001"


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


def test_grids_that_are_split_or_merged_show_their_members_nothing_hidden(ended: Ended) -> None:
    ended.mark()
    case = ended.case()
    [call_back] = ended.duties(Kind.CALL_BACK)
    with ended.app.app_context(), as_system("a test makes"):
        for number in (1, 2):
            code = f"{VILLAGE}00{number}"
            db.session.add(Region(code=code, name=f"第{number}网格", level="grid", parent_code=VILLAGE))
            db.session.flush()
            db.session.add(Grid(code=code, parent_code=VILLAGE, group_name="", said_households=None, ended_on=None))
        db.session.scalars(select(Household).where(Household.id == case.household_id)).one().grid_code = GRID
        db.session.commit()
    with ended.as_("town_op") as by:
        grid_changes.merge(GRID, f"{VILLAGE}002", by=by, reason="只剩一户")

    assert {(row.id == call_back.id, row.grid_code) for row in ended.make.rows(Task)} >= {(True, None)}
    assert [row.grid_code for row in ended.make.rows(Satisfaction)] == [None]
    assert {row.grid_code for row in ended.make.rows(Case)} == {f"{VILLAGE}002"}


def test_the_village_where_they_live_does_not_see_that_they_were_not_content(ended: Ended) -> None:
    ended.mark()
    case = ended.case()
    with ended.app.app_context(), as_system("a test makes"):
        household = db.session.scalars(select(Household).where(Household.id == case.household_id)).one()
        household.other_village = NEXT_VILLAGE
        db.session.commit()

    with ended.as_("next_village") as by:
        lent = cases.read_case(case.id, by=by).duties
    with ended.as_("reviewer") as by:
        answering = cases.read_case(case.id, by=by).duties
    assert Kind.CALL_BACK not in {each.kind for each in lent}
    assert Kind.CALL_BACK in {each.kind for each in answering}
