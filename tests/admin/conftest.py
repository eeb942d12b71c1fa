"""Somebody at the console."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.admin.desk import Desk
from tests.people import Cast


@pytest.fixture
def browser(app: Flask) -> Callable[[], Desk]:
    """Makes browsers in which nobody is signed in."""
    return lambda: Desk(app.test_client())


@pytest.fixture
def console(app: Flask, cast: Cast) -> Callable[[str], Desk]:
    """Makes browsers in which one of the cast is signed in."""

    def enter(login: str) -> Desk:
        desk = Desk(app.test_client())
        page = desk.sign_in(login, cast.password(login))
        assert page.status == 200, page.text
        assert "退出" in page.text
        return desk

    return enter
