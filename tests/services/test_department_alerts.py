"""Department alerts: owed by schedule, empty is a report, matched by blind index, one family one alert, told back."""

import dataclasses
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from backend.models import (
    Alert,
    AlertBatch,
    AlertItem,
    Case,
    Clue,
    Identity,
    Person,
    PolicyVersion,
    Staff,
    StagedRow,
    Task,
)
from backend.policy import county as county_policy
from backend.services import (
    alert_dispatch,
    alert_returns,
    alert_schedule,
    alert_verdicts,
    alerts,
    clues,
    offices,
    staff,
)
from backend.services.alerts import AlertRow
from backend.services.imports import working
from backend.services.sign_ins import _staff
from backend.services.staff import NewStaff
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from tests.checks import following
from tests.imports.files import WANG, ZHANG, Office, as_csv, rows
from tests.imports.xlsx import read_back
from tests.people import COUNTY, VILLAGE, Cast, id_number

pytestmark = [pytest.mark.shows("monitoring.3")]
HEADING = ["姓名", "身份证号", "户籍村", "金额", "发生日期", "说明"]
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Department = Callable[[str], Actor]


@pytest.fixture(params=["sqlite", "mariadb"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


@pytest.fixture
def department(app: Flask) -> Department:
    """Makes liaisons of departments."""

    def make(code: str) -> Actor:
        with app.app_context():
            offices.ensure(COUNTY)
            office = offices.office_of(COUNTY, code)
            staff.add_staff(NewStaff(f"liaison-{code}", "孔联络", Role.DEPT, office.code, "联络员"))
            person = db.session.scalars(select(Staff).where(Staff.login == f"liaison-{code}")).one()
            identity = db.session.scalars(select(Identity).where(Identity.staff_id == person.id)).one()
            return _staff(person, identity, None, None)

    return make


@contextmanager
def acting(app: Flask, by: Actor) -> Iterator[Actor]:
    with app.app_context():
        act_within(by.scope)
        yield by


def lines(*people: tuple[str, int, int]) -> bytes:
    """A medical file: name, serial of the number, what they paid."""
    return as_csv([[name, id_number(serial), "", str(paid), "", ""] for name, serial, paid in people], HEADING)


@pytest.fixture
def county(app: Flask, cast: Cast) -> Iterator[Office]:
    """The roster is in, and departments owe what is due soon."""
    with following(app):
        office = Office(app, cast)
        office.take(as_csv([*ZHANG, *WANG]))
        with app.app_context():
            alert_schedule.open_due()
        yield office


def change(app: Flask, cast: Cast, **numbers: int) -> None:
    """The county changes figures of its rules from today on."""
    with app.app_context():
        row = db.session.scalars(select(PolicyVersion)).one()
        row.changes = {**row.changes, "numbers": numbers}
        db.session.commit()
    county_policy.forget()


def push(app: Flask, by: Actor, topic: str, content: bytes) -> AlertBatch:
    with acting(app, by):
        batch = alerts.push(topic, io.BytesIO(content), name="预警.csv", by=by)
    return worked(app, batch.id)


def worked(app: Flask, batch_id: int) -> AlertBatch:
    with app.app_context():
        working.carry_on()
        alert_dispatch.sweep()
    with app.app_context():
        return db.session.get_one(AlertBatch, batch_id)


def owed(app: Flask, topic: str) -> AlertBatch:
    return next(each for each in rows(app, AlertBatch) if each.topic == topic and each.standing == "owed")


def test_what_is_due_soon_is_a_duty_of_its_department_and_opened_once(county: Office, app: Flask) -> None:
    with clock.at(datetime(2026, 11, 27, tzinfo=UTC)), app.app_context():
        first, again = alert_schedule.open_due(), alert_schedule.open_due()
        codes = {offices.office_of(COUNTY, code).code for code in ("emergency", "health", "education")}
    duties = [each for each in rows(app, Task) if each.kind == Kind.ALERT_BATCH]

    assert (first, again) == (3, 0)
    assert {each.owner_region for each in duties} == codes
    assert {each.due_on for each in duties} == {date(2026, 11, 29)}
    assert {each.role for each in duties} == {Role.DEPT}
    assert {each.village_code for each in duties} == {""}


@pytest.mark.shows("D14", "D15", "D16", "D17", "D18", "D19", "D20")
@pytest.mark.parametrize(
    ("topic", "due"),
    [
        ("disaster", ["2026-12-06", "2026-12-13", "2026-12-20", "2026-12-27", "2027-01-03"]),
        ("medical_watched", ["2026-12-01", "2026-12-11", "2026-12-21", "2027-01-01"]),
        ("medical_ordinary", ["2026-12-01", "2027-01-01"]),
        ("housing", ["2026-12-01", "2026-12-16", "2027-01-01"]),
        ("business", []),
        ("college", []),
    ],
)
def test_the_schedule_of_the_seed_is_kept(app: Flask, topic: str, due: list[str]) -> None:
    with app.app_context():
        for day in (
            datetime(2026, 12, 1, tzinfo=UTC),
            datetime(2026, 12, 12, tzinfo=UTC),
            datetime(2026, 12, 31, tzinfo=UTC),
        ):
            with clock.at(day):
                alert_schedule.open_due()

    assert [str(each.due_on) for each in rows(app, AlertBatch) if each.topic == topic] == due


def test_rows_reach_their_families_and_those_below_the_threshold_do_not(
    county: Office, app: Flask, department: Department
) -> None:
    by = department("medical_insurance")

    batch = push(app, by, "medical_watched", lines(("张三", 1, 12_000), ("王五", 11, 9_999), ("赵外", 77, 50_000)))

    assert batch.standing == "filed"
    assert batch.counts["alerted"] == 1
    [alert] = rows(app, Alert)
    assert (alert.head_name, alert.colour, alert.standing, alert.village_code) == ("张三", "yellow", "sent", VILLAGE)
    [case] = rows(app, Case)
    [clue] = rows(app, Clue)
    assert (clue.channel, clue.case_id, clue.id) == ("dept_alert", case.id, alert.clue_id)
    assert "12000" not in str(vars(rows(app, AlertItem)[0]))
    assert alert.due_on == date(2026, 11, 30)


@pytest.mark.parametrize("paid", [(0, 0), (0, 300)])
def test_a_zero_is_an_amount(county: Office, app: Flask, department: Department, paid: tuple[int, int]) -> None:
    """A chunk's columns that nobody fills are left out; a zero is somebody's word."""
    batch = push(
        app, department("medical_insurance"), "medical_ordinary", lines(("张三", 1, paid[0]), ("王五", 4, paid[1]))
    )

    with app.app_context(), as_system("a test looks what is staged"):
        staged = select(StagedRow.amount_yuan).where(StagedRow.batch_id == batch.id).order_by(StagedRow.row_no)
        assert tuple(db.session.scalars(staged)) == paid


def test_the_same_file_twice_is_one_delivery_and_one_case(county: Office, app: Flask, department: Department) -> None:
    by = department("medical_insurance")
    content = lines(("张三", 1, 12_000))

    first = push(app, by, "medical_watched", content)
    second = push(app, by, "medical_watched", content)

    assert second.id == first.id
    assert len(rows(app, Alert)) == len(rows(app, Case)) == len(rows(app, AlertItem)) == 1


def test_one_family_is_one_alert_whatever_how_many_departments_say(
    county: Office, app: Flask, department: Department
) -> None:
    push(app, department("human_resources"), "work", lines(("张小三", 3, 0)))
    push(app, department("disabled_federation"), "disabled", lines(("张三", 1, 0)))
    third = push(app, department("education"), "dropout", lines(("张小三", 3, 0)))

    [alert] = rows(app, Alert)
    assert third.counts["merged"] == 1
    assert alert.colour == "red"
    assert {each.topic for each in rows(app, AlertItem)} == {"work", "disabled", "dropout"}
    assert len(rows(app, Case)) == 1


def test_an_amount_far_above_its_threshold_is_red_and_presses(
    county: Office, app: Flask, department: Department
) -> None:
    push(app, department("medical_insurance"), "medical_watched", lines(("张三", 1, 20_000)))

    [alert], [case] = rows(app, Alert), rows(app, Case)
    assert alert.colour == "red"
    assert case.urgency == "urgent"
    assert alert.due_on == date(2026, 11, 26)


def test_the_threshold_is_the_countys_own(county: Office, app: Flask, cast: Cast, department: Department) -> None:
    change(app, cast, alert_percent_watched=50, rural_income_yuan=20_000)

    batch = push(
        app, department("medical_insurance"), "medical_watched", lines(("张三", 1, 9_999), ("王五", 11, 10_000))
    )

    assert batch.counts["alerted"] == 1
    assert [each.head_name for each in rows(app, Alert)] == ["王五"]


def test_who_is_dead_has_left_or_is_called_otherwise_is_set_apart(
    county: Office, app: Flask, department: Department
) -> None:
    with app.app_context(), as_system("a test"):
        wife = db.session.scalars(select(Person).where(Person.name == "李四")).one()
        wife.died_on = date(2026, 11, 1)
        son = db.session.scalars(select(Person).where(Person.name == "张小三")).one()
        son.left_on = date(2026, 11, 1)
        db.session.commit()
    said = lines(("李四", 2, 0), ("张小三", 3, 0), ("王武", 11, 0))

    batch = push(app, department("disabled_federation"), "disabled", said)

    assert [batch.counts[each] for each in ("dead", "left", "name", "alerted")] == [1, 1, 1, 0]
    assert rows(app, Alert) == []


def test_who_is_watched_is_set_apart_and_who_was_removed_is_looked_into_again(
    county: Office, app: Flask, department: Department
) -> None:
    titles = [
        "行政村",
        "户主姓名",
        "户主身份证号",
        "监测对象类别",
        "致贫返贫风险",
        "识别监测时间",
        "风险是否已消除",
        "风险消除时间",
    ]
    known = [VILLAGE, "张三", id_number(1), "边缘易致贫户", "因病", "202403", "否", ""]
    removed = [VILLAGE, "王五", id_number(11), "边缘易致贫户", "因残", "202105", "是", "202312"]
    county.take(as_csv([known, removed], titles), "first_watches")

    batch = push(app, department("disabled_federation"), "disabled", lines(("李四", 2, 0), ("王五", 11, 0)))

    assert (batch.counts["watched"], batch.counts["alerted"]) == (1, 1)
    assert [each.head_name for each in rows(app, Alert)] == ["王五"]


def test_who_was_looked_into_for_the_same_cause_lately_is_set_apart(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    by = department("disabled_federation")
    push(app, by, "disabled", lines(("张三", 1, 0)))
    village_finds_nothing(app, cast)

    batch = push(app, by, "disabled", lines(("张三", 1, 1)))
    other = push(app, department("housing"), "housing", lines(("张三", 1, 0)))

    assert batch.counts["checked"] == 1
    assert other.counts["alerted"] == 1


def village_finds_nothing(app: Flask, cast: Cast) -> None:
    [case] = [each for each in rows(app, Case) if each.closed_at is None]
    for login, step in (("village", clues.hand_up), ("reviewer", clues.close)):
        duty = next(each for each in rows(app, Task) if each.case_id == case.id and each.open_due)
        with cast.acting(login) as by:
            step(case.id, by=by, version=duty.version, reason=Reason(("no_risk",), "看过了，没有困难"))
    with app.app_context():
        alert_dispatch.sweep()


def test_the_verdict_goes_back_to_the_department_row_by_row(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    by = department("disabled_federation")
    batch = push(app, by, "disabled", lines(("张三", 1, 0), ("赵外", 77, 0)))
    with acting(app, by):
        before = alert_verdicts.verdicts_of(batch.id, by=by)
    village_finds_nothing(app, cast)

    with acting(app, by):
        [told] = alert_verdicts.verdicts_of(batch.id, by=by)
        sheet = read_back(alert_verdicts.file_with_verdicts(batch.id, by=by))
        rate = alert_verdicts.hit_rate(batch.id, by=by)

    assert [each.words for each in before] == ["村里正在核实"]
    assert (told.row_no, told.verdict, told.words) == (2, "no_risk", "核实无风险")
    assert sheet[0][-2:] == ["核实结论", "核实日期"]
    assert sheet[1][-2] == "核实无风险"
    assert "不是本县登记的农户" in sheet[2][6]
    assert (rate.sent, rate.decided, rate.found) == (1, 1, 0)
    [alert], [item] = rows(app, Alert), rows(app, AlertItem)
    assert (alert.standing, alert.verdict) == ("closed", "no_risk")
    assert item.told_back_at is not None


@pytest.mark.shows("D21")
def test_nothing_to_report_is_a_report_and_late_and_missing_are_counted(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    by = department("emergency")
    with clock.at(datetime(2026, 11, 29, 4, tzinfo=UTC)), acting(app, by):
        alert_schedule.open_due()
        [batch] = alert_schedule.owed(by=by)
        alerts.nothing_to_report(batch.id, by=by)
        again = alerts.nothing_to_report(batch.id, by=by)
    health = department("health")
    with clock.at(datetime(2026, 11, 30, 4, tzinfo=UTC)), acting(app, health):
        [late] = [each for each in alert_schedule.owed(by=health) if each.topic == "epidemic"]
        alerts.nothing_to_report(late.id, by=health)
    with clock.at(datetime(2026, 11, 30, 4, tzinfo=UTC)), cast.acting("county_op") as op:
        counted = {
            each.office_code: each for each in alert_schedule.deliveries(date(2026, 11, 23), date(2026, 11, 29), by=op)
        }

    assert again.standing == "empty"
    duty = next(each for each in rows(app, Task) if each.id == batch.task_id)
    assert (duty.open_due, duty.closed_how) == (None, "empty")
    with app.app_context():
        emergency, epidemic, education = (
            counted[offices.office_of(COUNTY, code).code] for code in ("emergency", "health", "education")
        )
    assert (emergency.due, emergency.in_time, emergency.empty, emergency.late) == (1, 1, 1, 0)
    assert (epidemic.in_time, epidemic.late) == (0, 1)
    assert (education.missing, education.late) == (1, 0)


def test_the_county_files_for_a_department_under_its_letter(county: Office, app: Flask, cast: Cast) -> None:
    with clock.at(datetime(2026, 11, 28, 4, tzinfo=UTC)), app.app_context():
        alert_schedule.open_due()
    batch = owed(app, "dropout")
    with cast.acting("county_op") as by:
        filed = alerts.hand_in(
            batch.id, io.BytesIO(lines(("张小三", 3, 0))), name="x.csv", by=by, letter_no="教函〔2026〕9号"
        )
    after = worked(app, filed.id)

    assert (after.letter_no, after.standing, after.counts["alerted"]) == ("教函〔2026〕9号", "filed", 1)
    with cast.acting("county_op") as by, pytest.raises(NotPossibleNow):
        alerts.hand_in(batch.id, io.BytesIO(lines(("张三", 1, 0))), name="y.csv", by=by)


def test_a_department_sees_and_pushes_its_own_alone(county: Office, app: Flask, department: Department) -> None:
    housing, water = department("housing"), department("water")
    batch = push(app, housing, "housing", lines(("张三", 1, 0)))

    with acting(app, water):
        with pytest.raises(NotFound):
            alert_verdicts.verdicts_of(batch.id, by=water)
        with pytest.raises(NotAllowed):
            alerts.push("housing", io.BytesIO(lines(("张三", 1, 0))), name="x.csv", by=water)
        assert alert_schedule.delivered(by=water) == []
        with pytest.raises(NotAllowed):
            alert_dispatch.alerts_of(by=water)


def test_a_village_is_sent_no_more_than_it_can_do_and_red_ones_always(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    change(app, cast, alerts_a_village_at_once=1)
    push(app, department("housing"), "housing", lines(("张三", 1, 0), ("王五", 11, 0)))
    sent = [each.standing for each in rows(app, Alert)]

    village_finds_nothing(app, cast)

    assert sorted(sent) == ["sent", "waiting"]
    assert sorted(each.standing for each in rows(app, Alert)) == ["closed", "sent"]


def test_rows_that_cannot_be_read_are_said_and_the_others_count(
    county: Office, app: Flask, department: Department
) -> None:
    content = as_csv([["张三", id_number(1), "", "", "", ""], ["李四", "1.3E+17", "", "", "", ""]], HEADING)

    batch = push(app, department("housing"), "housing", content)

    assert batch.counts["alerted"] == 1
    report = county.report(batch.import_id or 0)
    assert "后几位已经丢了" in report.found["B3"]


def test_rows_come_through_the_programs_own_key_and_are_answered(
    county: Office, app: Flask, cast: Cast, department: Department
) -> None:
    department("housing")
    with cast.acting("county_op") as by:
        code = offices.office_of(COUNTY, "housing").code
        _, token = offices.make_key(code, "住建局业务系统", by=by)
    with app.app_context():
        actor = offices.who(token)
    with acting(app, actor):
        batch = alerts.push_rows("housing", [AlertRow("张三", id_number(1))], by=actor)
        with pytest.raises(Invalid):
            alerts.push_rows("housing", [], by=actor)
    assert worked(app, batch.id).counts["alerted"] == 1
    assert token not in str([vars(each) for each in rows(app, offices.DepartmentKey)])


HALF_READABLE = lines(*[("张三", 1, 0)] * 8) + b"," * 2000
UNUSABLE = pytest.mark.parametrize(
    "content", [as_csv([["张三", id_number(1)]], ["甲", "乙"]), HALF_READABLE], ids=["no heading", "broken at its end"]
)


@pytest.fixture
def row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(working.KINDS, "alerts", dataclasses.replace(working.KINDS["alerts"], chunk=1))  # type: ignore[index]


@UNUSABLE
@pytest.mark.usefixtures("row_by_row")
def test_what_came_in_an_unusable_file_is_owed_again_by_its_day(
    county: Office, app: Flask, department: Department, content: bytes
) -> None:
    by = department("education")
    with clock.at(datetime(2026, 11, 28, 4, tzinfo=UTC)), app.app_context():
        alert_schedule.open_due()
    batch = owed(app, "dropout")

    with acting(app, by):
        alerts.hand_in(batch.id, io.BytesIO(content), name="x.csv", by=by, letter_no="教函1号")
    after = worked(app, batch.id)

    assert (after.standing, after.filed_on, after.filed_by, after.letter_no) == ("owed", None, None, "")
    duty = next(each for each in rows(app, Task) if each.id == batch.task_id)
    assert (duty.open_due, duty.closed_at, duty.closed_how) == (batch.due_on, None, None)
    with acting(app, by):
        assert alert_returns.why_unusable(alerts.find(batch.id, by=by)) != ""
        with pytest.raises(NotPossibleNow, match="还没有推送"):
            alert_verdicts.verdicts_of(batch.id, by=by)
        alerts.hand_in(batch.id, io.BytesIO(lines(("张小三", 3, 0))), name="y.csv", by=by)
    assert worked(app, batch.id).counts["alerted"] == 1


@UNUSABLE
@pytest.mark.usefixtures("row_by_row")
def test_an_unusable_file_that_nobody_owed_may_come_again(
    county: Office, app: Flask, department: Department, content: bytes
) -> None:
    by = department("education")

    first = push(app, by, "dropout", content)
    again = push(app, by, "dropout", content)

    assert (first.standing, again.standing) == ("unusable", "unusable")
    assert again.id != first.id
    with app.app_context():
        assert db.session.scalars(select(StagedRow)).all() == []


def test_a_delivery_left_reading_with_an_unusable_file_by_an_earlier_release_is_owed_again(
    county: Office, app: Flask, department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = department("education")
    with clock.at(datetime(2026, 11, 28, 4, tzinfo=UTC)), app.app_context():
        alert_schedule.open_due()
    batch = owed(app, "dropout")
    with monkeypatch.context() as patch, acting(app, by):
        patch.setattr(alert_returns, "give_back", lambda *_: None)
        alerts.hand_in(batch.id, io.BytesIO(HALF_READABLE), name="x.csv", by=by)
        working.carry_on()
        assert db.session.get_one(AlertBatch, batch.id, populate_existing=True).standing == "reading"

    assert worked(app, batch.id).standing == "owed"
