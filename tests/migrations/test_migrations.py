"""The schema goes up, is then what the models say, comes down to nothing and goes up again, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.engine import make_url

from backend import schema
from backend.app import create_bare_app
from backend.db import Base, db
from backend.models import County
from backend.schema import MIGRATIONS, alembic_config, migrate, unmigrate
from backend.settings import Settings

VERSION = "schema_version"

SLEEPS = """
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    op.execute("DO SLEEP(1.5)")
"""

pytestmark = pytest.mark.shows("story.1")


@pytest.fixture(params=["sqlite", "mariadb"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without any table."""
    url = "" if request.param == "sqlite" else _fresh_database(request.getfixturevalue("mariadb_url"))
    app = create_bare_app(Settings(database_url=url, data_dir=tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _fresh_database(beside: str) -> str:
    address = make_url(beside)
    with pymysql.connect(unix_socket=str(address.query["unix_socket"]), user="root") as server:
        cursor = server.cursor()
        cursor.execute("DROP DATABASE IF EXISTS migrations")
        cursor.execute("CREATE DATABASE migrations CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
    return address.set(database="migrations").render_as_string(hide_password=False)


def _tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def _drift() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION})
        return list(compare_metadata(context, Base.metadata))


def test_the_schema_goes_up_down_and_up_again(empty: Flask) -> None:
    migrate()
    assert _tables() == {*Base.metadata.tables, VERSION}

    unmigrate()
    assert _tables() == {VERSION}

    migrate()
    assert _tables() == {*Base.metadata.tables, VERSION}


def test_after_the_migrations_the_schema_is_what_the_models_say(empty: Flask) -> None:
    migrate()

    assert _drift() == []


def test_migrating_twice_keeps_what_is_there(empty: Flask) -> None:
    migrate()
    db.session.add(County(code="130126", name="灵寿县", preset="NATIONAL"))
    db.session.commit()

    migrate()

    assert db.session.scalars(select(County.name)).all() == ["灵寿县"]


def test_a_migration_may_take_longer_than_any_statement_of_the_program(
    mariadb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "0001_sleeps.py").write_text(SLEEPS, encoding="utf-8")
    config = alembic_config()
    config.set_main_option("version_locations", str(tmp_path))
    monkeypatch.setattr(schema, "alembic_config", lambda: config)
    known = Settings(database_url=_fresh_database(mariadb_url), data_dir=tmp_path, statement_seconds=1)

    with create_bare_app(known).app_context():
        migrate()

        with db.engine.connect() as connection:
            assert schema.revision_of(connection) == "0001"
        db.engine.dispose()


def test_the_migrations_are_one_numbered_line_and_head_names_the_last() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    revisions = [each.revision for each in reversed(list(script.walk_revisions()))]

    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]
    assert (MIGRATIONS / "HEAD").read_text(encoding="utf-8").strip() == script.get_current_head() == revisions[-1]
    assert all(Path(script.get_revision(each).path).name.startswith(f"{each}_") for each in revisions)
