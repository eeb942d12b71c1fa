"""A data folder of an older program is brought to the newest schema with everything that is in it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    func,
    insert,
    select,
)

from backend.db import Base, db
from backend.schema import migrate
from tests.migrations.test_migrations import VERSION, _drift
from tests.migrations.test_migrations import empty as empty

pytestmark = pytest.mark.shows("story.1")
FIRST = "0001"
LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)


def _reflected() -> MetaData:
    found = MetaData()
    found.reflect(db.engine)
    found.remove(found.tables[VERSION])
    return found


def _value(column: Column[Any]) -> object:
    """Return something that such a column can hold; every id is 1, so that rows point at one another."""
    known = Base.metadata.tables.get(column.table.name)
    named = known.c.get(column.name) if known is not None else None
    if named is not None and isinstance(named.type, (JSON, LargeBinary)):
        return {} if isinstance(named.type, JSON) else b"1"
    kinds: list[tuple[type[Any], object]] = [
        (Boolean, True),
        (Integer, 1),
        (Numeric, 1),
        (DateTime, LONG_AGO),
        (Date, date(2026, 1, 2)),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), "1")


def _typed(table: Table) -> Table:
    """Return the old table with the types that JSON and moments need to be written."""
    for column in table.c:
        if _value(column) == {}:
            column.type = JSON()
    return table


def _fill_each_table_with_a_row() -> set[str]:
    tables = [_typed(table) for table in _reflected().sorted_tables]
    with db.engine.begin() as connection:
        for table in tables:
            connection.execute(insert(table).values({column.name: _value(column) for column in table.c}))
    return {table.name for table in tables}


def test_what_an_older_program_wrote_is_still_there_after_all_migrations(empty: Flask) -> None:
    migrate(FIRST)
    tables = _fill_each_table_with_a_row()
    assert len(tables) > 20

    migrate()

    now = _reflected().tables
    with db.engine.connect() as connection:
        rows = {name: connection.scalar(select(func.count()).select_from(now[name])) for name in tables}
    assert rows == dict.fromkeys(tables, 1)
    assert _drift() == []


@pytest.mark.parametrize("empty", ["sqlite"], indirect=True)
def test_cases_of_an_older_program_are_found_by_the_initials_of_their_heads_name(empty: Flask) -> None:
    migrate("0018")
    _fill_each_table_with_a_row()
    with db.engine.begin() as connection:
        connection.execute(_reflected().tables["cases"].update().values(head_name="单守金"))

    migrate()

    with db.engine.connect() as connection:
        assert connection.scalars(select(_reflected().tables["cases"].c.initials)).all() == ["ssj"]


@pytest.mark.parametrize("empty", ["sqlite"], indirect=True)
def test_who_answered_for_a_family_and_what_was_unsafe_are_moved_to_where_they_are_kept_now(empty: Flask) -> None:
    migrate("0016")
    _fill_each_table_with_a_row()
    old = _reflected().tables
    with db.engine.begin() as connection:
        connection.execute(old["pairings"].delete())
        connection.execute(old["hazards"].delete())
        connection.execute(_typed(old["cases"]).update().values(state="monitored", marks={"contact": "1"}))
        connection.execute(_typed(old["home_checks"]).update().values(safety={"housing": "unsafe", "water": "safe"}))

    migrate()

    now = _reflected().tables
    with db.engine.connect() as connection:
        [pairing] = connection.execute(select(now["pairings"]).where(now["pairings"].c.until_on.is_(None)))
        [hazard] = connection.execute(select(now["hazards"]))
        duty = connection.execute(select(now["tasks"]).where(now["tasks"].c.id == hazard.task_id)).one()
    assert (pairing.staff_id, pairing.post, pairing.household_id) == (1, "helper", 1)
    assert (hazard.item, hazard.check_id, hazard.visit_id, hazard.closed_on) == ("housing", 1, None, None)
    assert (duty.kind, duty.role, duty.owner_region, duty.open_due is not None) == ("hazard", "TOWN_REVIEW", "1", True)


@pytest.mark.parametrize("empty", ["sqlite", "mariadb"], indirect=True)
def test_what_no_village_may_see_leaves_the_grids_follows_its_case_or_complaint_and_has_no_hour(empty: Flask) -> None:
    migrate("0026")
    _fill_each_table_with_a_row()
    old, hidden = _reflected().tables, {"township_code": "OLD", "village_code": "", "grid_code": "1"}
    with db.engine.begin() as connection:
        for name in ("objections", "satisfactions", "complaints"):
            connection.execute(_typed(old[name]).update().values(hidden))
        connection.execute(_typed(old["tasks"]).update().values(hidden | {"kind": "complaint", "township_code": "NEW"}))
        connection.execute(_typed(old["case_events"]).update().values(action="object"))
        connection.execute(_typed(old["receipt_lines"]).update().values(kind="objected"))

    migrate()

    now = _reflected().tables
    with db.engine.connect() as connection:
        found = {
            name: connection.execute(select(now[name].c.township_code, now[name].c.grid_code)).one()
            for name in ("objections", "satisfactions", "complaints", "tasks", "cases")
        }
        assert connection.scalar(select(now["tasks"].c.owner_region)) == "OLD"
        moments = [connection.scalar(select(now[each].c.happened_at)) for each in ("case_events", "receipt_lines")]
    assert moments == [datetime(2026, 1, 1, 16, tzinfo=UTC).replace(tzinfo=None)] * 2
    assert found["cases"] == ("1", "1")
    assert found["objections"] == found["satisfactions"] == ("1", None)
    assert found["complaints"] == found["tasks"] == ("OLD", None)
