"""Warnings about a watched family: three levels agree, a department helps, somebody looks, and it is struck off."""

from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import WarningNote
from backend.services import family_warnings, removals, watches
from backend.services.round_forms import RoundForm
from backend.workflow.states import Kind, State
from tests.people import Cast, Maker
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.watching import REMOVAL, Watched

pytestmark = pytest.mark.shows("monitoring.6", "C22", "C23")


class Warned(Watched):
    """A warning on its way."""

    def mark(self, *items: str, login: str = "village") -> None:
        with clock.at(self.now), self.cast.acting(login) as by:
            self.case_id = family_warnings.mark(self.watch_id, items or ("water",), by=by, words="井干了").id

    def step(self, action: Action, login: str, kind: Kind, **more: Any) -> None:
        [task] = self.duties(kind)
        with clock.at(self.now), self.cast.acting(login) as by:
            family_warnings.step(self.case_id, action, by=by, version=task.version, words="已核实", **more)

    def to_the_department(self) -> None:
        self.mark()
        self.step(Action.CHECK_WARNING, "town_op", Kind.WARNING_CHECK)
        self.step(Action.CONFIRM_WARNING, "county_op", Kind.WARNING_CONFIRM, department="water")


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker, preset: Any) -> Warned:  # noqa: F811
    preset("NATIONAL")
    warned = Warned(app, cast, make)
    warned.include()
    warned.plan("housing")
    return warned


@pytest.mark.shows("C24", "C25", "C26", "C27", "C28", "C29", "C33", "C34", "C35", "B60", "D05")
def test_a_warning_goes_from_the_village_to_a_department_and_is_struck_off_after_somebody_looked(
    family: Warned,
) -> None:
    family.to_the_department()
    [help_due] = family.duties(Kind.WARNING_HELP)
    assert help_due.detail["department"] == "water"
    assert (help_due.due_on - family.today).days == 30
    family.step(Action.ASK_TO_CLOSE_WARNING, "county_op", Kind.WARNING_HELP)
    with pytest.raises(NotPossibleNow, match="回访"):
        family.step(Action.CLOSE_WARNING, "county_lead", Kind.WARNING_CLOSE)
    family.visit(RoundForm("home", "fine"))
    with pytest.raises(NotAllowed):
        family.step(Action.CLOSE_WARNING, "county_op", Kind.WARNING_CLOSE)
    family.step(Action.CLOSE_WARNING, "county_lead", Kind.WARNING_CLOSE)

    assert family.case().state == State.WARNING_CLOSED
    family.step(Action.UPDATE_OFFICE, "county_op", Kind.OFFICE_UPDATE)
    assert family.duties() == []
    steps = [row.step for row in family.make.rows(WarningNote)]
    assert steps == [
        "mark_warning",
        "check_warning",
        "confirm_warning",
        "ask_to_close_warning",
        "close_warning",
        "update_office",
    ]


def test_the_county_may_send_the_department_back(family: Warned) -> None:
    family.to_the_department()
    family.step(Action.ASK_TO_CLOSE_WARNING, "county_op", Kind.WARNING_HELP)
    family.step(Action.RETURN_WARNING, "county_op", Kind.WARNING_CLOSE)

    assert family.case().state == State.WARNING_CONFIRMED
    assert [task.detail["department"] for task in family.duties(Kind.WARNING_HELP)] == ["water"]


def test_a_warning_that_is_none_is_dropped_with_a_reason(family: Warned) -> None:
    family.mark()
    with pytest.raises(Invalid):
        family.step(Action.DROP_WARNING, "reviewer", Kind.WARNING_CHECK)
    family.step(Action.DROP_WARNING, "reviewer", Kind.WARNING_CHECK, codes=("not_so",))

    assert family.case().state == State.WARNING_DROPPED
    assert family.duties() == []


@pytest.mark.parametrize("is_helped", [False, True])
def test_a_warning_about_a_family_that_is_gone_is_dropped_at_last(family: Warned, is_helped: bool) -> None:
    family.to_the_department()
    kind = Kind.WARNING_HELP
    if is_helped:
        family.step(Action.ASK_TO_CLOSE_WARNING, "county_op", kind)
        kind = Kind.WARNING_CLOSE
    with pytest.raises(NotPossibleNow, match="还在监测"):
        family.step(Action.DROP_WARNING, "county_op", kind, codes=("not_so",))
    with clock.at(family.now), family.cast.acting("town_op") as by:
        watches.end_naturally(family.watch_id, ("moved_away",), by=by, words="全家迁走了")

    family.step(Action.DROP_WARNING, "county_op", kind, codes=("gone",))

    assert family.case().state == State.WARNING_DROPPED
    assert family.duties() == []


def test_what_is_wrong_with_a_warning_is_said(family: Warned) -> None:
    with pytest.raises(Invalid):
        family.mark("moon")
    family.mark("water")
    with pytest.raises(NotPossibleNow, match="同一项"):
        family.mark("water")
    family.step(Action.CHECK_WARNING, "town_op", Kind.WARNING_CHECK)
    with pytest.raises(Invalid) as refused:
        family.step(Action.CONFIRM_WARNING, "county_op", Kind.WARNING_CONFIRM, department="nobody")
    assert set(refused.value.fields) == {"department"}


def test_an_open_warning_stands_in_the_way_of_a_removal(family: Warned) -> None:
    family.mark()
    family.today = family.today.replace(month=11)
    case_id = family.propose()

    with family.cast.acting("village") as by, clock.at(family.now):
        looked = removals.review(case_id, REMOVAL, by=by)

    assert "warning_open" in {each.rule for each in looked.errors}
