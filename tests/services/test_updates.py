"""Changed rows are written at once, and are afterwards what SQLAlchemy would have made of them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import inspect, select, update
from sqlalchemy.orm.exc import StaleDataError

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.errors import ScopeError
from backend.models import Case, Message, Staff, Throttle
from tests.people import OTHER_VILLAGE, Cast, Maker
from tests.services.test_inserts import county as county
from tests.services.test_inserts import household, message, said

pytestmark = [pytest.mark.parametrize("kind", ["sqlite", "mariadb"]), pytest.mark.shows("story.9")]


@pytest.mark.usefixtures("county")
def test_a_change_is_one_statement_with_what_changed_and_nothing_else() -> None:
    owed = message("one")
    db.session.add(owed)
    db.session.flush()
    owed.state, owed.data, owed.kind = "sent", {"why": "早上八点"}, "k"
    with said() as statements:
        db.session.flush()
        db.session.flush()

    [change] = statements
    assert change.startswith("UPDATE messages SET")
    assert "kind" not in change
    assert not db.session.is_modified(owed)
    assert inspect(owed).persistent
    db.session.expire_all()
    assert (owed.state, owed.data) == ("sent", {"why": "早上八点"})


@pytest.mark.usefixtures("county")
def test_what_is_set_to_what_it_was_says_nothing() -> None:
    owed = message("one")
    db.session.add(owed)
    db.session.flush()
    owed.state = "owed"
    owed.not_before += timedelta()
    with said() as statements:
        db.session.flush()

    assert statements == []
    assert not db.session.is_modified(owed)


@pytest.mark.usefixtures("county")
def test_a_rollback_takes_a_change_back() -> None:
    db.session.add(Throttle(key="k", count=1, until_at=None, changed_at=clock.now()))
    db.session.flush()
    point = db.session.begin_nested()
    row = db.session.scalars(select(Throttle).where(Throttle.key == "k")).one()
    row.count = 7
    db.session.flush()
    point.rollback()

    assert db.session.scalars(select(Throttle.count).where(Throttle.key == "k")).one() == row.count == 1


def test_a_row_that_somebody_else_changed_meanwhile_is_not_written_over(app: Flask, make: Maker, cast: Cast) -> None:
    case_id = make.case()
    with app.app_context(), as_system("a test changes a case"):
        case = db.session.scalars(select(Case).where(Case.id == case_id)).one()
        case.head_name = "李四"
        behind = update(Case).where(Case.id == case_id).values(version=Case.version + 1)
        with db.session.no_autoflush:
            db.session.execute(behind, execution_options={"synchronize_session": False})
        with pytest.raises(StaleDataError):
            db.session.flush()
        db.session.rollback()


@pytest.mark.usefixtures("county")
def test_a_value_that_the_database_works_out_is_left_to_sqlalchemy() -> None:
    db.session.add(Throttle(key="k", count=1, until_at=None, changed_at=clock.now()))
    db.session.flush()
    row = db.session.scalars(select(Throttle).where(Throttle.key == "k")).one()

    row.count = Throttle.count + 5
    db.session.flush()

    assert row.count == 6


@pytest.mark.usefixtures("county")
def test_a_row_that_was_not_read_since_it_expired_can_be_changed() -> None:
    owed = message("one")
    db.session.add(owed)
    db.session.flush()
    db.session.expire(owed)

    owed.state = "sent"
    db.session.flush()

    db.session.expire_all()
    assert (owed.state, owed.subject) == ("sent", "one")


@pytest.mark.usefixtures("county")
def test_a_row_that_is_new_and_one_that_changed_are_both_written() -> None:
    first, second = message("one"), message("two")
    db.session.add(first)
    db.session.flush()

    first.state = "sent"
    db.session.add(second)
    db.session.flush()
    db.session.expire_all()

    found = db.session.scalars(select(Message).order_by(Message.subject)).all()
    assert [(each.subject, each.state) for each in found] == [("one", "sent"), ("two", "owed")]


@pytest.mark.usefixtures("county")
def test_the_scope_still_looks_at_what_is_changed(app: Flask, make: Maker, cast: Cast) -> None:
    family = household()
    db.session.add(family)
    db.session.flush()
    family.county_code = "340321"
    family.village_code = OTHER_VILLAGE

    with said() as statements, pytest.raises(ScopeError):
        db.session.flush()

    assert [each for each in statements if each.startswith("UPDATE")] == []


def test_what_has_a_relationship_goes_the_long_way(app: Flask, cast: Cast) -> None:
    cast.password("reviewer")
    with app.app_context():
        row = db.session.scalars(select(Staff)).first()
        assert row is not None
        row.failed_sign_ins = 3
        db.session.commit()
        db.session.expire_all()

        assert row.failed_sign_ins == 3
