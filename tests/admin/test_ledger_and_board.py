"""The ledger that nobody types, what leaves of it and to whom, and the board of a place."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.access.permissions import Action
from backend.models import Case, HomeCheck
from backend.policy import load_preset
from backend.services import home_checks
from backend.services.board_tables import WAY_OF, ways_of
from backend.services.courses import Course, pace_of, spread
from backend.workflow.states import Kind, State
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.checks import following, form, morning
from tests.people import OTHER_VILLAGE, VILLAGE, Cast, Maker
from tests.services.desks import FRIDAY, Desks

Enter = Callable[[str], Desk]
KINDS = {"ordinary": ("marginal", False), "formerly poor": ("lifted_unstable", True)}


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


def watched(desks: Desks, head_name: str, **changes: object) -> int:
    """Walk a family to the end: it is watched."""
    case_id = desks.family(head_name, **changes)
    desks.village()
    desks.township_and_county()
    assert desks.make.state(case_id) == State.MONITORED
    return case_id


def numbers(page: Page, place: str) -> list[int]:
    """Return a place's line of the first table, as a screen shows it."""
    row = page.html[page.html.index("<tbody>") :].partition(f"{place}<")[2].partition("</tr>")[0]
    return [int(number) for number in re.findall(r'data-value="(\d+)"', row)]


def press(desk: Desk, path: str, ends: str, **typed: str) -> TestResponse:
    sent = desk.get(path).form(ends)
    return desk.client.post(sent.action, data={**sent.values, **typed})


@pytest.mark.shows("procedure.2", "A14", "B40", "C20")
def test_a_watched_family_is_in_the_ledger_with_what_each_step_wrote_down(desks: Desks, console: Enter) -> None:
    watched(desks, "张三", risk="housing")
    desks.family("李四")
    with morning(desks.today + timedelta(days=20)):
        page = console("town_op").get("/console/ledger/")
        nobody = console("other_reviewer").get("/console/ledger/")

    assert "张三" in page.text
    assert "李四" not in page.text, "a family under way is not watched yet"
    assert "住房安全" in page.text
    assert "小程序申报" in page.text
    assert "张三" not in nobody.text
    assert console("auditor").get("/console/ledger/").status == 403


@pytest.mark.shows("procedure.1", "D01")
@pytest.mark.parametrize("family", KINDS)
def test_every_rural_family_may_be_watched_whether_it_was_poor_before_or_not(
    desks: Desks, make: Maker, family: str
) -> None:
    category, was_lifted = KINDS[family]
    desks.family("张三")
    desks.take(Action.ACCEPT, "village", Kind.ACCEPT)
    check = form(was_lifted=was_lifted, category=category, visited_on=desks.today)
    with desks.as_("village") as by:
        home_checks.file_check(desks.case_id, by=by, version=desks.version(Kind.VISIT), form=check)

    [row], [case] = make.rows(HomeCheck), make.rows(Case)
    assert row.category_proposed == category
    assert case.state == State.FOUND


@pytest.mark.shows("A28", "B26")
def test_a_village_sees_on_its_board_what_waits_for_it_and_what_waits_for_others(desks: Desks, console: Enter) -> None:
    desks.family("张三")
    desks.family("李四")
    desks.to_the_township()
    desks.count_places(days_later=9)
    with morning(desks.today + timedelta(days=9)):
        village, township = console("village").get("/console/board/"), console("reviewer").get("/console/board/")
        county, elsewhere = console("county_op").get("/console/board/"), console("next_village").get("/console/board/")

    assert "正在办 等村里 等乡镇 等县里 有超期 监测中" in village.text
    for page in (village, township, county):
        assert numbers(page, "育才社区" if page is not county else "灵寿镇")[:6] == [2, 2, 1, 0, 2, 0]
    assert numbers(elsewhere, "中山社区")[:6] == [0] * 6
    assert console("auditor").get("/console/board/").status == 403


@pytest.mark.shows("D03", "D10", "D23")
def test_the_board_says_in_days_how_long_the_way_takes_and_how_many_kept_their_day(
    desks: Desks, console: Enter
) -> None:
    watched(desks, "张三")
    days = (desks.today - FRIDAY).days
    desks.count_places()
    with morning(desks.today):
        page = console("county_op").get("/console/board/")
        elsewhere = console("other_village").get("/console/board/")
    desks.count_places(days_later=91)
    with morning(desks.today + timedelta(days=91)):
        later = console("county_op").get("/console/board/")

    assert f"发现到有结果 {days}天" in page.text
    assert "发现到录入 0天" in page.text
    assert "1户，共1户" in page.text
    assert "农户自主申报 1 少于5 乡村干部排查 0 0 部门筛查预警 0 0 信访、媒体、督查 0 0" in page.text
    assert "小程序申报 1 100%" in page.text
    assert "有结果的0户" in elsewhere.text
    assert "有结果的0户" in later.text


@pytest.mark.shows("D03")
def test_the_middle_family_is_shown_and_who_never_got_help_first_does_not_count_there() -> None:
    def course(visited: int, ended: int, helped: int | None = None) -> Course:
        at = [FRIDAY + timedelta(days=each) for each in (visited, ended)]
        help_on = FRIDAY + timedelta(days=helped) if helped is not None else None
        return Course(FRIDAY, FRIDAY, FRIDAY + timedelta(days=15), at[1], at[0], help_on)

    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in (course(2, 10), course(3, 15, helped=1), course(9, 30)):
        for name, days in spread(each):
            counts[name][days] += 1
    pace = pace_of(counts)

    assert (pace.ended, pace.in_time) == (3, 2)
    assert (pace.to_visit, pace.to_decision, pace.to_help) == (3, 15, 1)
    assert pace_of({}).to_visit is None


@pytest.mark.shows("D10")
def test_every_channel_is_one_of_the_three_ways_or_says_that_it_is_none() -> None:
    channels = load_preset("NATIONAL").dictionaries["channels"]
    assert set(channels) - set(WAY_OF) == {"petition", "media", "inspect"}
    assert ways_of(dict.fromkeys(channels, 1)) == {
        "农户自主申报": 5,
        "乡村干部排查": 3,
        "部门筛查预警": 3,
        "信访、媒体、督查": 3,
    }


@pytest.mark.shows("D03", "B26", "B37")
def test_a_county_sees_its_townships_and_a_township_its_villages(desks: Desks, console: Enter) -> None:
    desks.family("张三")
    desks.family("李四", village_code=OTHER_VILLAGE)
    desks.count_places()
    with morning(FRIDAY):
        county, township = console("county_op").get("/console/board/"), console("reviewer").get("/console/board/")

    assert (numbers(county, "灵寿镇")[0], numbers(county, "青同镇")[0], numbers(county, "合计")[0]) == (1, 1, 2)
    assert (numbers(township, "育才社区")[0], numbers(township, "合计")[0]) == (1, 1)
    assert "青同镇" not in township.text
    assert VILLAGE[:9] != OTHER_VILLAGE[:9]
