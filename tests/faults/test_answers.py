"""What WeChat may answer, and an outage of three days, through a real worker: what ends how, asked how often."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import clock
from backend.db import db
from backend.models import Quota
from tests.faults.stack import eventually
from tests.faults.town import Town, fresh_database, town

pytestmark = [pytest.mark.shows("reminders.1", "reminders.3", "reminders.6"), pytest.mark.timeout(1500)]
Note = Callable[..., None]
SOON = 120.0


@pytest.fixture(scope="module", params=["sqlite", pytest.param("mariadb", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One stack for all of them, with one worker of two hands; each test has its own people and its own day."""
    url = fresh_database(request.getfixturevalue("mariadb_url"), "answers") if request.param == "mariadb" else ""
    with town(tmp_path_factory.mktemp("answers") / "var", url, SEND_HANDS="2") as found:
        yield found


@pytest.fixture
def morning(place: Town) -> Town:
    place.clear_faults()
    place.limit()
    place.close_circuits()
    place.move_to_morning()
    return place


def noted(note: Note, fault: str, found: Town, subject: str, prefix: str, **more: object) -> None:
    states = found.states(subject)
    received = [count for openid, count in found.received().items() if openid.startswith(f"{prefix}-")]
    twice = sum(count > 1 for count in received)
    others = {state: count for state, count in states.items() if state not in {"sent", "uncertain"}}
    told = {"messages": sum(states.values()), "received": len(received), "twice": twice}
    note(fault, **told, uncertain=states["uncertain"], others=others or "", **more)


def test_an_answer_that_never_came_is_uncertain_and_not_asked_for_again(morning: Town, note: Note) -> None:
    """Reliability 6: accepted, and the answer lost."""
    morning.settle(2, "lost")
    morning.order(kind="timeout_after", openid="lost-0", milliseconds=12_000)
    morning.owe_each("lost", "lost")
    morning.await_over("lost", within=SOON)
    with morning.app.app_context():
        later = clock.now() + timedelta(hours=3)
    morning.move_to(later)
    morning.settle(1, "after-lost")
    morning.owe_each("after-lost", "after-lost")
    morning.await_over("after-lost", within=SOON)

    assert morning.states("lost") == {"uncertain": 1, "sent": 1}
    assert [each.why for each in morning.messages("lost") if each.state == "uncertain"] != [""]
    assert morning.received()["lost-0"] == 1
    assert len([each for each in morning.calls() if each["openid"] == "lost-0"]) == 1
    noted(note, "accepted, the answer lost", morning, "lost", "lost", allowed=1)


def test_whoever_allows_nothing_is_asked_once_and_it_is_no_error(morning: Town, note: Note) -> None:
    """Reliability 7: 43101."""
    morning.settle(3, "mute", allow=False)
    morning.owe_each("mute", "mute")
    morning.await_over("mute", within=SOON)
    morning.owe_each("mute again", "mute")
    morning.await_over("mute again", within=SOON)

    assert morning.states("mute") == morning.states("mute again") == {"refused": 3}
    assert [each.errcode for each in morning.attempts("mute")] == [43101] * 3
    assert morning.attempts("mute again") == []
    with morning.app.app_context():
        mine = [account for openid, account in morning.accounts.items() if openid.startswith("mute-")]
        rows = db.session.scalars(select(Quota).where(Quota.account_id.in_(mine))).all()
    assert [(row.remaining, row.said_no) for row in rows] == [(0, True)] * 3
    alarms = [line for line in morning.log("send").splitlines() if "43101" in line and '"level": "info"' not in line]
    assert alarms == []
    noted(note, "43101, nothing allowed", morning, "mute", "mute", allowed=0)


def test_a_days_quota_that_is_spent_burns_nothing_until_midnight(morning: Town, note: Note) -> None:
    """Reliability 8: 45009."""
    before = len([each for each in morning.calls() if each["outcome"] == "45009"])
    morning.settle(30, "many")
    morning.limit(per_day=5)
    morning.owe_each("many", "many")
    eventually(lambda: morning.sent("many") >= 5, within=SOON)
    eventually(lambda: morning.log("send").count("channel_stopped") == 1, within=SOON)
    # A worker may still take some in hand, see that the channel rests, and lay them down again.
    eventually(lambda: morning.states("many") == {"sent": 5, "owed": 25}, within=SOON)
    refused = len([each for each in morning.calls() if each["outcome"] == "45009"]) - before
    assert 1 <= refused <= 3

    morning.limit()
    morning.move_to_morning()
    morning.await_over("many", within=SOON)

    assert morning.states("many") == {"sent": 30}
    assert {each.failures for each in morning.messages("many")} == {0}
    assert morning.log("send").count("channel_stopped") == 1
    noted(note, "45009, the day's quota spent", morning, "many", "many", allowed=f"calls refused {refused}")


def test_a_template_that_wechat_refuses_stops_alone_and_is_looked_at(morning: Town, note: Note) -> None:
    """Reliability 10: 47003."""
    morning.settle(12, "bad")
    morning.order(kind="errcode", errcode=47003, count=None)
    morning.owe_each("bad", "bad")
    eventually(lambda: "template_stopped" in morning.log("send"), within=SOON)
    eventually(lambda: not morning.states("bad")["claimed"], within=SOON)
    parked = morning.states("bad")["refused"]
    assert 5 <= parked <= 6
    assert {each.errcode for each in morning.attempts("bad")} == {47003}

    morning.clear_faults()
    morning.move_to(max(each.not_before for each in morning.messages("bad") if each.state == "owed"))
    morning.await_over("bad", within=SOON)

    assert morning.states("bad") == {"refused": parked, "sent": 12 - parked}
    assert morning.log("send").count("template_stopped") == 1
    noted(note, "47003, a template refused", morning, "bad", "bad", allowed=0)


def test_after_three_days_without_a_worker_nothing_stale_goes_out(morning: Town, note: Note) -> None:
    """Reliability 12."""
    morning.settle(40, "stale")
    morning.stop("send")
    morning.owe_each("stale", "stale")
    morning.move_to_morning(3)
    morning.start("send")
    morning.await_over("stale", within=SOON)

    assert morning.states("stale") == {"expired": 40}
    assert not [openid for openid in morning.received() if openid.startswith("stale-")]
    noted(note, "three days without a worker", morning, "stale", "stale", allowed=0)
