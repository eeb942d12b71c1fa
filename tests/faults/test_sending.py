"""Real workers, a real Valkey, a real WeChat emulator as the judge: nothing lost, nothing twice."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import redis
from sqlalchemy import update

from backend import clock
from backend.db import db
from backend.models import Message
from backend.services.claims import BATCH
from tests.faults.stack import eventually, pids
from tests.faults.town import Town, fresh_database, town

pytestmark = [pytest.mark.shows("reminders.4", "reminders.6"), pytest.mark.timeout(3000)]
Note = Callable[..., None]
WORKERS, HANDS = 4, 4
ENDED = {"sent", "uncertain"}
MOST_TRIES = 6
LEAST_KILLS = 3


@dataclass(frozen=True)
class Size:
    """How many people are written to, how often a worker is killed (seconds apart), and how long anything may take."""

    people: int
    kills: int
    apart: tuple[float, float]
    patience: float
    on: str


SHORT = Size(people=160, kills=3, apart=(1.5, 3.0), patience=150, on="sqlite")
FULL = Size(people=10_000, kills=1000, apart=(3.0, 8.0), patience=600, on="mariadb")
"""Kills go on as long as anything waits, for half of the patience at most: what is left then has the other half."""

SIZES = [
    pytest.param(SHORT, id="short-sqlite"),
    pytest.param(replace(SHORT, on="mariadb"), id="short-mariadb", marks=pytest.mark.slow),
    pytest.param(FULL, id="full-mariadb", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module", params=SIZES)
def size(request: pytest.FixtureRequest) -> Size:
    found: Size = request.param
    return found


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest, size: Size, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One stack for all tests of a size; each has its own people."""
    url = fresh_database(request.getfixturevalue("mariadb_url")) if size.on == "mariadb" else ""
    data = tmp_path_factory.mktemp("sending") / "var"
    with town(data, url, SEND_WORKERS=str(WORKERS), SEND_HANDS=str(HANDS)) as found:
        yield found


@pytest.fixture
def people(place: Town) -> Town:
    """The place with nothing wrong in it, and a WeChat that takes its time."""
    place.clear_faults()
    place.order(kind="latency", milliseconds=50, count=None)
    return place


def judged(found: Town, subject: str) -> dict[str, int]:
    """What the emulator's history and our own rows say of the messages about one subject, in words for the table."""
    states, received = found.states(subject), found.received()
    uncertain = {f"{each.recipient}" for each in found.messages(subject) if each.state == "uncertain"}
    sent = {each.recipient for each in found.messages(subject) if each.state == "sent"}
    openids = {f"account:{account}": openid for openid, account in found.of(subject).items()}
    arrived = {recipient for recipient, openid in openids.items() if received[openid]}
    assert sent <= arrived, "said to be sent, and nobody received it"
    return {
        "messages": sum(states.values()),
        "received": len(arrived),
        "twice": sum(1 for openid in openids.values() if received[openid] > 1),
        "uncertain": len(uncertain),
        "neither": len(set(openids) - arrived - uncertain),
        "others": sum(count for state, count in states.items() if state not in ENDED),
    }


def owe_everybody(found: Town, size: Size, subject: str) -> None:
    """Let as many people come as this size has, and owe each of them one message."""
    found.settle(size.people, subject)
    found.owe_each(subject, subject)


def clean(size: Size) -> dict[str, int]:
    """Everybody received theirs, once."""
    return {
        "messages": size.people,
        "received": size.people,
        "twice": 0,
        "uncertain": 0,
        "neither": 0,
        "others": 0,
    }


