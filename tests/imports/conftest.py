"""An office that hands files in."""

import pytest
from flask import Flask

from tests.imports.files import Office
from tests.people import Cast


@pytest.fixture
def office(app: Flask, cast: Cast) -> Office:
    return Office(app, cast)
