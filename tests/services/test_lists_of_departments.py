"""What a department lists becomes the villages' duties, known to the roster or not, and every row is answered."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import Alert, AlertBatch, Case, Clue, Household, Person, PolicyVersion, Task
from backend.policy import county as county_policy
from backend.services import alert_dispatch, alert_schedule, alert_verdicts, clues, staged_rows, unlisted
from backend.services.clues import ClueForm
from backend.workflow.states import Kind, State
from tests.checks import following
from tests.imports.files import WANG, ZHANG, Office, as_csv, rows
from tests.people import OTHER_VILLAGE, VILLAGE, Cast, Maker, id_number
from tests.services.desks import Desks
from tests.services.test_department_alerts import (
    HEADING,
    MONDAY,
    acting,
    change,
    department,
    push,
    village_finds_nothing,
)

__all__ = ["department"]
Department = Callable[[str], Actor]
pytestmark = [pytest.mark.shows("monitoring.3")]


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


@pytest.fixture
def county(app: Flask, cast: Cast) -> Iterator[Office]:
    """The Zhangs are on the roster; nobody else is."""
    with following(app):
        office = Office(app, cast)
        office.take(as_csv(ZHANG))
        yield office


def listed(*people: tuple[str, int, str, str], heading: list[str] = HEADING) -> bytes:
    """A list: name, serial of the number, village, amount."""
    return as_csv([[name, id_number(serial), village, paid, "", ""] for name, serial, village, paid in people], heading)


def answers(app: Flask, by: Actor, batch: AlertBatch) -> dict[int, str]:
    with acting(app, by):
        return {each.row_no: each.words for each in alert_verdicts.verdicts_of(batch.id, by=by)}


@pytest.mark.shows("B56", "B58", "C13", "D12")
def test_every_rural_resident_is_screened_whether_the_roster_knows_them_or_not(
    county: Office, app: Flask, department: Department
) -> None:
    by = department("civil_affairs")
    people = (
        ("张三", 1, VILLAGE, ""),
        ("李五", 31, OTHER_VILLAGE, ""),
        ("王外", 32, "外省某村", ""),
        ("赵外", 33, "", ""),
    )

    batch = push(app, by, "low_income", listed(*people))
    again = push(app, by, "low_income", listed(*people))

    assert (again.id, batch.counts["alerted"]) == (batch.id, 2)
    duties = {task.owner_region: task for task in rows(app, Task) if task.kind == Kind.ACCEPT}
    assert set(duties) == {VILLAGE, OTHER_VILLAGE}
    assert {each.head_name: each.is_provisional for each in rows(app, Household)} == {"张三": False, "李五": True}
    assert {each.head_name for each in rows(app, Case)} == {"张三", "李五"}
    assert answers(app, by, batch) == {2: "村里正在核实", 3: "村里正在核实"}


@pytest.mark.shows("B56", "monitoring.0")
def test_whom_a_list_brought_joins_the_roster_with_the_case_when_it_comes(
    county: Office, app: Flask, department: Department
) -> None:
    push(app, department("disabled_federation"), "disabled", listed(("王五", 11, VILLAGE, "")))

    report = county.take(as_csv(WANG))

    assert report.counts == {"changed": 2}
    [household] = [each for each in rows(app, Household) if each.head_name == "王五"]
    assert (household.is_provisional, household.open_case_id) == (False, rows(app, Case)[0].id)
    assert {each.name for each in rows(app, Person)} >= {"王五", "王小五"}


def test_a_delivery_that_names_more_strangers_than_can_be_put_down_says_so(
    county: Office, app: Flask, department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlisted, "MOST", 1)
    by = department("housing")

    batch = push(app, by, "housing", listed(("李五", 31, VILLAGE, ""), ("李六", 32, VILLAGE, "")))

    assert (batch.counts["alerted"], batch.counts["unlisted"]) == (1, 1)
    assert "请先补花名册" in answers(app, by, batch)[3]


@pytest.mark.shows("C09", "procedure.5")
def test_the_countys_standard_says_from_how_much_on_a_row_goes_down(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    by = department("education")
    people = ("钱一", 41, VILLAGE, "800"), ("钱二", 42, VILLAGE, "1000"), ("钱三", 43, VILLAGE, "")

    change(app, cast, screening_schooling=1000)
    push(app, by, "college", listed(*people))

    assert {each.head_name for each in rows(app, Case)} == {"钱二", "钱三"}


def test_a_row_may_name_another_risk_than_its_topic(county: Office, app: Flask, department: Department) -> None:
    content = as_csv([["张三", id_number(1), "因学"], ["李五", id_number(31), "缺钱"]], ["姓名", "身份证号", "困难"])

    batch = push(app, department("rural_revitalisation"), "platform", content)

    assert [case.risk for case in rows(app, Case)] == ["schooling"]
    assert "不在可选的里面" in county.report(batch.import_id or 0).found["C3"]


@pytest.mark.shows("C07", "C15", "procedure.1")
def test_what_comes_from_above_and_what_the_village_sees_meet_in_one_case(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    push(app, department("rural_revitalisation"), "platform", listed(("张三", 1, "", "")))
    with cast.acting("village") as by:
        same = clues.report(
            ClueForm("visit_find", VILLAGE, "张三", "上门看见药单一大叠", id_number=id_number(1)), by=by
        )
    with cast.acting("village") as by:
        beside = clues.report(ClueForm("visit_find", VILLAGE, "郑十", "对照名单走访时发现，邻居家断粮"), by=by)

    above = next(clue for clue in rows(app, Clue) if clue.channel == "platform")
    assert (same.case_id, same.joined) == (above.case_id, True)
    assert beside.case_id != above.case_id
    duty = next(task for task in rows(app, Task) if task.case_id == beside.case_id)
    assert (duty.kind, duty.open_due is not None) == (Kind.ACCEPT, True)


@pytest.mark.shows("C13")
def test_a_township_follows_its_own_families_of_a_list_and_nobody_elses(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    push(app, department("housing"), "housing", listed(("张三", 1, "", ""), ("李五", 31, OTHER_VILLAGE, "")))

    seen = {}
    for login in ("reviewer", "other_reviewer", "next_village", "county_op"):
        with cast.acting(login) as by:
            seen[login] = {each.head_name for each in alert_dispatch.alerts_of(by=by)}

    assert seen == {
        "reviewer": {"张三"},
        "other_reviewer": {"李五"},
        "next_village": set(),
        "county_op": {"张三", "李五"},
    }


@pytest.mark.shows("B56")
def test_whom_the_county_watches_already_is_set_apart(
    app: Flask, cast: Cast, make: Maker, department: Department
) -> None:
    with following(app):
        desks = Desks(app, cast, make)
        desks.family("冯一一", id_number=id_number(7))
        desks.village()
        desks.township_and_county()
        by = department("housing")
        with clock.at(desks.now):
            batch = push(app, by, "housing", listed(("冯一一", 7, VILLAGE, "")))

    assert make.state(desks.case_id) == State.MONITORED
    assert batch.counts["watched"] == 1
    assert rows(app, Alert) == []


@pytest.mark.shows("D14")
def test_a_county_that_screens_more_often_is_owed_more_often(county: Office, app: Flask) -> None:
    with app.app_context():
        row = db.session.scalars(select(PolicyVersion)).one()
        row.changes = {**row.changes, "dictionaries": {"alert_rhythms": {"medical_ordinary": "half_month"}}}
        db.session.commit()
    county_policy.forget()

    with app.app_context():
        for day in (1, 12, 31):
            with clock.at(datetime(2026, 12, day, tzinfo=UTC)):
                alert_schedule.open_due()

    due = [str(each.due_on) for each in rows(app, AlertBatch) if each.topic == "medical_ordinary"]
    assert due == ["2026-12-01", "2026-12-16", "2027-01-01"]


def test_old_rows_of_deliveries_are_forgotten_but_for_those_still_owed_an_answer(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    by = department("housing")
    batch = push(app, by, "housing", listed(("张三", 1, "", ""), ("赵外", 33, "", "")))
    later = MONDAY + timedelta(days=91)

    with clock.at(later - timedelta(days=2)), app.app_context():
        early = staged_rows.forget_old()
    with clock.at(later), app.app_context():
        first = staged_rows.forget_old()
    waiting = answers(app, by, batch)
    village_finds_nothing(app, cast)
    with clock.at(later), app.app_context():
        then, again = staged_rows.forget_old(), staged_rows.forget_old()

    assert (early, first, then, again) == (0, 1, 1, 0)
    assert waiting == {2: "村里正在核实"}
    with pytest.raises(NotPossibleNow, match="已经删除"):
        answers(app, by, batch)
