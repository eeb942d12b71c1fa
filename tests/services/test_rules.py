"""Rules and calendar that change: what follows them, and what stays as it began."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed
from backend.models import Case, Task
from backend.policy.county import current_policy
from backend.services import calendars, redating, rules, sign_ins
from backend.services.rules import RuleChange
from backend.workflow.deadlines import is_overdue
from backend.workflow.tasks import overdue_clause
from tests.people import COUNTY, Cast, Maker

FRIDAY = datetime(2026, 9, 4, 2, 0, tzinfo=UTC)


def as_somebody(app: Flask, cast: Cast, login: str, work):
    """Run a service as somebody who is signed in at the console, so that the audit has a session to chain on."""
    password = cast.password(login)
    with app.app_context():
        by = sign_ins.sign_in(login, password, address="127.0.0.1").actor
    with app.app_context():
        act_within(by.scope)
        return work(by)


@pytest.mark.shows("procedure.5", "D22")
def test_new_rules_never_move_an_old_cases_dates(make: Maker, cast: Cast, app: Flask) -> None:
    old = make.case()
    before = make.duty(old).due_on

    today = clock.today()
    changes = {"limits": {"T_ACCEPT": "2d", "T_VISIT": "1d"}}
    row = as_somebody(
        app, cast, "county_lead", lambda by: rules.change_policy(RuleChange(changes, today, "村里路远"), by=by)
    )
    new = make.case(id_number=None, openid="another")

    assert row.version == 2
    assert make.duty(old).due_on == before
    assert make.duty(new).due_on == today + timedelta(days=2)


@pytest.mark.shows("procedure.5")
def test_rules_that_do_not_fit_their_total_are_refused(cast: Cast, app: Flask) -> None:
    changes = {"limits": {"T_VISIT": "30d"}}

    with pytest.raises(Invalid):
        as_somebody(
            app, cast, "county_lead", lambda by: rules.change_policy(RuleChange(changes, clock.today(), "试试"), by=by)
        )
    with pytest.raises(NotAllowed):
        as_somebody(app, cast, "admin", lambda by: rules.change_policy(RuleChange({}, clock.today(), "试试"), by=by))
    with app.app_context():
        assert current_policy(COUNTY).version == 1


@pytest.mark.shows("procedure.6")
def test_a_holiday_added_later_moves_open_dates_and_keeps_the_old_ones(make: Maker, cast: Cast, app: Flask) -> None:
    working = {"limits": {"T_ACCEPT": "1wd", "T_TOTAL": "30d"}}
    with clock.at(FRIDAY):
        as_somebody(
            app,
            cast,
            "county_lead",
            lambda by: rules.change_policy(RuleChange(working, clock.today(), "按工作日算"), by=by),
        )
        case_id = make.case()
        before = make.duty(case_id).due_on
        moved = as_somebody(
            app,
            cast,
            "county_op",
            lambda by: calendars.change_day(before, is_workday=False, source="县政府通知", by=by),
        )
        with app.app_context():
            assert redating.recompute_all_dates() == 1
        with app.app_context():
            assert redating.recompute_all_dates() == 0

    task = make.duty(case_id)
    assert before == date(2026, 9, 7)
    assert moved.day == before
    assert task.due_on == task.open_due == date(2026, 9, 8)
    assert task.detail["was_due"] == ["2026-09-07"]


@pytest.mark.shows("procedure.6")
def test_sql_and_python_agree_on_what_is_overdue(make: Maker, app: Flask) -> None:
    make.case()
    [template] = make.rows(Task)
    chance, rows = random.Random(7), []
    for number in range(1, 5001):
        row = {column.name: getattr(template, column.name) for column in Task.__table__.columns}
        due = date(2026, 1, 1) + timedelta(days=chance.randrange(730))
        rows.append(row | {"id": number, "due_on": due, "open_due": due if chance.random() < 0.8 else None})
    with app.app_context(), as_system("a test plants duties"):
        db.session.execute(Task.__table__.insert(), rows)
        db.session.commit()

    for _ in range(20):
        today = date(2026, 1, 1) + timedelta(days=chance.randrange(730))
        with app.app_context(), as_system("a test counts"):
            found = set(db.session.scalars(select(Task.id).where(overdue_clause(today), Task.id <= 5000)))
        expected = {row["id"] for row in rows if row["open_due"] is not None and is_overdue(row["open_due"], today)}
        assert found == expected


@pytest.mark.shows("procedure.6")
def test_a_step_that_had_shrunk_into_its_total_is_not_stretched_by_the_calendar(
    make: Maker, cast: Cast, app: Flask
) -> None:
    working = {"limits": {"T_ACCEPT": "4wd", "T_VISIT": "2wd", "T_TOTAL": "30d"}}
    with clock.at(FRIDAY):
        change = RuleChange(working, clock.today(), "按工作日算")
        as_somebody(app, cast, "county_lead", lambda by: rules.change_policy(change, by=by))
        case_id = make.case()
        with app.app_context(), as_system("a test lets a case be late"):
            task = db.session.scalars(select(Task)).one()
            promised = db.session.get_one(Case, case_id)
            promised.promised_on = task.due_on = task.open_due = date(2026, 9, 7)
            db.session.commit()
        with app.app_context():
            moved = redating.recompute_all_dates()

    assert moved == 0
    assert make.duty(case_id).due_on == date(2026, 9, 7)


@pytest.mark.shows("procedure.5")
def test_a_newer_version_cannot_begin_before_the_one_it_is_laid_over(cast: Cast, app: Flask) -> None:
    with clock.at(FRIDAY):
        later = RuleChange({"limits": {"T_FIX": "12d roll"}}, clock.today() + timedelta(days=30), "下个月起")
        too_soon = RuleChange({"limits": {"T_CLUE": "2d"}}, clock.today(), "马上")
        as_somebody(app, cast, "county_lead", lambda by: rules.change_policy(later, by=by))

        with pytest.raises(Invalid) as refused:
            as_somebody(app, cast, "county_lead", lambda by: rules.change_policy(too_soon, by=by))

    assert list(refused.value.fields) == ["from_on"]