def test_workers_that_are_killed_lose_nothing_and_send_nothing_twice(people: Town, size: Size, note: Note) -> None:
    """Reliability 1: a random worker is killed every few seconds. The short form does not wait for their leases."""
    dice, kills = random.Random(4), 0
    owe_everybody(people, size, "killed")
    deadline = clock.monotonic() + size.patience / 2
    eventually(lambda: people.sent("killed") >= size.people // 20, within=size.patience / 2)
    while kills < size.kills and not people.is_over("killed") and clock.monotonic() < deadline:
        running = [name for name in pids(people.stack.data) if name.startswith("send")]
        if running:
            people.kill(dice.choice(running))
            kills += 1
        _let_some_pass(people, "killed", seconds=dice.uniform(*size.apart), share=size.people // (LEAST_KILLS + 2))
    if size is not FULL:
        eventually(lambda: not people.states("killed")["owed"], within=size.patience)
        time.sleep(2)  # who is alive finishes what is theirs; only what the dead held is still leased
        age_leases(people)
    took = people.await_over("killed", within=300)

    found = judged(people, "killed")
    note(f"kill -9 of a worker, {kills} times", **found, seconds=f"{took:.0f} after", allowed=kills * HANDS)
    assert kills >= LEAST_KILLS
    assert (found["messages"], found["twice"], found["neither"], found["others"]) == (size.people, 0, 0, 0)
    assert found["uncertain"] <= kills * HANDS


def _let_some_pass(people: Town, subject: str, *, seconds: float, share: int) -> None:
    """Wait so long, or until that many more were sent: on a quick machine all would be over before the next kill."""
    before, until = people.sent(subject), clock.monotonic() + seconds
    while clock.monotonic() < until and people.sent(subject) < before + share:
        time.sleep(0.05)


def test_a_redis_that_is_flushed_or_lost_costs_nothing(people: Town, size: Size, note: Note) -> None:
    """Reliability 3: FLUSHALL in the middle, then Valkey itself killed in the middle of others."""
    owe_everybody(people, size, "flushed")
    eventually(lambda: people.sent("flushed") >= size.people // 4, within=size.patience)
    socket = (people.stack.data / "run/sockets").resolve() / "valkey.sock"
    with redis.Redis(unix_socket_path=str(socket)) as server:
        server.flushall()
    took = people.await_over("flushed", within=size.patience)
    found = judged(people, "flushed")
    note("FLUSHALL in the middle", **found, seconds=f"{took:.0f}", allowed=0)
    assert found == clean(size)

    owe_everybody(people, size, "lost")
    eventually(lambda: people.sent("lost") >= size.people // 4, within=size.patience)
    before = people.kill("valkey")
    eventually(lambda: pids(people.stack.data).get("valkey", before) != before, within=30)
    took = people.await_over("lost", within=size.patience)
    found = judged(people, "lost")
    note("Valkey killed in the middle", **found, seconds=f"{took:.0f}", allowed=0)
    assert found == clean(size)


def test_a_worker_that_sleeps_past_its_lease_repeats_nothing(people: Town, size: Size, note: Note) -> None:
    """Reliability 2: SIGSTOP for ninety seconds, then SIGCONT; its lease has been taken over meanwhile.

    The short form does not wait: it makes the leases older by as much.
    """
    if size is not FULL:
        people.clear_faults()
        people.order(kind="latency", milliseconds=1500, count=None)  # it falls asleep in the middle of its calls
    owe_everybody(people, size, "stopped")
    eventually(lambda: people.sent("stopped") >= size.people // 20, within=size.patience)
    time.sleep(0.5)
    asleep = people.kill("send", signal.SIGSTOP)
    assert asleep == pids(people.stack.data)["send"]
    if size is FULL:
        time.sleep(90)
    else:
        people.clear_faults()
        # The others finish what is theirs; only what the sleeper holds is still leased.
        eventually(lambda: _only_the_sleeper_waits(people, "stopped"), within=size.patience)
        age_leases(people)
        people.await_over("stopped", within=size.patience)
    people.kill("send", signal.SIGCONT)
    took = people.await_over("stopped", within=size.patience)
    calls = len(people.calls())
    time.sleep(15 if size is FULL else 3)  # what it had begun before it slept is over by then

    found = judged(people, "stopped")
    note("SIGSTOP for 90 s, then SIGCONT", **found, seconds=f"{took:.0f}", allowed=HANDS)
    assert (found["messages"], found["twice"], found["neither"], found["others"]) == (size.people, 0, 0, 0)
    assert found["uncertain"] <= HANDS
    assert len(people.calls()) - calls <= HANDS


def _only_the_sleeper_waits(found: Town, subject: str) -> bool:
    states = found.states(subject)
    assert states["claimed"], "the sleeper holds nothing: this shows nothing"
    return not states["owed"] and states["claimed"] <= BATCH


def age_leases(found: Town) -> None:
    """Let every lease be over, as if its time had passed."""
    with found.app.app_context():
        over = clock.real_now() - timedelta(seconds=1)
        db.session.execute(update(Message).where(Message.state == "claimed").values(lease_until=over))
        db.session.commit()


def test_a_sick_wechat_is_borne(people: Town, size: Size, note: Note) -> None:
    """Reliability 5: a fifth of all calls fail, one in ten gets no answer; each message ends, within six tries."""
    people.clear_faults()
    people.order(kind="http", status=500, probability=0.2, count=None)
    people.order(kind="timeout_after", milliseconds=12_000, probability=0.05, count=None)
    people.order(kind="reset_after", probability=0.05, count=None)
    owe_everybody(people, size, "sick")
    began = clock.monotonic()
    for _ in range(MOST_TRIES + 1):
        eventually(lambda: _nothing_is_due(people, "sick"), within=size.patience)
        if people.is_over("sick"):
            break
        with people.app.app_context():
            people.move_to(max(each.not_before for each in people.messages("sick") if each.state == "owed"))
    found = judged(people, "sick")
    tries = Counter(Counter(each.message_id for each in people.attempts("sick")).values())
    note(
        "500 of a fifth, no answer of a tenth",
        **found,
        seconds=f"{clock.monotonic() - began:.0f}",
        allowed=f"tries {dict(sorted(tries.items()))}",
    )

    assert people.is_over("sick")
    assert max(tries) <= MOST_TRIES
    assert (found["twice"], found["neither"] - found["others"]) == (0, 0)


def _nothing_is_due(found: Town, subject: str) -> bool:
    with found.app.app_context():
        now = clock.now()
    waiting = [each for each in found.messages(subject) if each.state in {"owed", "claimed"}]
    return all(each.state == "owed" and each.not_before > now for each in waiting)
