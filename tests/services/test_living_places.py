"""人户分离: the register decides, the living place visits, both read, and nobody reaches more (practice P24)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.permissions import Action
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound
from backend.models import AuditRow, Case, CaseEvent, HomeCheck, Household, Message, ReceiptLine, Region, Task
from backend.services import (
    appointments,
    cases,
    check_drafts,
    check_review,
    corrections,
    home_checks,
    living,
    region_merges,
    reminders,
    splits,
    talks,
    tasks,
)
from backend.services.appointments import AppointmentForm
from backend.services.cases import Seen
from backend.services.splits import SplitForm
from backend.workflow import places
from backend.workflow.living import REGISTERED_IN, VISITED_IN
from backend.workflow.states import Kind, State
from tests.checks import following, form, morning
from tests.people import NEXT_VILLAGE, OTHER_VILLAGE, VILLAGE, Cast, Maker
from tests.services.desks import Desks

pytestmark = pytest.mark.shows("procedure.12", "procedure.4", "A35")
DAY = date(2026, 3, 9)
WHY = "户口在本村，一家人租住在邻村"


@pytest.fixture(autouse=True)
def in_march(app: Flask) -> Iterator[None]:
    with following(app), morning(DAY):
        yield


@pytest.fixture
def case_id(make: Maker) -> int:
    return make.case("accept")


def lives_in(cast: Cast, case_id: int, village: str = NEXT_VILLAGE, login: str = "village") -> Case:
    with cast.acting(login) as by:
        return living.note_living_place(case_id, village, by=by, words=WHY)


def duty(make: Maker, case_id: int, kind: Kind) -> Task:
    [found] = [each for each in make.rows(Task) if each.case_id == case_id and each.kind == kind and each.open_due]
    return found


def test_the_home_check_goes_with_its_date_to_the_village_where_they_live(
    case_id: int, make: Maker, cast: Cast, app: Flask
) -> None:
    before = duty(make, case_id, Kind.VISIT)
    lives_in(cast, case_id)

    after = duty(make, case_id, Kind.VISIT)
    assert (after.owner_region, after.due_on, after.next_rung) == (NEXT_VILLAGE, before.due_on, "new")
    assert after.village_code == VILLAGE  # the family's rows stay where it is registered
    [household] = make.rows(Household)
    assert (household.village_code, household.other_village) == (VILLAGE, NEXT_VILLAGE)
    with cast.acting("next_village") as by:
        assert [each.id for each in tasks.queue(by=by).items] == [after.id]
    with cast.acting("village") as by:
        assert tasks.queue(by=by).items == []
    event = [each for each in make.rows(CaseEvent) if each.action == "note_living_place"][-1]
    assert event.detail == {"registered": VILLAGE, "lives_in": NEXT_VILLAGE}


def test_whoever_visits_hears_of_it(case_id: int, make: Maker, cast: Cast, app: Flask) -> None:
    for login in ("village", "head", "next_village"):
        cast.staff_id(login)
    lives_in(cast, case_id)
    with app.app_context():
        reminders.sweep()

    task = duty(make, case_id, Kind.VISIT)
    [heard] = [each for each in make.rows(Message) if each.task_id == task.id and each.kind == "duty"]
    assert heard.recipient == f"staff:{cast.staff_id('next_village')}"


def test_where_they_live_is_read_and_visited_from_and_nothing_else(case_id: int, make: Maker, cast: Cast) -> None:
    with cast.acting("next_village") as by, pytest.raises(NotFound):
        cases.read_case(case_id, by=by)
    lives_in(cast, case_id)

    with cast.acting("next_village") as by:
        seen = cases.read_case(case_id, by=by)
        assert seen.case.id == case_id
        assert len(seen.declarations) == 1
        assert set(seen.actions) <= living.LENT_ACTIONS
        assert Action.FILE_VISIT in seen.actions
        assert check_drafts.prefill(case_id, by=by)["members"][0]["name"] == "张三"
        check_review.look_over(case_id, by=by, form=form())
        check_drafts.save_draft(case_id, {"findings": "屋里"}, by=by, number=1)
        talks.note_talk(case_id, "phone", by=by, words="约好下午去")
        appointments.appoint_visit(case_id, AppointmentForm(DAY, "afternoon"), by=by)
        version = duty(make, case_id, Kind.VISIT).version
        home_checks.file_check(case_id, by=by, version=version, form=form(companion="赵邻村的同事"))

    [check] = make.rows(HomeCheck)
    assert (check.village_code, check.visitor_id) == (VILLAGE, cast.staff_id("next_village"))
    assert make.state(case_id) == State.FOUND
    assert duty(make, case_id, Kind.CONFIRM_CHECK).owner_region == NEXT_VILLAGE
    assert duty(make, case_id, Kind.COMPARE).owner_region == VILLAGE[:6]
    assert any(each.kind == "found" for each in make.rows(ReceiptLine))
    assert {each.chain for each in make.rows(AuditRow) if each.actor_id == check.visitor_id} == {f"case:{case_id}"}


def test_the_second_village_decides_and_corrects_nothing(case_id: int, make: Maker, cast: Cast) -> None:
    lives_in(cast, case_id)
    with cast.acting("next_village") as by:
        with pytest.raises(NotFound):
            cases.decide(case_id, Action.ACCEPT, by=by, seen=Seen(1))
        with pytest.raises(NotFound):
            splits.split(case_id, SplitForm((1,)), by=by, words="分户")
        with pytest.raises(NotFound):
            living.note_living_place(case_id, VILLAGE, by=by, words="住回来了")


def test_a_third_village_and_another_family_stay_out_of_reach(case_id: int, make: Maker, cast: Cast) -> None:
    stranger = make.declaration(openid="else", head_name="赵六", id_number=None).case_id
    lives_in(cast, case_id)

    with cast.acting("other_village") as by, pytest.raises(NotFound):
        cases.read_case(case_id, by=by)
    with cast.acting("next_village") as by, pytest.raises(NotFound):
        cases.read_case(stranger, by=by)


def test_both_villages_find_it_in_their_lists(case_id: int, cast: Cast) -> None:
    lives_in(cast, case_id)

    with cast.acting("next_village") as by:
        [here] = living.families_living_here(by=by)
        assert living.families_living_elsewhere(by=by) == []
    with cast.acting("village") as by:
        [away] = living.families_living_elsewhere(by=by)
        assert living.families_living_here(by=by) == []
    assert (here.case.id, away.case.id) == (case_id, case_id)
    assert (here.visited_by, away.visited_by) == (away.village_name, away.village_name)
    assert here.village_name != away.village_name


def test_moved_back_the_register_visits_again_and_the_other_reads_no_more(
    case_id: int, make: Maker, cast: Cast
) -> None:
    lives_in(cast, case_id)
    lives_in(cast, case_id, "")

    assert duty(make, case_id, Kind.VISIT).owner_region == VILLAGE
    with cast.acting("next_village") as by, pytest.raises(NotFound):
        cases.read_case(case_id, by=by)


def test_a_village_of_another_township_visits_too_and_its_leader_is_the_registers(
    case_id: int, make: Maker, cast: Cast
) -> None:
    lives_in(cast, case_id, OTHER_VILLAGE)

    task = duty(make, case_id, Kind.VISIT)
    assert (task.owner_region, task.township_code) == (OTHER_VILLAGE, VILLAGE[:9])
    with cast.acting("other_village") as by:
        home_checks.file_check(case_id, by=by, version=task.version, form=form())
    with cast.acting("reviewer") as by:
        assert cases.read_case(case_id, by=by).case.state == State.FOUND


@pytest.mark.parametrize("village", ["130127100001", "130126", "没有这个村"])
def test_a_village_elsewhere_is_refused_in_plain_words(village: str, case_id: int, cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        lives_in(cast, case_id, village)

    assert list(refused.value.fields) == ["village_code"]


@pytest.mark.shows("procedure.5")
def test_a_county_may_let_the_register_visit(app: Flask, make: Maker, cast: Cast) -> None:
    with following(app, flags={"visited_by": "registered"}):
        case_id = make.case("accept")
        lives_in(cast, case_id)

        assert duty(make, case_id, Kind.VISIT).owner_region == VILLAGE
        with cast.acting("next_village") as by:
            assert cases.read_case(case_id, by=by).case.id == case_id


@pytest.mark.shows("procedure.5")
def test_a_county_may_let_the_living_place_decide(app: Flask, make: Maker, cast: Cast) -> None:
    with following(app, flags={"decided_by": "living"}):
        case_id = make.case("accept")
        with pytest.raises(NotAllowed):
            lives_in(cast, case_id)
        case = lives_in(cast, case_id, login="town_lead")
        assert (case.village_code, duty(make, case_id, Kind.VISIT).owner_region) == (NEXT_VILLAGE, NEXT_VILLAGE)
        with cast.acting("village") as by:
            assert cases.read_case(case_id, by=by).case.id == case_id
            assert living.is_lent(case, by=by)
        back = lives_in(cast, case_id, "", login="town_lead")
        assert (back.village_code, make.rows(Household)[0].other_village) == (VILLAGE, None)


def test_handed_to_where_they_live_the_family_has_one_village_again(case_id: int, make: Maker, cast: Cast) -> None:
    lives_in(cast, case_id)
    with cast.acting("town_lead") as by:
        corrections.hand_over(case_id, NEXT_VILLAGE, by=by, words="户口也迁过去了")

    [household] = make.rows(Household)
    assert (household.village_code, household.other_village) == (NEXT_VILLAGE, None)
    assert duty(make, case_id, Kind.VISIT).owner_region == NEXT_VILLAGE
    with cast.acting("village") as by, pytest.raises(NotFound):
        cases.read_case(case_id, by=by)


def test_on_the_wire(app: Flask, make: Maker, cast: Cast) -> None:
    desks = Desks(app, cast, make)
    desks.today = DAY
    case_id = make.case("accept")
    noted = cast.phone("village").post(f"/cases/{case_id}/living-places", village_code=NEXT_VILLAGE, words=WHY)
    phone = cast.phone("next_village")
    shown: Any = phone.get(f"/cases/{case_id}")
    version = duty(make, case_id, Kind.VISIT).version
    wrong = cast.phone("village").post(f"/cases/{case_id}/living-places", village_code="9", words=WHY)
    lists = phone.get("/living").json

    assert (noted.status_code, shown.status_code, wrong.status_code) == (201, 200, 422)
    assert shown.json["actions"] == ["file_visit", "find_no_risk", "reschedule"]
    assert [each["id"] for each in lists["here"]] == [str(case_id)]
    assert [each["version"] for each in phone.get("/tasks").json["items"]] == [version]
    gone = phone.post(f"/cases/{case_id}/visits", version=version, findings="家里没人", conclusion="not_home")
    assert gone.status_code == 201
    assert clock.today() == DAY


@pytest.fixture
def places_as_they_were(app: Flask) -> Iterator[None]:
    """Regions are kept between tests: what a test made of them is taken back."""
    yield
    with app.app_context():
        both = Region.code.in_((VILLAGE, NEXT_VILLAGE))
        db.session.execute(update(Region).where(both).values(level="village", leads_to=None))
        db.session.commit()
        places.forget()


@pytest.mark.usefixtures("places_as_they_were")
@pytest.mark.parametrize(
    ("ends", "into", "stands_in", "visited_by"),
    [
        (NEXT_VILLAGE, OTHER_VILLAGE, VILLAGE, OTHER_VILLAGE),
        (VILLAGE, OTHER_VILLAGE, OTHER_VILLAGE, NEXT_VILLAGE),
        (NEXT_VILLAGE, VILLAGE, VILLAGE, VILLAGE),
        (VILLAGE, NEXT_VILLAGE, NEXT_VILLAGE, NEXT_VILLAGE),
    ],
)
def test_a_village_that_goes_into_another_takes_its_visits_and_its_register_along(
    ends: str, into: str, stands_in: str, visited_by: str, case_id: int, make: Maker, cast: Cast, app: Flask
) -> None:
    lives_in(cast, case_id)
    with cast.acting("county_lead") as by:
        region_merges.begin(ends, into, by=by, reason="撤并")
    with app.app_context():
        region_merges.carry_on()

    [household], [case] = make.rows(Household), make.rows(Case)
    two = stands_in != visited_by
    assert (household.village_code, household.other_village) == (stands_in, visited_by if two else None)
    assert (case.marks[REGISTERED_IN], case.marks[VISITED_IN]) == (stands_in, visited_by if two else "")
    visit = duty(make, case_id, Kind.VISIT)
    assert (visit.village_code, visit.owner_region) == (stands_in, visited_by)
    lives_in(
        cast, case_id, "", login={VILLAGE: "village", NEXT_VILLAGE: "next_village"}.get(stands_in, "other_village")
    )
    assert duty(make, case_id, Kind.VISIT).owner_region == stands_in
