"""Installations of the tests' own: each with its settings, its folder and its database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from backend import db as database
from backend.db import db
from backend.privacy import current
from backend.schema import migrate
from backend.services import counties, health
from backend.settings import Settings
from tests.conftest import REGIONS
from tests.people import COUNTY
from tests.wechat.conftest import emulator, valkey  # noqa: F401 - fixtures
from wsgi import create_app

Install = Callable[..., Flask]


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """Make an installation with these settings; `county=False` leaves it empty, `schema=False` without tables."""
    made: list[Flask] = []
    bells, keys = list(database.after_commit), list(current._file)

    def make(*, schema: bool = True, county: bool = True, **given: Any) -> Flask:
        folder = tmp_path / str(len(made))
        made.append(create_app(Settings(data_dir=folder, secret_key="k" * 40, **given)))
        with made[-1].app_context():
            if schema:
                migrate()
            if schema and county:
                counties.init_county(COUNTY, regions=counties.read_regions(REGIONS), preset="NATIONAL")
        return made[-1]

    health._connection.cache_clear()
    yield make
    health._connection.cache_clear()
    database.after_commit[:], current._file[:] = bells, keys
    for app in made:
        with app.app_context():
            db.engine.dispose()
