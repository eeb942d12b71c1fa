"""Somebody answers for every watched family, and what was found unsafe stays listed until the township has looked."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from backend.access.permissions import Action
from backend.errors import Invalid, NotAllowed, NotFound
from backend.models import Hazard, Household, Pairing, Staff, Task, Watch
from backend.policy.assessment import SafetyItem
from backend.services import home_checks, paired, personnel
from backend.services.paired import PairForm
from backend.services.staff import set_phone
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.checks import SAFE, following, form, morning
from tests.jobs.ladder import signed_in
from tests.people import Cast, Maker
from tests.services.desks import Desks

Enter = Callable[[str], Desk]
VACANT = "/console/ledger/vacancies"
HAZARDS = "/console/rounds/"


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


def watched(desks: Desks, make: Maker) -> int:
    """Bring a family to its inclusion and return the number of its watch."""
    desks.family("张三")
    desks.village()
    desks.township_and_county()
    return next(row.id for row in make.rows(Watch) if row.case_id == desks.case_id)


def checked(desks: Desks, head_name: str = "张三", **unsafe: str) -> int:
    """Bring a family past a home check that found these items unsafe."""
    case_id = desks.family(head_name)
    desks.take(Action.ACCEPT, "village", Kind.ACCEPT)
    file(desks, **unsafe)
    return case_id


def file(desks: Desks, **unsafe: str) -> None:
    safety = {**SAFE, **{item: SafetyItem(state, "墙裂了一道缝") for item, state in unsafe.items()}}
    seen = replace(form(visited_on=desks.today), safety=safety)
    with desks.as_("village") as by:
        home_checks.file_check(desks.case_id, by=by, version=desks.version(Kind.VISIT), form=seen)


def dangers(make: Maker) -> list[Task]:
    return [task for task in make.rows(Task) if task.kind == Kind.HAZARD and task.open_due is not None]


def do(desk: Desk, page: Page, deed: str, **typed: str) -> Page:
    """Fill in one of the declared forms of a page."""
    form = next(each for each in page.forms if each.values.get("form", "").startswith(deed))
    desk.client.post(form.action, data={**form.values, **typed})
    return desk.get(form.action)


@pytest.mark.shows("B50")
def test_a_watched_family_is_a_vacancy_until_somebody_answers_for_it(
    desks: Desks, console: Enter, cast: Cast, make: Maker
) -> None:
    watch_id = watched(desks, make)
    with signed_in(cast, "village") as by:
        set_phone(by.id, "13900000001", by=by)
    desks.count_places()
    with morning(desks.today):
        desk = console("town_op")
        before, board = desk.get(VACANT), desk.get("/console/board/")
        page = desk.get(f"/console/watches/{watch_id}")
        do(desk, page, "pair", staff_id=str(cast.staff_id("village")))
        after, ledger = desk.get(VACANT), console("county_op").get("/console/ledger/")

    assert "张三" in before.text
    assert re.search(r'data-label="没有包保责任人"\s+data-value="1"', board.html)
    assert "王村干（演员）" in page.text
    assert "蒋系统" not in page.text, "administrators answer for nobody"
    assert "每一户都有包保责任人" in after.text
    assert "王村干" in ledger.text
    assert "空缺" not in ledger.text
    [pairing] = make.rows(Pairing)
    assert (pairing.staff_id, paired.phone_of(pairing)) == (cast.staff_id("village"), "13900000001")
    assert desks.duties(Kind.PAIR) == []


@pytest.mark.shows("B50")
def test_when_somebody_leaves_their_families_are_vacant_at_once_and_the_township_owes_another(
    desks: Desks, console: Enter, cast: Cast, make: Maker
) -> None:
    watch_id = watched(desks, make)
    with desks.as_("town_op") as by:
        paired.pair(watch_id, PairForm("", "13900000001", staff_id=cast.staff_id("village")), by=by)
    with morning(desks.today):
        desk = console("town_op")
        full = desk.get(VACANT).text
        with signed_in(cast, "admin") as admin:
            personnel.let_go(cast.staff_id("village"), by=admin)
        vacant = desk.get(VACANT).text
        with desks.app.app_context():
            asked, again = paired.ask_for_others(), paired.ask_for_others()

    assert "每一户都有包保责任人" in full
    assert "张三" in vacant
    assert not next(row for row in make.rows(Staff) if row.id == cast.staff_id("village")).is_active
    assert (asked, again) == (1, 0)
    assert [task.role for task in desks.duties(Kind.PAIR)] == ["TOWN_REVIEW"]
    assert [row.until_on for row in make.rows(Pairing)] == [desks.today]


@pytest.mark.shows("B50")
@pytest.mark.parametrize("login", ["next_village", "other_reviewer", "admin"])
def test_nobody_of_elsewhere_and_no_administrator_is_put_in_charge(
    desks: Desks, cast: Cast, make: Maker, login: str
) -> None:
    watch_id = watched(desks, make)
    form = PairForm("某人", "13900000001", staff_id=cast.staff_id(login))

    with desks.as_("town_op") as by, pytest.raises(Invalid) as refused:
        paired.pair(watch_id, form, by=by)
    with desks.as_("other_reviewer") as by, pytest.raises(NotFound):
        paired.candidates(watch_id, by=by)
    with desks.as_("village") as by, pytest.raises(NotAllowed):
        paired.pair(watch_id, form, by=by)

    assert set(refused.value.fields) == {"staff_id"}
    assert make.rows(Pairing) == []


@pytest.mark.shows("B50")
def test_a_family_under_way_needs_nobody_yet(desks: Desks) -> None:
    desks.family("张三")

    with desks.as_("town_op") as by:
        assert paired.vacant(by=by) == []


@pytest.mark.shows("procedure.4", "B59")
def test_what_a_home_check_found_unsafe_stays_until_the_township_has_looked(
    desks: Desks, console: Enter, make: Maker
) -> None:
    checked(desks, housing="unsafe", water="concern")
    owed = dangers(make)
    with morning(desks.today):
        desk = console("town_op")
        page = desk.get(HAZARDS)
        wordless = do(desk, page, "close_hazard", words=" ")
        closed = do(desk, page, "close_hazard", words="住建所已加固，现场看过")
        village = console("village").get(HAZARDS)

    assert [(task.role, task.open_due is not None) for task in owed] == [("TOWN_REVIEW", True)] * 2
    assert "还没解决：住房安全1户，饮水安全1户" in page.text
    assert "还没解决：住房安全1户，饮水安全1户" in wordless.text
    assert "还没解决：饮水安全1户" in closed.text
    assert "饮水安全" in village.text
    assert not [each for each in village.forms if each.values.get("form", "").startswith("close_hazard")]
    [struck] = [row for row in make.rows(Hazard) if row.closed_on]
    assert struck.item == "housing"
    assert "加固" not in str(vars(struck))
    assert len(dangers(make)) == 1


@pytest.mark.shows("procedure.4", "B59")
def test_a_later_check_that_finds_it_safe_ends_the_line_and_one_that_does_not_opens_it_again(
    desks: Desks, console: Enter, make: Maker
) -> None:
    checked(desks, housing="unsafe")
    desk = console("town_op")
    with morning(desks.today):
        cleared = do(desk, desk.get(HAZARDS), "close_hazard", words="已修").text
    back_to_the_door(desks)
    file(desks, housing="concern")
    with morning(desks.today):
        found_again = desk.get(HAZARDS).text
    back_to_the_door(desks)
    file(desks)
    with morning(desks.today):
        safe = desk.get(HAZARDS).text

    assert "已经清零" in cleared
    assert "住房安全1户" in found_again
    assert "已经清零" in safe
    assert dangers(make) == []


@pytest.mark.shows("B59")
def test_a_township_sees_its_own_dangers_only(desks: Desks, console: Enter, make: Maker) -> None:
    checked(desks, housing="unsafe")
    [household] = make.rows(Household)
    with morning(desks.today):
        assert household.head_name in console("county_op").get(HAZARDS).text
        assert household.head_name not in console("other_reviewer").get(HAZARDS).text


def back_to_the_door(desks: Desks) -> None:
    """Send a family that was found at risk back to its home check, as after an objection or a return."""
    while desks.duties(Kind.COMPARE):
        desks.take_today(Action.FILE_COMPARISON, "county_op", desks.duties(Kind.COMPARE)[0])
    desks.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)
    desks.take(Action.MEETING_SAID_NO, "village", Kind.MEETING)
    desks.take(Action.SEND_BACK, "town_lead", Kind.TOWN_REVIEW, Reason(("visit_again",), "请再上门看一看"))
