"""A sweep costs by the batch and not by the duty, and nothing when there is nothing new to say."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, inspect, select, update

from backend import clock
from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.db import MARIADB, db, new_id
from backend.models import County, Identity, Message, PolicyVersion, Region, Supervision, Task
from backend.services import claims, reminders
from tests.jobs.conftest import NOON
from tests.jobs.ladder import set_task
from tests.people import Cast, Maker

pytestmark = [pytest.mark.shows("reminders.2", "reminders.7"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
Run = Callable[..., int]
MANY = 2 * reminders.BATCH
COUNTIES = 60
LATE = NOON + timedelta(days=5)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect every statement that the database is sent."""
    said: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def crowd(make: Maker, cast: Cast, app: Flask) -> int:
    """So many copies of one duty, each due for its gravest rung."""
    for login in ("village", "head", "town_lead", "county_op", "county_lead"):
        cast.staff_id(login)
    task = make.duty(make.case())
    due = NOON.date() - timedelta(days=4)
    with app.app_context(), as_system("a test makes many"):
        row = db.session.scalars(select(Task)).one()
        values = {each.key: getattr(row, each.key) for each in inspect(Task).column_attrs}
        values |= {"next_rung": "supervision", "next_rung_at": LATE, "due_on": due, "open_due": due}
        db.session.execute(insert(Task), [values | {"id": new_id()} for _ in range(MANY)])
        db.session.commit()
    set_task(app, task.id, next_rung_at=None, next_rung=None)
    return MANY


def test_two_batches_of_duties_cost_a_few_statements_each(
    make: Maker, app: Flask, crowd: int, sweep: Run, kind: str
) -> None:
    with counted(app) as said:
        assert sweep(LATE) == crowd

    assert len(said) < 80, len(said)
    assert len(make.rows(Supervision)) == crowd
    assert len(make.messages(kind="duty")) == 5 * crowd
    assert len(make.messages(kind="duty", state="owed")) == 5 * 8
    assert len(make.messages(kind="digest")) == 5


def test_duties_of_many_counties_cost_no_statement_each(
    cast: Cast, app: Flask, crowd: int, sweep: Run, kind: str
) -> None:
    """One database may hold a whole province: names, rules and calendars are read by the batch as well."""
    everywhere = cast.staff_id("county_op")
    with app.app_context(), as_system("a test makes counties"):
        for number, task_id in enumerate(db.session.scalars(select(Task.id).where(Task.next_rung_at == LATE)).all()):
            place = f"99{number % COUNTIES:04d}001001"
            here = {"county_code": place[:6], "township_code": place[:9], "village_code": place, "owner_region": place}
            db.session.execute(update(Task).where(Task.id == task_id).values(**here, case_id=None))
        for code in (f"99{number:04d}" for number in range(COUNTIES)):
            db.session.add(County(code=code, name=f"第{code}县", preset="NATIONAL"))
            db.session.flush()
            rules = {"version": 1, "preset": "NATIONAL", "changes": {}, "from_on": NOON.date(), "made_at": NOON}
            db.session.add(PolicyVersion(county_code=code, **rules))
            db.session.add(Identity(staff_id=everywhere, role=Role.COUNTY_OP, region_code=code))
            for place, level in ((code, "county"), (f"{code}001", "township"), (f"{code}001001", "village")):
                parent = {"county": "99", "township": code, "village": f"{code}001"}[level]
                db.session.add(Region(code=place, name=f"{place}村", level=level, parent_code=parent))
        db.session.commit()

    with counted(app) as said:
        assert sweep(LATE) == crowd

    assert len(said) < 80, len(said)


def test_a_second_sweep_with_nothing_new_is_cheap(app: Flask, crowd: int, sweep: Run, kind: str) -> None:
    sweep(LATE)

    with counted(app) as said:
        began = clock.monotonic()
        assert sweep(LATE + timedelta(hours=1)) == 0
        took = clock.monotonic() - began

    assert len(said) < 12, said
    assert took < 0.5


def test_what_was_said_of_a_batch_is_read_by_its_duties(app: Flask, crowd: int, sweep: Run, kind: str) -> None:
    """Else SQLite, which has no statistics of a young table, reads every reminder that there is, with each batch."""
    with counted(app) as said:
        sweep(LATE)

    read = [each for each in said if each.startswith("SELECT") and "messages.task_id IN" in each]
    assert len(read) > 2
    assert all("ix_messages_task_id" in each for each in read), read


def plan_of(app: Flask, statement: Any) -> str:
    """How the database would run it, as text."""
    with app.app_context(), as_system("a test asks for a plan"):
        sql = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
        how = "EXPLAIN " if db.engine.dialect.name in MARIADB else "EXPLAIN QUERY PLAN "
        with db.engine.connect() as connection:
            return str(connection.exec_driver_sql(how + str(sql)).all())


def test_what_is_due_is_found_by_an_index_range(app: Flask, crowd: int, sweep: Run, kind: str) -> None:
    due = select(Task.id).where(Task.next_rung_at <= LATE).order_by(Task.next_rung_at, Task.id).limit(200)
    assert "ix_tasks_sweep" in plan_of(app, due)
    sweep(LATE)
    owed = select(Message.id).where(Message.state == "owed", Message.priority == 1, Message.not_before <= LATE)

    plan = plan_of(app, owed.order_by(Message.not_before, Message.id).limit(claims.BATCH))
    assert "ix_messages_due" in plan
    assert "filesort" not in plan.lower()
    assert "TEMP B-TREE" not in plan
