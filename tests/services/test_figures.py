"""Figures of places, counted by hand beside the program; what leaves the office; whose figures one may read."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, new_id
from backend.errors import NotFound
from backend.models import Alert, Figures, Region, Task
from backend.models.places import place_of
from backend.services import boards, figures, home
from backend.services.boards import Board
from backend.services.judgements import JudgementForm
from backend.workflow.states import Kind
from tests.checks import following
from tests.people import COUNTY, NEXT_VILLAGE, OTHER_TOWNSHIP, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.desks import FRIDAY, Desks
from tests.services.test_full_procedure import morning

TOWN_C, VILLAGE_C = "130126102", "130126102201"


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


def seen(desks: Desks, login: str, code: str = "") -> Board:
    with desks.as_(login) as by:
        found = boards.board(by=by, code=code)
        assert found is not None
        return found


def said(board: Board, table: str) -> dict[str, tuple[int, ...]]:
    """Return the lines of a table that say something."""
    return {bar.name: bar.numbers for bar in board.tables[table] if any(bar.numbers)}


def an_alert(desks: Desks, *, due: int, verdict: int | None = None) -> None:
    """Send an alert to the village; the numbers are days from today."""
    with desks.app.app_context(), as_system("a test sends an alert"):
        db.session.add(
            Alert(
                id=new_id(),
                household_id=1,
                head_name="某某",
                colour="red",
                rank=0,
                risk="illness",
                standing="sent",
                made_on=desks.today,
                sent_on=desks.today - timedelta(days=20),
                due_on=desks.today + timedelta(days=due),
                case_id=None,
                clue_id=None,
                verdict=None if verdict is None else "found",
                verdict_at=None if verdict is None else desks.now + timedelta(days=verdict),
                **place_of(VILLAGE),
            )
        )
        db.session.commit()


@pytest.mark.shows("console.1", "D03", "D10", "D23", "C43", "A27")
def test_each_figure_of_a_small_world_is_what_one_counts_by_hand(desks: Desks) -> None:
    desks.family("张三", risk="housing")
    desks.village()
    desks.township_and_county()
    decided_on = desks.today
    desks.family("李四", risk="illness")
    desks.to_the_township()
    desks.family("赵六", risk="illness", village_code=NEXT_VILLAGE)
    desks.family("王五", risk="illness", village_code=OTHER_VILLAGE)
    desks.today = decided_on
    for due, verdict in ((-3, -5), (-3, -3), (-6, -2), (2, None), (-1, None)):
        an_alert(desks, due=due, verdict=verdict)

    desks.count_places()
    county, village = seen(desks, "county_op"), seen(desks, "village")

    days = (decided_on - FRIDAY).days
    assert days == 15
    assert county.limit == 15
    assert {row.code: row.counts["under_way"] for row in county.rows if row.counts["under_way"]} == {
        TOWNSHIP: 2,
        OTHER_TOWNSHIP: 1,
    }
    names = ("under_way", "on_village", "on_township", "on_county", "late", "watched", "without_contact")
    # 李四 waits for the township's word, and the village still has to take the sheet down.
    assert [county.whole.counts[name] for name in names] == [3, 3, 1, 0, 3, 1, 1]
    assert [village.whole.counts[name] for name in names] == [1, 1, 1, 0, 1, 1, 1]
    assert said(county, "stages") == {
        "等受理": (4, 2),
        "等入户核实": (2, 0),
        "等评议公示": (2, 0),
        "等乡镇审核": (2, 1),
        "等县级审定": (1, 0),
        "等公告": (1, 0),
        "已纳入": (1, 1),
    }
    assert said(village, "stages")["等受理"] == (2, 0)
    assert said(county, "days") == {"13–15天": (1,)}
    assert [bar.name for bar in county.tables["days"] if not bar.is_over][-1] == "13–15天"
    assert said(county, "decided") == {"按答应的日子": (1,), "一共": (1,)}
    assert said(county, "ways") == {"农户自主申报": (4,)}
    assert said(county, "channels") == {"小程序申报": (4,)}
    assert said(county, "risks")["住房安全"] == (1, 1)
    assert sum(each[0] for each in said(county, "risks").values()) == 4
    assert said(village, "risks")["住房安全"] == (1, 1)
    assert said(county, "late_kinds")["受理申报"] == (2,)
    assert said(county, "alerts") == {
        "按时核实": (2,),
        "超过期限才核实": (1,),
        "还在期限内": (1,),
        "过了期限还没核实": (1,),
    }
    assert said(county, "shares")["应帮尽帮"] == (0, 1)
    assert (county.pace.ended, county.pace.in_time, county.pace.to_decision) == (1, 1, days)
    assert county.counted_at == morning(decided_on)


@pytest.mark.shows("console.1", "A27", "B26")
def test_everybody_reads_the_figures_of_their_own_place_and_of_those_inside_it(desks: Desks) -> None:
    desks.family("张三")
    desks.family("李四", village_code=OTHER_VILLAGE)
    desks.count_places()

    inside = [seen(desks, "county_op", TOWNSHIP).code, seen(desks, "county_op", VILLAGE).code]
    own = seen(desks, "reviewer")

    assert inside == [TOWNSHIP, VILLAGE]
    assert {row.code[:9] for row in own.rows} == {TOWNSHIP}
    assert [row.code for row in own.rows] == sorted(row.code for row in own.rows)
    assert sum(row.counts["under_way"] for row in own.rows) == own.whole.counts["under_way"] == 1
    for login, code in (
        ("reviewer", OTHER_TOWNSHIP),
        ("reviewer", OTHER_VILLAGE),
        ("reviewer", COUNTY),
        ("village", TOWNSHIP),
        ("village", NEXT_VILLAGE),
        ("county_op", "130126999"),
        ("county_op", "340321100"),
    ):
        with desks.as_(login) as by, pytest.raises(NotFound):
            boards.board(by=by, code=code)
    with desks.as_("county_op") as by:
        listed = {row.code for row in boards.glance(by=by)[1]}
    with desks.app.app_context():
        assert listed == {row.code for row in db.session.query(Region).filter_by(level="township")}


@pytest.mark.shows("console.1")
def test_a_large_county_is_counted_a_little_at_a_time_and_shown_when_it_is_whole(desks: Desks) -> None:
    desks.family("张三")
    first, later = desks.now, desks.now + timedelta(minutes=5)

    def step(at: datetime) -> tuple[int, datetime | None]:
        with desks.app.app_context(), clock.at(at):
            kept = figures.count_places(seconds=-1, older_than=timedelta(minutes=5))
            found = db.session.get(Figures, COUNTY)
            return kept, found.counted_at if found else None

    steps = [step(first + timedelta(seconds=each)) for each in range(15)]
    nothing_to_do = step(first + timedelta(seconds=30))
    again = step(later)

    assert all(kept > 1 for kept, _ in steps)
    assert [shown for _, shown in steps] == [None] * 14 + [first], "as old as its oldest part"
    assert nothing_to_do == (0, first)
    assert again[1] == first + timedelta(seconds=1)
    assert seen(desks, "county_op").whole.counts["under_way"] == 1


@pytest.mark.shows("console.1")
def test_a_small_group_leaves_no_office_and_no_wall_tells_it_of_the_next_one(app: Flask, desks: Desks) -> None:
    def keep(code: str, parent: str, under_way: int, **groups: Any) -> None:
        counts = {"families": {"under_way": under_way}, **groups}
        db.session.add(Figures(region_code=code, parent_code=parent, counted_at=desks.now, counts=counts))

    with app.app_context():
        keep(COUNTY, "", 35, channels={"self_mp": 33, "petition": 2})
        keep(TOWNSHIP, COUNTY, 3, days={"4": 3}, kept={"in_time": 3})
        keep(OTHER_TOWNSHIP, COUNTY, 12, standing={"declared": 12})
        keep(TOWN_C, COUNTY, 20)
        keep(OTHER_VILLAGE, OTHER_TOWNSHIP, 5)
        keep("130126101202", OTHER_TOWNSHIP, 7)
        db.session.commit()

    county = seen(desks, "county_op")
    small, beside = seen(desks, "county_op", TOWNSHIP), seen(desks, "county_op", OTHER_TOWNSHIP)

    assert [row.outward["under_way"] for row in county.rows] == ["少于5", "不列", "20"]
    assert county.whole.outward["under_way"] == "35"
    assert [row.counts["under_way"] for row in county.rows] == [3, 12, 20], "whoever works there sees the numbers"
    assert small.whole.outward["under_way"] == "少于5"
    assert {bar.outward[0] for bar in small.tables["decided"]} <= {"少于5", "0"}
    assert beside.whole.outward["under_way"] == "不列", "its own wall would tell the first one's"
    assert [row.outward["under_way"] for row in beside.rows] == ["不列", "7"], "nor do its villages add up to it"
    assert not any(part.isdigit() and part != "0" for bar in beside.tables["stages"] for part in bar.outward)
    assert [bar.outward[0] for bar in county.tables["ways"]] == ["不列", "0", "0", "少于5"]


@pytest.mark.shows("console.1")
def test_the_first_page_counts_ones_own_desk_and_what_one_did_oneself_this_month(desks: Desks, cast: Cast) -> None:
    for name in ("张三", "李四"):
        desks.family(name)
        desks.to_the_township()
    due = desks.duties(Kind.TOWN_REVIEW)[0].due_on
    desks.judge(Action.PASS_ON, "reviewer", form=JudgementForm(opinion="情况属实", category="marginal"))

    def counted(login: str, days: int) -> home.Home:
        with clock.at(morning(due + timedelta(days=days))), cast.acting(login) as by:
            return home.home(by=by, soon=clock.today() + timedelta(days=3))

    before, on_the_day, after = (counted("reviewer", days) for days in (-2, 0, 1))
    colleague, elsewhere = counted("second_reviewer", 0), counted("other_reviewer", 0)

    assert (before.open, before.due_soon, before.overdue) == (1, 1, 0)
    assert [day.due for day in before.week] == [0, 0, 1, 0, 0, 0, 0]
    assert [day.is_workday for day in before.week].count(False) == 2
    assert (on_the_day.due_soon, on_the_day.overdue, on_the_day.week[0].due) == (1, 0, 1)
    assert (after.open, after.due_soon, after.overdue) == (1, 0, 1)
    assert (on_the_day.done, colleague.open) == (1, 1)
    assert colleague.done == sum(task.closed_by == cast.staff_id("second_reviewer") for task in desks.make.rows(Task))
    assert (elsewhere.open, elsewhere.done) == (0, 0)
