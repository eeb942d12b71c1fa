"""New rows are written at once, and are afterwards what SQLAlchemy would have made of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, inspect, select
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access.permissions import Role
from backend.access.scope import Region, act_within
from backend.db import db, new_id
from backend.errors import ScopeError
from backend.models import (
    Account,
    Household,
    Identity,
    Message,
    Person,
    Staff,
    Throttle,
)
from backend.models.places import place_of
from tests.people import COUNTY, NEXT_VILLAGE, VILLAGE

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "mariadb"])


@pytest.fixture
def county(app: Flask) -> Iterator[None]:
    with app.app_context():
        act_within(Region(COUNTY))
        yield
        db.session.rollback()


@contextmanager
def said() -> Iterator[list[str]]:
    statements: list[str] = []

    def take_down(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", take_down)
    yield statements
    event.remove(db.engine, "before_cursor_execute", take_down)


def household(village: str = VILLAGE) -> Household:
    row_id = new_id()
    return Household(id=row_id, household_id=row_id, head_name="张建国", made_at=clock.now(), **place_of(village))


def person(of: Household, name: str) -> Person:
    return Person(household_id=of.household_id, name=name, **place_of(of.village_code))


def message(subject: str) -> Message:
    now = clock.now()
    given = {"data": {}, "day": date(2026, 3, 2), "not_before": now, "not_after": now, "owed_at": now}
    return Message(county_code=COUNTY, kind="k", subject=subject, recipient="r", template="k", state="owed", **given)


@pytest.mark.usefixtures("county")
def test_children_added_first_are_written_after_their_parents_a_statement_a_table() -> None:
    family = household()
    rows = [person(family, "李秀英"), person(family, "张小宝"), family]
    with said() as statements:
        db.session.add_all(rows)
        db.session.flush()

    assert [statement.split()[2] for statement in statements if statement.startswith("INSERT")] == [
        "households",
        "people",
    ]
    db.session.expire_all()
    assert db.session.scalars(select(Person.name).order_by(Person.id)).all() == ["李秀英", "张小宝"]


@pytest.mark.usefixtures("county")
def test_a_written_row_is_complete_clean_and_found_again_without_a_question() -> None:
    owed = message("one")
    db.session.add(owed)
    with said() as statements:
        db.session.flush()
        told = len(statements)

        assert (owed.id > 0, owed.page, owed.task_id, owed.tries) == (True, "", None, 0)
        assert inspect(owed).persistent
        assert not db.session.is_modified(owed)
        assert db.session.get(Message, owed.id) is owed
        assert len(statements) == told
    owed.state = "sent"
    db.session.flush()
    db.session.expire_all()
    assert (owed.state, owed.day, owed.not_before.tzinfo) == ("sent", date(2026, 3, 2), clock.now().tzinfo)


@pytest.mark.usefixtures("county")
def test_a_rollback_leaves_nothing_of_them() -> None:
    owed = message("one")
    db.session.add(owed)
    db.session.flush()
    db.session.rollback()

    assert inspect(owed).transient
    assert db.session.scalars(select(Message)).all() == []


@pytest.mark.usefixtures("county")
def test_what_the_database_refuses_is_refused_in_its_own_words() -> None:
    db.session.add_all([message("one"), message("two")])
    db.session.flush()
    db.session.add(message("one"))

    with pytest.raises(IntegrityError) as refused:
        db.session.flush()
    assert "one" not in str(refused.value).replace(str(refused.value.orig), "")  # what was written is in no log


def test_a_row_outside_is_refused_before_anything_is_said(app: Flask) -> None:
    with app.app_context():
        act_within(Region(VILLAGE))
        db.session.add_all([household(), household(NEXT_VILLAGE)])
        with said() as statements, pytest.raises(ScopeError):
            db.session.flush()

        assert [statement for statement in statements if "INSERT" in statement] == []


@pytest.mark.usefixtures("county")
def test_related_objects_go_the_long_way_round() -> None:
    staff = Staff(county_code=COUNTY, login="hired", name="王村干")
    account = Account(app_id="a", openid="o", county_code=COUNTY, made_at=clock.now())
    db.session.add_all([Identity(staff=staff, role=Role.VILLAGE, region_code=VILLAGE), staff, account])
    db.session.flush()

    [identity] = db.session.scalars(select(Identity).where(Identity.staff_id == staff.id)).all()
    assert identity.staff is staff
    assert inspect(account).persistent


@pytest.mark.usefixtures("county")
def test_a_new_row_may_take_what_a_changed_one_lets_go_of() -> None:
    first = message("one")
    db.session.add(first)
    db.session.flush()
    first.subject = "another"
    db.session.add(message("one"))
    db.session.flush()

    assert set(db.session.scalars(select(Message.subject))) == {"one", "another"}


def test_a_name_that_no_column_has_is_a_mistake(app: Flask) -> None:
    with pytest.raises(TypeError, match="no_such"):
        Throttle(key="k", no_such=1)
