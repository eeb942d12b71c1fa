"""The sums by which a restore and a migration are judged see what is changed, and only that."""

import pytest
from flask import Flask
from sqlalchemy import update

from backend.db import db
from backend.models import Staff
from tests.contents import columns_of, contents
from tests.people import Cast

pytestmark = pytest.mark.shows("scale.4")


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.parametrize("changed", [{"name": "李四"}, {"phone_sealed": ""}])
def test_one_changed_value_shows_in_its_table_alone(
    cast: Cast, app: Flask, kind: str, changed: dict[str, object]
) -> None:
    village = cast.staff_id("village")
    with app.app_context():
        columns = columns_of(db.session.connection())
        before = contents(db.session.connection(), columns)
        db.session.execute(update(Staff).where(Staff.id == village).values(**changed))
        after = contents(db.session.connection(), columns)

        assert [table for table in columns if before[table] != after[table]] == ["staff"]
        assert before["staff"][0] == after["staff"][0]
