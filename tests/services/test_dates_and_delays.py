"""A family hears beforehand when somebody comes and when the meeting is, and afterwards that a promise was missed."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from backend.models import Declaration, ReceiptLine
from backend.services import appointments, delays, rechecks
from backend.services.appointments import AppointmentForm, CallForm
from backend.workflow.states import Kind
from tests.people import FORM, Cast, Maker
from tests.services.desks import Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.7", "A30")

COMES = AppointmentForm(on=date(2026, 3, 8), day_part="morning", words="请备好户口本")
MEETS = CallForm(on=date(2026, 3, 12), place="村委会院里", day_part="evening")


class Told(Desks):
    """A family and what its receipt says."""

    def lines(self, kind: str = "", openid: str = "phone of 张三") -> list[dict[str, Any]]:
        with clock.at(self.now):
            phone = self.cast.farmer(openid)
            [receipt] = phone.get("/declarations").json["items"]
            found = phone.get(f"/declarations/{receipt['id']}").json["timeline"]
        return [line for line in found if not kind or line["kind"] == kind]

    def tell_delays(self) -> int:
        with clock.at(self.now), self.app.app_context():
            return delays.tell_delays()

    def to_the_meeting(self) -> None:
        self.to_the_visit()
        self.compare_if_owed()
        self.take_consultation()

    def compare_if_owed(self) -> None:
        if self.duties(Kind.COMPARE):
            self.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)

    def take_consultation(self) -> None:
        self.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)


@pytest.fixture
def told(app: Flask, cast: Cast, make: Maker, preset: Any) -> Told:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    told = Told(app, cast, make)
    told.family()
    return told


def accepted(told: Told) -> Told:
    told.take(Action.ACCEPT, "village", Kind.ACCEPT)
    return told


def test_the_day_of_the_visit_is_told_and_the_duty_stays_as_it_is(told: Told, make: Maker) -> None:
    [visit] = accepted(told).duties(Kind.VISIT)
    with told.as_("village") as by:
        appointments.appoint_visit(told.case_id, COMES, by=by)

    [line] = told.lines("appointed")
    assert "3月8日上门" in line["sentence"]
    assert (line["detail"], line["due_on"]) == ("上午。请备好户口本", "2026-03-08")
    assert make.messages(kind="progress")[-1].recipient.startswith("account:")
    assert [(task.id, task.due_on) for task in told.duties(Kind.VISIT)] == [(visit.id, visit.due_on)]
    assert told.case().marks["visit_on"] == "2026-03-08"


def test_there_is_no_appointment_where_no_visit_is_owed(told: Told) -> None:
    with told.as_("village") as by, pytest.raises(NotPossibleNow):
        appointments.appoint_visit(told.case_id, COMES, by=by)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (AppointmentForm(on=date(2026, 3, 1), day_part="morning"), "on"),
        (AppointmentForm(on=date(2027, 3, 1), day_part="morning"), "on"),
        (AppointmentForm(on=date(2026, 3, 8), day_part="midnight"), "day_part"),
    ],
)
def test_a_wrong_appointment_is_refused_with_its_field(told: Told, form: AppointmentForm, field: str) -> None:
    accepted(told)
    with told.as_("village") as by, pytest.raises(Invalid) as wrong:
        appointments.appoint_visit(told.case_id, form, by=by)

    assert field in wrong.value.fields


def test_another_village_makes_no_appointment(told: Told) -> None:
    accepted(told)
    with told.as_("next_village") as by, pytest.raises(NotFound):
        appointments.appoint_visit(told.case_id, COMES, by=by)


def test_families_on_a_meetings_list_hear_when_and_where_once(told: Told) -> None:
    told.to_the_meeting()
    first = told.case_id
    with told.as_("village") as by:
        results = appointments.call_meeting([first, 4711], MEETS, by=by)
        appointments.call_meeting([first], MEETS, by=by)

    assert [(each.case_id, each.is_called) for each in results] == [(first, True), (4711, False)]
    [line] = told.lines("meeting_called")
    assert "3月12日开会评议" in line["sentence"]
    assert line["detail"] == "傍晚，村委会院里"


def test_a_meeting_put_off_is_told_again(told: Told) -> None:
    told.to_the_meeting()
    later = CallForm(on=MEETS.on + timedelta(days=1), place=MEETS.place)
    with told.as_("village") as by:
        appointments.call_meeting([told.case_id], MEETS, by=by)
        appointments.call_meeting([told.case_id], later, by=by)

    assert [line["due_on"] for line in told.lines("meeting_called")] == ["2026-03-12", "2026-03-13"]


def test_the_township_calls_no_village_meeting(told: Told) -> None:
    told.to_the_meeting()
    with told.as_("reviewer") as by, pytest.raises(NotAllowed):
        appointments.call_meeting([told.case_id], MEETS, by=by)


def test_a_missed_promise_is_told_on_the_day_after_once_with_what_is_awaited(told: Told, make: Maker) -> None:
    accepted(told)
    promised = told.case().promised_on
    told.today = promised
    assert told.tell_delays() == 0
    told.days_later(1)
    assert (told.tell_delays(), told.tell_delays()) == (1, 0)

    [line] = told.lines("delayed")
    assert f"{promised.month}月{promised.day}日" in line["sentence"]
    assert "上门了解情况" in line["detail"]
    assert make.messages(kind="progress")[-1].data["status"] == "已受理"  # the message only says that there is news


def test_a_receipt_that_joined_another_case_hears_the_same_and_nothing_of_that_case(told: Told, make: Maker) -> None:
    with clock.at(told.now):
        make.declaration(openid="first", head_name="孙行", id_number=FORM["id_number"])
        make.declaration(openid="second", head_name="孙行", id_number=FORM["id_number"])
    told.days_later(30)
    told.tell_delays()

    one, other = told.lines("delayed", "first"), told.lines("delayed", "second")
    assert len(one) == len(other) == 1
    assert [declaration.joined for declaration in make.rows(Declaration) if declaration.head_name == "孙行"] == [
        False,
        True,
    ]
    assert (one[0]["sentence"], one[0]["detail"]) == (other[0]["sentence"], other[0]["detail"])


def test_a_new_promise_after_a_recheck_can_be_missed_again(told: Told, make: Maker) -> None:
    told.to_the_township()
    told.refuse("town_lead")
    assert told.tell_delays() == 0  # ended: nobody waits
    told.days_later(20)
    assert told.tell_delays() == 0
    with told.as_("village") as by:
        rechecks.ask(told.case_id, by=by, words="请复核")
    [duty] = told.duties(Kind.RECHECK)
    with told.as_("county_lead") as by:
        rechecks.answer(told.case_id, by=by, version=duty.version, overturn=True, words="重新核实")
    told.today = told.case().promised_on + timedelta(days=1)
    told.tell_delays()
    told.tell_delays()

    promises = [row.due_on for row in make.rows(ReceiptLine) if row.kind == "delayed"]
    assert promises.count(told.case().promised_on) == 1
    assert len(promises) == len(set(promises))
