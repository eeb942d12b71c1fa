"""A county that changes one of these values sees it: two values, two outcomes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from backend.access.permissions import Action
from backend.db import in_transaction
from backend.services import cases, office_meetings
from backend.services.office_meetings import OfficeMeetingForm
from backend.workflow import engine, telling
from backend.workflow.path import way_of
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from tests.admin.conftest import console  # noqa: F401 - a fixture
from tests.checks import following, morning
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.test_full_procedure import Walker

pytestmark = pytest.mark.shows("procedure.5")


@pytest.fixture
def walker(app: Flask, cast: Cast, make: Maker) -> Walker:
    return Walker(app, cast, make)


def to_the_meeting(walker: Walker) -> None:
    walker.begin(date(2026, 3, 6))
    walker.take(Action.ACCEPT, "village", Kind.ACCEPT)
    walker.take(Action.FILE_VISIT, "village", Kind.VISIT)
    walker.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    walker.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)


@pytest.mark.parametrize(
    ("limit", "days_later", "left"),
    [("5wd", 0, 2), ("1wd", 0, 1), ("1wd", 4, 3), ("5wd", 6, 1)],
    ids=["the telling's own days", "fewer after a refusal", "over already", "nearly over"],
)
def test_a_refusal_is_told_in_person_within_its_own_days(
    app: Flask, walker: Walker, limit: str, days_later: int, left: int
) -> None:
    with following(app, limits={"T_REJECT": limit}):
        to_the_meeting(walker)
        walker.take(Action.MEETING_SAID_NO, "village", Kind.MEETING)
        walker.today = date(2026, 3, 16)  # a Monday
        [review] = walker.duties(Kind.TOWN_REVIEW)
        walker.take_today(Action.REFUSE, "reviewer", review, Reason(("can_cope",), "能应付"), alternative="已说明")
        today = walker.today + timedelta(days=days_later)
        with morning(today), walker.cast.acting("reviewer") as by:
            in_transaction(lambda: _owe_telling(walker.case_id, by))

    [duty] = walker.duties(Kind.TELL)
    assert duty.due_on == today + timedelta(days=left)


def _owe_telling(case_id: int, by: Any) -> None:
    case = engine.find_case(case_id)
    engine.owe(case, "tell_asked", telling.in_person(case, {}), by=by)


FOUR = ["入户核查核实", "村级评议公示", "乡镇核查初审", "县级比对审定", "纳入监测"]


@pytest.mark.parametrize(("four", "here"), [(True, "村级评议公示"), (False, "民主评议")])
def test_a_county_with_four_steps_sees_four_and_the_others_every_stop(
    app: Flask, walker: Walker, four: bool, here: str
) -> None:
    with following(app, flags={"four_step": four}):
        to_the_meeting(walker)
        with walker.cast.acting("reviewer") as by:
            file = cases.read_case(walker.case_id, by=by)
            stops = way_of(file.case, file.events)

    assert [stop.name for stop in stops if stop.is_here] == [here]
    assert ([stop.name for stop in stops] == FOUR) is four
    assert stops[0].left_on == (date(2026, 3, 9) if four else date(2026, 3, 7))


@pytest.mark.parametrize(("limit", "next_one"), [("90d", date(2026, 6, 3)), ("60d", date(2026, 5, 4))])
def test_the_next_quarterly_session_is_counted_from_the_last(
    app: Flask,
    cast: Cast,
    console: Callable[..., Any],  # noqa: F811 - the fixture imported above
    limit: str,
    next_one: date,
) -> None:
    with following(app, limits={"MEET_Q": limit}), morning(date(2026, 3, 20)):
        with cast.acting("county_op") as by:
            office_meetings.record(OfficeMeetingForm("quarterly", date(2026, 3, 5), "一季度调度"), by=by)
        with cast.acting("county_op") as by:
            assert office_meetings.next_ones(by=by) == [("quarterly", next_one)]
        assert "下一次季度调度" in console("county_op").get("/console/supervising/").text


PAGES = {
    "county_centre": ("county_op", "/console/stations/"),
    "township_station": ("town_op", f"/console/stations/{TOWNSHIP}"),
    "village_station": ("village", f"/console/stations/{VILLAGE}"),
    "grid": ("town_op", "/console/grids/"),
    "grid_member": ("town_op", "/console/grids/"),
    "national_system": ("town_op", "/console/national/"),
}


def test_what_the_county_calls_its_offices_stands_on_their_pages(
    app: Flask,
    console: Callable[..., Any],  # noqa: F811 - the fixture imported above
) -> None:
    def said() -> set[str]:
        return {key for key, (who, page) in PAGES.items() if f"叫法{key}" in console(who).get(page).text}

    before = said()
    with following(app, texts={key: f"叫法{key}" for key in PAGES}):
        after = said()

    assert (before, after) == (set(), set(PAGES))
