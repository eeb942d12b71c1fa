"""应纳尽纳、应消尽消、应帮尽帮: three shares on the board; and numbers of the rules that change what people may do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from backend.access.permissions import Action
from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import Grid, Region
from backend.policy import from_values, load_preset
from backend.policy.removing import months_before, months_between
from backend.services import boards, grids, home_checks, rechecks, removal_proposals
from backend.services.coverage import Coverage, Share
from backend.workflow.states import Kind, State
from tests.checks import HEAD, following, form, morning
from tests.people import VILLAGE, Cast, Maker, id_number
from tests.services.desks import Desks
from tests.services.test_removals import WayOut
from tests.services.watching import households


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker) -> Iterator[WayOut]:
    with following(app):
        yield WayOut(app, cast, make)


def shares(desks: Desks, login: str = "county_op") -> Coverage:
    desks.count_places()
    with desks.as_(login) as by:
        return boards.board(by=by).coverage


class Visited(Desks):
    """A family whose home check is the real form; it says what was seen there."""

    serial = 1

    def take(self, action: Action, login: str, kind: Kind | None, *rest: Any, **detail: Any) -> None:
        if action is not Action.FILE_VISIT:
            super().take(action, login, kind, *rest, **detail)
            return
        self.serial += 50  # another number, and the same year of birth
        head = replace(HEAD, name=self.case().head_name, id_number=id_number(self.serial))
        check = form(visited_on=self.today, members=(head,), category_reason="看过才知道")
        with self.as_(login) as by:
            home_checks.file_check(self.case_id, by=by, version=self.version(Kind.VISIT), form=check)
        with self.as_("head") as by:
            home_checks.confirm_check(self.case_id, by=by, version=self.version(Kind.CONFIRM_CHECK), agrees=True)


@pytest.mark.shows("B51", "B41")
def test_a_family_in_whose_home_a_risk_was_seen_counts_until_it_is_included_or_helped_otherwise(
    app: Flask, cast: Cast, make: Maker
) -> None:
    with following(app):
        desks = Visited(app, cast, make)
        desks.family("李四")
        desks.to_the_township()
        seen = shares(desks)
        desks.refuse()
        refused = shares(desks)
        desks.family("张三")
        desks.village()
        desks.township_and_county()
        included = shares(desks)
        desks.family("王五")
        desks.to_the_visit()
        desks.days_later(40)
        late, elsewhere = shares(desks), shares(desks, "other_reviewer")

    assert [each.included for each in (seen, refused, included)] == [Share(0, 0), Share(1, 1), Share(2, 2)]
    assert late.included == Share(2, 3), "found at risk, and past its promised day without a result"
    assert late.included.left == 1
    assert elsewhere.included == Share(0, 0)


@pytest.mark.shows("B51")
def test_a_watched_family_is_helped_when_each_of_its_risks_has_its_kind_of_help(family: WayOut) -> None:
    family.include()
    bare = shares(family)
    family.plan("industry", risks=("housing", "illness"))
    family.plan("housing", risks=("housing", "illness"))
    one_of_two = shares(family)
    family.plan("health", risks=("housing", "illness"))

    assert (bare.helped, one_of_two.helped, shares(family).helped) == (Share(0, 1), Share(0, 1), Share(1, 1))


@pytest.mark.shows("B51", "procedure.5")
@pytest.mark.parametrize(("months", "ripe"), [(6, False), (3, True)])
def test_a_family_is_due_for_removal_when_it_was_stable_as_long_as_the_rules_say(
    app: Flask, family: WayOut, months: int, ripe: bool
) -> None:
    family.include()
    family.ready(months_later(family.watch().began_on, 4))
    with following(app, numbers={"removal_months_at_least": months}):
        due = shares(family)
        with family.as_("reviewer") as by:
            proposed = [each.is_ready for each in removal_proposals.candidates(by=by)]

    assert due.removed == Share(0, int(ripe))
    assert proposed == [True] * ripe


@pytest.mark.shows("B51")
def test_a_family_whose_risk_is_removed_counts_as_done_and_one_with_help_on_its_way_not_at_all(family: WayOut) -> None:
    family.include()
    family.ready()
    ripe = shares(family)
    family.plan("education")
    unfinished = shares(family)
    family.deliver()
    family.case_id = family.propose()
    leaving = shares(family)
    family.out()

    assert [each.removed for each in (ripe, unfinished, leaving)] == [Share(0, 1), Share(0, 0), Share(0, 1)]
    assert (ripe.leaving, leaving.leaving) == (0, 1)
    assert shares(family).removed == Share(1, 1)


def months_later(day: date, months: int) -> date:
    return next(each for each in (day + timedelta(days=n) for n in range(400)) if months_between(day, each) == months)


def test_months_before_is_the_latest_day_that_is_long_enough_ago() -> None:
    for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(1200)):
        for months in (1, 6, 12):
            begin = months_before(day, months)
            assert months_between(begin, day) >= months
            assert months_between(begin + timedelta(days=1), day) < months


@pytest.mark.shows("procedure.2", "procedure.5")
@pytest.mark.parametrize("times", [0, 1, 2])
def test_an_outcome_is_rechecked_as_often_as_the_rules_say(app: Flask, cast: Cast, make: Maker, times: int) -> None:
    with following(app, numbers={"rechecks_for_each_outcome": times}):
        desks = Desks(app, cast, make)
        desks.family()
        desks.to_the_township()
        desks.refuse()
        for login in ("town_lead", "county_lead")[:times]:
            with desks.as_("village") as by:
                rechecks.ask(desks.case_id, by=by, words="本人来村里申请复核")
            with desks.as_(login) as by:
                version = desks.version(Kind.RECHECK)
                rechecks.answer(desks.case_id, by=by, version=version, overturn=False, words="维持原结果")
        with morning(desks.today):
            [receipt] = cast.farmer("phone of 张三").get("/declarations").json["items"]
        with desks.as_("village") as by, pytest.raises(NotPossibleNow):
            rechecks.ask(desks.case_id, by=by, words="再看看")

    assert desks.case().state == State.NOT_INCLUDED
    assert desks.case().marks.get("rechecked", []) == [State.NOT_INCLUDED] * times
    assert "ask_recheck" not in receipt["actions"]


@pytest.mark.shows("procedure.5")
@pytest.mark.parametrize(("least", "words"), [(20, ["一般20到40户"]), (10, [])])
def test_a_grid_is_too_small_below_the_number_of_the_rules(
    app: Flask, cast: Cast, least: int, words: list[str]
) -> None:
    with app.app_context():
        db.session.add(Region(code=f"{VILLAGE}000", name="第一组", level="grid", parent_code=VILLAGE))
        db.session.flush()
        db.session.add(Grid(code=f"{VILLAGE}000", parent_code=VILLAGE, group_name="", said_households=None))
        db.session.commit()
    households(app, 36)
    with following(app, numbers={"grid_households_from": least}), cast.acting("town_op") as by:
        [line] = grids.grids_of(by=by)

    assert line.households == 12
    assert [each for each in line.wrong if each.startswith("一般")] == words


@pytest.mark.shows("procedure.5")
def test_a_number_that_nothing_reads_any_more_does_not_spoil_a_countys_older_rules() -> None:
    old: dict[str, Any] = {"numbers": {"notices_in_village": 2, "visitors_at_least": 3}}

    numbers = from_values("NATIONAL", old, 2).numbers

    assert numbers["visitors_at_least"] == 3
    assert numbers.keys() == load_preset("NATIONAL").numbers.keys()
