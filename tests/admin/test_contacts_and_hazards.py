"""Somebody answers for every watched family, and what was found unsafe stays listed until the township has looked."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from backend.access.permissions import Action
from backend.models import CaseEvent, Staff
from backend.policy.assessment import SafetyItem
from backend.services import home_checks, personnel
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from tests.admin.desk import Desk
from tests.checks import SAFE, following, form, morning
from tests.jobs.ladder import signed_in
from tests.people import Cast, Maker
from tests.services.desks import Desks

Enter = Callable[[str], Desk]
VACANT = "/console/ledger/vacancies"
HAZARDS = "/console/ledger/hazards"


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


def watched(desks: Desks) -> int:
    case_id = desks.family("张三")
    desks.village()
    desks.township_and_county()
    return case_id


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


@pytest.mark.shows("B50")
def test_a_watched_family_is_a_vacancy_until_somebody_answers_for_it(
    desks: Desks, console: Enter, cast: Cast, make: Maker
) -> None:
    case_id = watched(desks)
    with morning(desks.today):
        desk = console("town_op")
        before, board = desk.get(VACANT), desk.get("/console/board/")
        page = desk.get(f"/console/ledger/{case_id}/contact")
        after = desk.press(page, "/contact", contact=str(cast.staff_id("village")))
        ledger = console("county_op").get("/console/ledger/")

    assert "张三" in before.text
    assert "1户" in board.text
    assert "王村干（演员）" in page.text
    assert "蒋系统" not in page.text, "administrators answer for nobody"
    assert "每一户都有包保责任人" in after.text
    assert "王村干" in ledger.text
    assert "空缺" not in ledger.text
    noted = [event for event in make.rows(CaseEvent) if event.action == "name_contact"]
    assert [event.detail["contact"] for event in noted] == [str(cast.staff_id("village"))]


@pytest.mark.shows("B50")
def test_when_somebody_leaves_their_families_are_vacant_at_once(
    desks: Desks, console: Enter, cast: Cast, make: Maker
) -> None:
    case_id = watched(desks)
    with morning(desks.today):
        desk = console("head")
        desk.press(desk.get(f"/console/ledger/{case_id}/contact"), "/contact", contact=str(cast.staff_id("village")))
        full = desk.get(VACANT).text
        with signed_in(cast, "admin") as admin:
            personnel.let_go(cast.staff_id("village"), by=admin)
        vacant = desk.get(VACANT).text

    assert "每一户都有包保责任人" in full
    assert "张三" in vacant
    assert not next(row for row in make.rows(Staff) if row.id == cast.staff_id("village")).is_active


@pytest.mark.shows("B50")
@pytest.mark.parametrize("login", ["next_village", "other_reviewer", "admin"])
def test_nobody_of_elsewhere_and_no_administrator_is_put_in_charge(
    desks: Desks, console: Enter, cast: Cast, login: str
) -> None:
    case_id = watched(desks)
    with morning(desks.today):
        desk = console("town_op")
        page = desk.press(desk.get(f"/console/ledger/{case_id}/contact"), "/contact", contact=str(cast.staff_id(login)))
        stranger = console("other_reviewer")

    assert page.status == 422
    assert "请从列出的人里选一位" in page.text
    assert stranger.get(f"/console/ledger/{case_id}/contact").status == 404
    assert stranger.send(f"/console/ledger/{case_id}/contact", contact="1").status_code == 404
    assert console("village").send(f"/console/ledger/{case_id}/contact", contact="1").status_code == 403


@pytest.mark.shows("B50")
def test_a_family_under_way_needs_nobody_yet(desks: Desks, console: Enter, cast: Cast) -> None:
    case_id = desks.family("张三")
    with morning(desks.today):
        desk = console("town_op")
        page = desk.press(
            desk.get(f"/console/ledger/{case_id}/contact"), "/contact", contact=str(cast.staff_id("village"))
        )

    assert page.status == 409
    assert "纳入监测以后" in page.text


@pytest.mark.shows("procedure.4", "B59")
def test_what_a_home_check_found_unsafe_stays_until_the_township_has_looked(
    desks: Desks, console: Enter, make: Maker
) -> None:
    checked(desks, housing="unsafe", water="concern")
    with morning(desks.today):
        desk = console("town_op")
        page = desk.get(HAZARDS)
        wordless = desk.press(page, "/hazards", item="housing", words=" ")
        closed = desk.press(page, "/hazards", item="housing", words="住建所已加固，现场看过")
        again = desk.press(page, "/hazards", item="housing", words="再销一次")
        village = console("village")

    assert "还没解决：住房安全1户，饮水安全1户" in page.text
    assert "墙裂了一道缝" not in page.text, "the check's notes are sealed"
    assert wordless.status == 422
    assert "还没解决：饮水安全1户" in closed.text
    assert again.status == 409
    assert "饮水安全" in village.get(HAZARDS).text
    assert not [each for each in village.get(HAZARDS).forms if each.action.endswith("/hazards")]
    assert village.send(f"/console/ledger/{desks.case_id}/hazards", item="water", words="好了").status_code == 403
    [event] = [event for event in make.rows(CaseEvent) if event.action == "clear_unsafe"]
    assert event.detail["item"] == "housing"
    assert "加固" not in str(event.reason_sealed)


@pytest.mark.shows("procedure.4", "B59")
def test_a_later_check_that_finds_it_safe_ends_the_line_and_one_that_does_not_opens_it_again(
    desks: Desks, console: Enter
) -> None:
    checked(desks, housing="unsafe")
    desk = console("town_op")
    with morning(desks.today):
        desk.press(desk.get(HAZARDS), "/hazards", item="housing", words="已修")
        cleared = desk.get(HAZARDS).text
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


@pytest.mark.shows("B59")
def test_a_township_sees_its_own_dangers_only(desks: Desks, console: Enter) -> None:
    checked(desks, housing="unsafe")
    with morning(desks.today):
        assert "张三" in console("county_op").get(HAZARDS).text
        assert "张三" not in console("other_reviewer").get(HAZARDS).text
        assert (
            console("other_reviewer")
            .send(f"/console/ledger/{desks.case_id}/hazards", item="housing", words="好了")
            .status_code
            == 404
        )


def back_to_the_door(desks: Desks) -> None:
    """Send a family that was found at risk back to its home check, as after an objection or a return."""
    while desks.duties(Kind.COMPARE):
        desks.take_today(Action.FILE_COMPARISON, "county_op", desks.duties(Kind.COMPARE)[0])
    desks.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)
    desks.take(Action.MEETING_SAID_NO, "village", Kind.MEETING)
    desks.take(Action.SEND_BACK, "town_lead", Kind.TOWN_REVIEW, Reason(("visit_again",), "请再上门看一看"))
