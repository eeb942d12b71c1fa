"""One process at a time does what must be done once; who is killed is in the way for one lease, not for a night."""

import time
from datetime import timedelta

import pytest
from flask import Flask

from backend.services.leaders import Lead, leading

pytestmark = [pytest.mark.shows("reminders.4"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
SHORT = timedelta(seconds=1.5)


def test_whoever_comes_second_goes_home(app: Flask, kind: str) -> None:
    with app.app_context(), leading("a sweep") as first:
        with leading("a sweep") as second, leading("another work") as other:
            assert (bool(first), bool(second), bool(other)) == (True, False, True)
        with leading("a sweep") as third:
            assert not third


def test_work_that_is_done_can_be_taken_up_at_once(app: Flask, kind: str) -> None:
    with app.app_context():
        with leading("a sweep"):
            pass
        with leading("a sweep") as again:
            assert again


def test_a_killed_one_is_in_the_way_for_one_lease(app: Flask, kind: str) -> None:
    with app.app_context():
        assert Lead("a sweep", SHORT)  # and never gives it back
        with leading("a sweep") as early:
            assert not early
        time.sleep(SHORT.total_seconds())
        with leading("a sweep") as late:
            assert late


def test_long_work_holds_on_to_what_it_does(app: Flask, kind: str) -> None:
    with app.app_context():
        lead = Lead("a rotation", SHORT)
        for _ in range(4):
            time.sleep(SHORT.total_seconds() / 2)
            lead.hold_on()
            with leading("a rotation") as other:
                assert not other


def test_whoever_lost_the_work_takes_it_from_nobody(app: Flask, kind: str) -> None:
    with app.app_context():
        sleeper = Lead("a sweep", timedelta())
        with leading("a sweep") as other:
            assert other
            sleeper.hold_on()
            sleeper.give_back()
            with leading("a sweep") as third:
                assert not third
