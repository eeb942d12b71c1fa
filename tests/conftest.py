"""What every test may ask for: an application on a real database, a cast, and somebody to make cases."""

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from sqlalchemy import update

from backend import clock
from backend.db import db
from backend.garbage import leave_the_program_out
from backend.models import PolicyVersion
from backend.policy import county as county_policy
from backend.schema import migrate
from backend.services import counties, demo_clock, sign_ins
from backend.settings import Settings
from backend.workflow import places
from tests import mariadb
from tests.emptying import Beginning
from tests.people import APP_ID, COUNTY, Cast, Maker

HASHER = sign_ins.hasher
REGIONS = Path(__file__).resolve().parent.parent / "backend" / "regions_data" / "130126.csv"
OWN_RULES = {"flags": {"procedure": "short"}}
"""The tests' own county keeps the four steps of the first release; whoever tests the whole procedure says so."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the dearest begin, so that no process ends alone with a story, and one makes what many tests share."""
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Search for garbage as the program's own processes do: all the tests are a large heap that none of them frees."""
    leave_the_program_out()


def _turn(item: pytest.Item) -> int:
    shared = {"stencils", "_grown"}.intersection(getattr(item, "fixturenames", ()))
    return 0 if item.path.parent.name == "stories" else 1 if shared else 2


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Argon2 is slow on purpose, and the tests sign in hundreds of times."""
    sign_ins.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def real_passwords() -> Iterator[None]:
    """Passwords as they are outside the tests, for whoever asks how long a guess takes."""
    quick, sign_ins.hasher = sign_ins.hasher, HASHER
    yield
    sign_ins.hasher = quick


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
        db.session.execute(update(PolicyVersion).values(changes=OWN_RULES))
        db.session.commit()
        app.extensions["beginning"] = Beginning(db.engine, folder, app.extensions["settings"].keys_path)
    return app


@pytest.fixture
def kind() -> str:
    """Which database a test runs on; the stories run on both."""
    return os.environ.get("TEST_DATABASE", "mariadb")


@pytest.fixture
def app(apps: dict[str, Flask], kind: str) -> Flask:
    """An application whose database holds the county and nobody yet."""
    app = apps[kind]
    with app.app_context():
        app.extensions["beginning"].restore(db.engine)
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


@pytest.fixture
def cast(app: Flask) -> Cast:
    return Cast(app)


@pytest.fixture
def make(app: Flask, cast: Cast) -> Maker:
    return Maker(app, cast)
