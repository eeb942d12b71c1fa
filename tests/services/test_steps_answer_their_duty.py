"""A step that answers a duty is taken once and for the duty that was meant, whether its version was said or not."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import in_transaction
from backend.errors import NotAllowed, NotPossibleNow
from backend.services import cases
from backend.workflow import engine
from backend.workflow.duties import DEPARTMENT_CHECK, Opening
from backend.workflow.procedure import PROCEDURE
from backend.workflow.states import ENDS, Kind, State
from tests.people import Cast, Maker
from tests.services.test_full_procedure import Walker, preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2", "procedure.11")


@pytest.fixture
def walker(app: Flask, cast: Cast, make: Maker, preset: Any) -> Walker:  # noqa: F811 - the fixture imported above
    preset("HEBEI_LINGSHOU_2022")
    walker = Walker(app, cast, make)
    walker.begin(date(2026, 3, 6))
    return walker


def to_the_county(walker: Walker) -> None:
    walker.village()
    walker.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
    while walker.duties(Kind.DEPARTMENT_CHECK):
        walker.take(Action.CHECK_DEPARTMENT, "second_reviewer", Kind.DEPARTMENT_CHECK)
    walker.take(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)


def test_nobody_agrees_to_help_first_that_nobody_asked_for(walker: Walker) -> None:
    walker.village()

    with pytest.raises(NotPossibleNow, match="已经办过"):
        walker.take_today(Action.GREEN_TOWN_AGREES, "town_lead", None)
    assert walker.duties(Kind.GREEN_COUNTY) == []


def test_a_comparison_that_was_filed_is_not_filed_again(walker: Walker) -> None:
    to_the_county(walker)
    walker.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    decisions = [task.id for task in walker.duties(Kind.COUNTY_DECISION)]

    with pytest.raises(NotPossibleNow, match="已经办过"):
        walker.take_today(Action.FILE_COMPARISON, "county_op", None)
    assert [task.id for task in walker.duties(Kind.COUNTY_DECISION)] == decisions


def test_of_two_departments_the_one_that_is_meant_is_said(walker: Walker) -> None:
    walker.take(Action.ACCEPT, "village", Kind.ACCEPT)
    walker.take(Action.FILE_VISIT, "village", Kind.VISIT)
    checks = walker.duties(Kind.DEPARTMENT_CHECK)
    two = [*checks, *_another(walker)]

    with pytest.raises(NotPossibleNow, match="那一件"):
        walker.take_today(Action.CHECK_DEPARTMENT, "second_reviewer", None)
    assert len(walker.duties(Kind.DEPARTMENT_CHECK)) == len(two) == 2
    walker.take_today(Action.CHECK_DEPARTMENT, "second_reviewer", walker.duties(Kind.DEPARTMENT_CHECK)[0])
    assert len(walker.duties(Kind.DEPARTMENT_CHECK)) == 1


def _another(walker: Walker) -> list[Any]:
    def work(by: Any) -> None:
        with as_system("a test asks a second department"):
            engine.owe(engine.find_case(walker.case_id), "talk", Opening(DEPARTMENT_CHECK), by=by)

    with walker.cast.acting("reviewer") as by:
        in_transaction(lambda: work(by))
    return walker.duties(Kind.DEPARTMENT_CHECK)[1:]


@pytest.mark.parametrize("row", [row for row in PROCEDURE if row.one_only], ids=lambda row: str(row.action))
def test_what_is_answered_one_by_one_is_never_done_where_nothing_is_owed(row: Any, walker: Walker) -> None:
    for login in ("county_lead", "reviewer", "town_lead", "town_op", "village"):
        before = walker.case().version
        with pytest.raises((NotPossibleNow, NotAllowed)):
            walker.take_today(row.action, login, None)
        assert walker.case().version == before


def test_a_case_offers_only_steps_for_which_something_is_owed(walker: Walker) -> None:
    walker.take(Action.ACCEPT, "village", Kind.ACCEPT)
    with walker.cast.acting("county_op") as by:
        assert Action.FILE_COMPARISON not in cases.read_case(walker.case_id, by=by).actions
    with walker.cast.acting("village") as by:
        assert Action.FILE_VISIT in cases.read_case(walker.case_id, by=by).actions
    assert State(walker.case().state) not in ENDS
