"""One process at a time does what must be done once; who is killed is in the way for one lease, not for a night."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.db import db, in_transaction
from backend.models import Leader
from backend.services.leaders import Lead, LeadLost, leading

pytestmark = [pytest.mark.shows("reminders.4"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
LONG = timedelta(hours=1)


def let_leases_pass() -> None:
    """Let every lease be over, as if its time had passed."""
    over = update(Leader).values(until_at=clock.real_now() - timedelta(seconds=1))
    in_transaction(lambda: db.session.execute(over))


def take_away(app: Flask, work: str) -> None:
    """Let another process have taken the work, as while this one slept."""
    with app.app_context():
        taken = (
            update(Leader)
            .where(Leader.work == work)
            .values(holder="another", until_at=clock.real_now() + timedelta(minutes=5))
        )
        in_transaction(lambda: db.session.execute(taken))


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
        assert Lead("a sweep", LONG)  # and never gives it back
        with leading("a sweep", lease=LONG) as early:
            assert not early
        let_leases_pass()
        with leading("a sweep") as late:
            assert late


@pytest.mark.parametrize("is_killed", [True, False])
def test_a_clock_that_is_set_back_holds_nobody_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch, is_killed: bool, kind: str
) -> None:
    before = clock.real_now() - timedelta(hours=2)
    with app.app_context():
        lead = Lead("a sweep", LONG / 12)
        if not is_killed:
            lead.give_back()

        monkeypatch.setattr(clock, "real_now", lambda: before)
        with leading("a sweep") as afterwards:
            assert afterwards


@pytest.mark.parametrize(("after", "is_held"), [(0.2, False), (0.4, True)])
def test_long_work_holds_on_once_a_third_of_its_lease_is_over(
    app: Flask, monkeypatch: pytest.MonkeyPatch, after: float, is_held: bool, kind: str
) -> None:
    with app.app_context():
        lead, began = Lead("a rotation", LONG), clock.real_now()
        let_leases_pass()
        with monkeypatch.context() as patch:
            patch.setattr(clock, "real_now", lambda: began + after * LONG)
            lead.hold_on()
        with leading("a rotation", lease=LONG) as other:
            assert bool(other) is not is_held


def test_whoever_lost_the_work_hears_it_and_takes_it_from_nobody(app: Flask, kind: str) -> None:
    with app.app_context():
        sleeper = Lead("a sweep", timedelta())
        with leading("a sweep") as other:
            assert other
            with pytest.raises(LeadLost):
                sleeper.hold_on()
            assert not sleeper
            sleeper.give_back()
            with leading("a sweep") as third:
                assert not third


def test_long_work_that_was_lost_stops_where_it_is(app: Flask, kind: str) -> None:
    done = []
    with app.app_context():
        with leading("a month's visits", lease=timedelta()) as leads:
            for village in ("first", "second"):
                done.append(village)
                take_away(app, "a month's visits")
                leads.hold_on()
        with leading("a month's visits") as afterwards:
            assert not afterwards

    assert done == ["first"]


def test_who_slept_past_the_lease_while_nobody_took_the_work_goes_on(app: Flask, kind: str) -> None:
    with app.app_context():
        sleeper = Lead("a sweep", timedelta())

        sleeper.hold_on()

        assert sleeper
