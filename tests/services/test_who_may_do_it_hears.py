"""Whoever hears of a duty can do it: of what only the township's lead may do, the lead hears and not the clerks."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.db import db
from backend.models import Message, Staff
from backend.services import explanations, rechecks, reminders
from backend.services.hearers import SHARES_DESK
from backend.services.takers import hearing_role, takers
from backend.workflow import duties
from backend.workflow.duties import Duty
from backend.workflow.states import Kind
from tests.people import Cast, Maker
from tests.services.desks import Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_rechecks_and_green_channels import green

pytestmark = pytest.mark.shows("procedure.2", "reminders.2")


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    for login in ("reviewer", "second_reviewer", "town_op", "town_lead", "county_op", "county_lead"):
        cast.staff_id(login)
    desks = Desks(app, cast, make)
    desks.family()
    return desks


def heard_of(desks: Desks, task_id: int) -> set[str]:
    """Sweep, and return the logins of whoever heard of this duty."""
    with desks.app.app_context(), clock.at(desks.now):
        reminders.sweep()
    names = {f"staff:{staff_id}": login for login, staff_id in desks.cast.members.items()}
    return {names[each.recipient] for each in desks.make.rows(Message) if each.task_id == task_id}


def test_of_a_recheck_the_lead_hears_who_alone_may_answer_it(desks: Desks) -> None:
    desks.to_the_township()
    desks.refuse()
    with desks.as_("village") as by:
        rechecks.ask(desks.case_id, by=by, words="请复核")
    [duty] = desks.duties(Kind.RECHECK)

    assert heard_of(desks, duty.id) == {"town_lead"}
    with desks.app.app_context(), clock.at(desks.now):
        told = explanations.explain(duty.id)
    assert any("由谁办" in line and "乡镇分管负责人" in line for line in told)


def test_of_a_signature_that_is_owed_the_lead_hears(desks: Desks) -> None:
    green(desks)
    [duty] = desks.duties(Kind.SIGN_LATER)

    assert heard_of(desks, duty.id) == {"town_lead"}


def test_of_everything_else_the_desk_hears(desks: Desks) -> None:
    desks.to_the_township()
    [duty] = desks.duties(Kind.TOWN_REVIEW)

    assert heard_of(desks, duty.id) == {"reviewer", "second_reviewer", "town_op"}


ANSWERED = sorted(name for name, duty in vars(duties).items() if isinstance(duty, Duty) and takers(duty.kind))
"""Duties that a step of a case answers; complaints and second declarations have services of their own."""


@pytest.mark.parametrize("name", ANSWERED)
def test_somebody_who_hears_of_a_duty_may_do_it(name: str) -> None:
    role = hearing_role(getattr(duties, name))

    assert takers(getattr(duties, name).kind) & set(SHARES_DESK.get(role, (role,)))


def test_where_the_township_has_no_lead_the_county_hears(desks: Desks) -> None:
    desks.to_the_township()
    desks.refuse()
    with desks.as_("village") as by:
        rechecks.ask(desks.case_id, by=by, words="请复核")
    [duty] = desks.duties(Kind.RECHECK)
    with desks.app.app_context():
        staff = db.session.scalars(select(Staff).where(Staff.id == desks.cast.staff_id("town_lead"))).one()
        staff.is_active = False
        db.session.commit()

    assert heard_of(desks, duty.id) == {"county_op", "county_lead"}
    assert all(
        "暂无乡镇分管负责人" in each.data["hint"] for each in desks.make.rows(Message) if each.task_id == duty.id
    )
