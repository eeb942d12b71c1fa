"""Somebody at the console."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.admin.crawling import Walk
from tests.admin.desk import Desk
from tests.admin.grown import ABROAD_DESK, LOGINS, Grown, grow
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


@pytest.fixture(scope="session")
def _grown(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """One county for the whole run, made once even where several processes share the tests."""
    first, own = tmp_path_factory.mktemp("growing"), tmp_path_factory.mktemp("grown")
    whole_run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    shared = tmp_path_factory.getbasetemp().parent / f"grown-{whole_run}"
    with Path(f"{shared}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            grow(first)
            shutil.copytree(first, shared)
    shutil.copytree(shared, own, dirs_exist_ok=True)
    return Grown.of(own)


@pytest.fixture
def grown(_grown: Grown) -> Iterator[Grown]:
    """A county that has lived for a while, on its own morning; what a test writes there is taken back."""
    with _grown.open():
        yield _grown
        _grown.take_back()


@pytest.fixture(scope="session")
def _walks(_grown: Grown) -> dict[str, Walk]:
    with _grown.open():
        adapter = _grown.app.url_map.bind("localhost")
        return {login: Walk(login, _grown.desk(login), adapter).go() for login in LOGINS if login != ABROAD_DESK}


@pytest.fixture
def walks(_walks: dict[str, Walk], grown: Grown) -> dict[str, Walk]:
    """Every page that each office meets when it follows every link."""
    return _walks
