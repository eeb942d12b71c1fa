"""What every test may ask for: an application on a real database, a cast, and somebody to make cases."""

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, has_app_context
from sqlalchemy import inspect

from backend import clock
from backend.db import db
from backend.policy import county as county_policy
from backend.schema import migrate
from backend.services import counties, demo_clock
from backend.settings import Settings
from backend.workflow import places
from tests import mariadb
from tests.people import APP_ID, COUNTY, Cast, Maker

KEPT = {"counties", "regions", "policy_versions", "schema_version"}
REGIONS = Path(__file__).resolve().parent.parent / "backend" / "regions_data" / "130126.csv"
OWN_RULES = '{"flags": {"procedure": "short"}}'
"""The tests' own county keeps the four steps of the first release; whoever tests the whole procedure says so."""


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    with mariadb.running() as url:
        yield url


@pytest.fixture(scope="session")
def apps(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Flask]]:
    """One application per kind of database, made when first asked for."""
    made: dict[str, Flask] = {}

    class OnDemand(dict[str, Flask]):
        def __missing__(self, kind: str) -> Flask:
            url = "" if kind == "sqlite" else request.getfixturevalue("mariadb_url")
            self[kind] = _make(url, tmp_path_factory.mktemp(kind))
            return self[kind]

    made = OnDemand()
    yield made
    for app in made.values():
        with app.app_context():
            db.engine.dispose()


def _make(url: str, folder: Path) -> Flask:
    from wsgi import create_app

    app = create_app(
        Settings(
            database_url=url,
            data_dir=folder,
            secret_key="tests",
            wechat_app_id=APP_ID,
            wechat_push_token="push-token",
            secure_cookies=False,
            demo=True,
        )
    )
    app.testing = True
    with app.app_context():
        migrate()
        regions = counties.read_regions(REGIONS)
        counties.init_county(COUNTY, regions=regions, preset="NATIONAL", phone="0311-82520000", demo=True)
    return app


@pytest.fixture
def kind() -> str:
    """Which database a test runs on; the stories run on both."""
    return os.environ.get("TEST_DATABASE", "mariadb")


@pytest.fixture
def app(apps: dict[str, Flask], kind: str) -> Flask:
    """An application whose database holds the county and nobody yet."""
    app = apps[kind]
    _empty(app)
    demo_clock._known.clear()
    clock.use_offset(lambda: _offset(app))
    county_policy.forget()
    places.forget()
    with app.app_context():
        from backend.privacy import current

        current.use(app.extensions["settings"].keys_path)
    return app


def _offset(app: Flask) -> timedelta:
    """Return how far business time was moved, also to a test that asks outside the application."""
    with contextlib.nullcontext() if has_app_context() else app.app_context():
        return demo_clock.offset()


def _empty(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        off, on = (
            ("PRAGMA defer_foreign_keys=ON", "SELECT 1")
            if sqlite
            else ("SET FOREIGN_KEY_CHECKS=0", "SET FOREIGN_KEY_CHECKS=1")
        )
        connection.exec_driver_sql(off)
        for table in inspect(connection).get_table_names():
            if table not in KEPT:
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names come from the database
        connection.exec_driver_sql("DELETE FROM regions WHERE level IN ('grid', 'department')")
        elsewhere = f"SUBSTR(code, 1, 6) <> SUBSTR('{COUNTY}', 1, LENGTH(code))"
        connection.exec_driver_sql(f"DELETE FROM regions WHERE {elsewhere}")  # noqa: S608 - ours
        connection.exec_driver_sql("DELETE FROM policy_versions WHERE version > 1")
        connection.exec_driver_sql(f"UPDATE policy_versions SET preset = 'NATIONAL', changes = '{OWN_RULES}'")  # noqa: S608 - ours
        for table, column in (("policy_versions", "county_code"), ("counties", "code")):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE {column} <> '{COUNTY}'")  # noqa: S608 - ours
        connection.exec_driver_sql(on)


@pytest.fixture
def cast(app: Flask) -> Cast:
    return Cast(app)


@pytest.fixture
def make(app: Flask, cast: Cast) -> Maker:
    return Maker(app, cast)
