"""What a use case reads: what is committed when it looks, not what the same session remembers of an earlier look."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from backend.db import db, in_transaction
from backend.models import County

pytestmark = pytest.mark.shows("procedure.1")

KINDS = ("sqlite", "mariadb")


def _county() -> County:
    return db.session.scalars(select(County)).one()


def _elsewhere(app: Flask, work: Callable[[], object]) -> None:
    """Do it in another transaction, as another process would, while the caller's own goes on."""

    def do() -> None:
        with app.app_context():
            in_transaction(work)

    thread = threading.Thread(target=do)
    thread.start()
    thread.join()


def _rename(name: str) -> None:
    db.session.execute(update(County).values(name=name))


@pytest.mark.parametrize("kind", KINDS)
def test_a_use_case_sees_what_was_committed_since_the_one_before_it(app: Flask, kind: str) -> None:
    with app.app_context():
        shown = in_transaction(_county)
        assert db.session().in_transaction() is False
        _elsewhere(app, lambda: _rename("改过的县"))

        assert in_transaction(lambda: _county().name) == "改过的县"
        assert shown.name == "改过的县"


@pytest.mark.parametrize("kind", ["mariadb"])  # SQLite lets one write at a time: nobody comes in between
def test_a_row_that_is_locked_is_read_anew(app: Flask, kind: str) -> None:
    def look_and_lock() -> str:
        before = _county()
        _elsewhere(app, lambda: _rename("改过的县"))
        assert before.name != "改过的县"
        return db.session.scalars(select(County).with_for_update()).one().name

    with app.app_context():
        assert in_transaction(look_and_lock) == "改过的县"


@pytest.mark.parametrize("kind", ["mariadb"])
def test_what_was_changed_before_the_lock_stays_changed(app: Flask, kind: str) -> None:
    def change_and_lock() -> str:
        _county().name += "自"
        return db.session.scalars(select(County).with_for_update()).one().name

    with app.app_context():
        assert in_transaction(change_and_lock).endswith("自")

    def change_lock_and_write_at_the_end() -> str:
        with db.session.no_autoflush:
            return change_and_lock()

    with app.app_context():
        assert in_transaction(change_lock_and_write_at_the_end).endswith("自自")
