"""Thousands at once: rows written in one statement, workers that call one another, beats that no clock can stop."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock, inserts
from backend import db as database
from backend.db import db, in_transaction, new_id
from backend.models import Message, Supervision
from backend.services import claims, endings, outbox
from backend.services.channels import of_process
from backend.wechat.live import LiveWeChat
from backend.workflow.outbox import URGENT, as_row, owe
from jobs.metronome import JsonBeat
from tests.jobs.conftest import NOON
from tests.people import COUNTY, Cast

pytestmark = pytest.mark.shows("reminders.4", "reminders.7")
DATA = {"what": "入户核实", "where": "某村", "due": "2026年11月23日", "hint": "有一项新的待办"}


def row(serial: int, **values: object) -> dict[str, object]:
    about = {"kind": "duty", "subject": f"{serial}", "recipient": "staff:1", "county_code": COUNTY}
    return {**as_row(**about, data={"what": f"100%的'房子'\\{serial}"}, ways=("subscribe",)), **values}


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_many_rows_are_written_as_they_are(app: Flask, kind: str) -> None:
    rows = [row(serial, why="50% 'x'" if serial % 2 else "") for serial in range(inserts.MOST_AT_ONCE + 7)]
    with app.app_context():
        in_transaction(lambda: inserts.write_rows(db.session(), Message, rows))
    with app.app_context():
        found = {each.id: each for each in db.session.scalars(select(Message))}

    assert {each["id"]: each["data"] for each in rows} == {each.id: each.data for each in found.values()}
    assert all(found[each["id"]].why == each["why"] for each in rows)
    assert {(each.tries, each.way_no, each.lease_of, each.state) for each in found.values()} == {(0, 0, None, "owed")}


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_one_row_and_none_are_written_too(app: Flask, kind: str) -> None:
    with app.app_context():
        in_transaction(lambda: inserts.write_rows(db.session(), Message, []))
        in_transaction(lambda: inserts.write_rows(db.session(), Message, [row(1)]))

        assert [each.subject for each in db.session.scalars(select(Message))] == ["1"]


def test_rows_about_families_are_not_written_past_their_scope(app: Flask) -> None:
    with app.app_context(), pytest.raises(ValueError, match="scope"):
        inserts.write_rows(db.session(), Supervision, [{"id": new_id()}])


@pytest.fixture
def bells() -> Iterator[list[str]]:
    rung: list[str] = []
    before = database.after_commit[:]
    database.after_commit[:] = [rung.extend]
    yield rung
    database.after_commit[:] = before


def test_a_worker_with_more_than_it_can_take_calls_for_help_once(
    app: Flask, cast: Cast, wechat: LiveWeChat, phone_shop: Callable[..., str], bells: list[str]
) -> None:
    phone_shop("phone-of-village", allows=100)
    village = cast.phone("village")

    def owe_many(count: int) -> None:
        for serial in range(count):
            about = {"subject": f"{count}-{serial}", "recipient": f"account:{village.account_id}"}
            owe(kind="duty", county_code=COUNTY, data=DATA, priority=URGENT, **about)

    def send(count: int) -> list[str]:
        in_transaction(lambda: owe_many(count))
        bells.clear()
        outbox.deliver_due(of_process.over(wechat))
        return list(bells)

    with clock.at(NOON), app.app_context():
        assert send(claims.BATCH - 1) == []
        assert send(2 * claims.BATCH) == ["outbox"]


@pytest.mark.shows("reminders.6")
def test_pauses_after_failures_grow_and_do_not_end_together(app: Flask) -> None:
    """Reliability 5: back-off grows, jitter at least a fifth."""
    pauses: list[list[timedelta]] = []
    with clock.at(NOON):
        for failures in range(len(endings.BACKOFF)):
            pauses.append([])
            for serial in range(200):
                message = Message(**row(serial), failures=failures)
                endings.try_again(message, "x")
                pauses[-1].append(message.not_before - NOON)

    assert all(max(earlier) < min(later) for earlier, later in pairwise(pauses))
    assert all(max(each) > 1.2 * min(each) for each in pauses)


def test_a_beat_goes_by_a_clock_that_nobody_sets(noon: Callable[[], None]) -> None:
    beat = JsonBeat(func=test_a_beat_goes_by_a_clock_that_nobody_sets, queue_name="work", interval=60)
    assert beat.should_run()
    beat.beaten_at = clock.monotonic()
    beat.set_enqueue_time(clock.real_now() - timedelta(hours=2))
    assert not beat.should_run()

    beat.beaten_at -= 61
    beat.set_enqueue_time(clock.real_now() + timedelta(hours=2))

    assert beat.should_run()
    assert beat.seconds_left() <= 0
