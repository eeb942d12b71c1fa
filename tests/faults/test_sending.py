"""Real workers, a real Valkey, a real WeChat emulator as the judge: nothing lost, nothing twice."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from backend import clock
from tests.faults.stack import eventually, pids
from tests.faults.town import Town, fresh_database, town

pytestmark = [pytest.mark.shows("reminders.4", "reminders.6"), pytest.mark.timeout(3000)]
Note = Callable[..., None]
WORKERS, HANDS = 4, 4
ENDED = {"sent", "uncertain"}


@dataclass(frozen=True)
class Size:
    """How many people are written to, how often a worker is killed (seconds apart), and how long anything may take."""

    people: int
    kills: int
    apart: tuple[float, float]
    patience: float


SHORT = Size(people=160, kills=3, apart=(1.5, 3.0), patience=150)
FULL = Size(people=10_000, kills=1000, apart=(3.0, 8.0), patience=1200)
"""Kills go on as long as anything waits."""


@pytest.fixture(params=["short-sqlite", pytest.param("full-mariadb", marks=pytest.mark.slow)])
def size(request: pytest.FixtureRequest) -> Size:
    return SHORT if request.param.startswith("short") else FULL


@pytest.fixture
def people(request: pytest.FixtureRequest, size: Size, tmp_path: Path) -> Iterator[Town]:
    url = fresh_database(request.getfixturevalue("mariadb_url")) if size is FULL else ""
    with town(tmp_path / "var", url, SEND_WORKERS=str(WORKERS), SEND_HANDS=str(HANDS)) as found:
        found.settle(size.people)
        found.order(kind="latency", milliseconds=50, count=None)
        yield found


def judged(found: Town, subject: str, after: int) -> dict[str, int]:
    """What the emulator's history and our own rows say of the messages about one subject, in words for the table."""
    states, received = found.states(subject), found.received(after)
    uncertain = {f"{each.recipient}" for each in found.messages(subject) if each.state == "uncertain"}
    sent = {each.recipient for each in found.messages(subject) if each.state == "sent"}
    openids = {f"account:{account}": openid for openid, account in found.accounts.items()}
    arrived = {recipient for recipient, openid in openids.items() if received[openid]}
    assert sent <= arrived, "said to be sent, and nobody received it"
    assert set(openids) <= arrived | uncertain, "neither received nor uncertain"
    return {
        "messages": sum(states.values()),
        "received": sum(1 for count in received.values() if count),
        "twice": sum(1 for count in received.values() if count > 1),
        "uncertain": len(uncertain),
        "others": sum(count for state, count in states.items() if state not in ENDED),
    }


def test_workers_that_are_killed_lose_nothing_and_send_nothing_twice(people: Town, size: Size, note: Note) -> None:
    """Reliability 1: a random worker is killed every few seconds."""
    dice, kills = random.Random(4), 0
    people.owe_each("killed")
    eventually(lambda: people.sent("killed") >= size.people // 20, within=size.patience)
    while kills < size.kills and not people.is_over("killed"):
        running = [name for name in pids(people.stack.data) if name.startswith("send")]
        if running:
            people.kill(dice.choice(running))
            kills += 1
        time.sleep(dice.uniform(*size.apart))
    took = people.await_over("killed", within=300)

    found = judged(people, "killed", 0)
    note(f"kill -9 of a worker, {kills} times", **found, seconds=f"{took:.0f} after", allowed=kills * HANDS)
    assert kills >= 3
    assert (found["messages"], found["twice"], found["others"]) == (size.people, 0, 0)
    assert found["uncertain"] <= kills * HANDS


def test_a_redis_that_is_flushed_or_lost_costs_nothing(people: Town, size: Size, note: Note) -> None:
    """Reliability 3: FLUSHALL in the middle, then Valkey itself killed in the middle of others."""
    people.owe_each("flushed")
    eventually(lambda: people.sent("flushed") >= size.people // 4, within=size.patience)
    socket = (people.stack.data / "run/sockets").resolve() / "valkey.sock"
    with redis.Redis(unix_socket_path=str(socket)) as server:
        server.flushall()
    took = people.await_over("flushed", within=size.patience)
    found = judged(people, "flushed", 0)
    note("FLUSHALL in the middle", **found, seconds=f"{took:.0f}", allowed=0)
    assert found == {"messages": size.people, "received": size.people, "twice": 0, "uncertain": 0, "others": 0}

    after = people.last_call()
    people.owe_each("lost")
    eventually(lambda: people.sent("lost") >= size.people // 4, within=size.patience)
    before = people.kill("valkey")
    eventually(lambda: pids(people.stack.data).get("valkey", before) != before, within=30)
    took = people.await_over("lost", within=size.patience)
    found = judged(people, "lost", after)
    note("Valkey killed in the middle", **found, seconds=f"{took:.0f}", allowed=0)
    assert found == {"messages": size.people, "received": size.people, "twice": 0, "uncertain": 0, "others": 0}


@pytest.mark.slow
@pytest.mark.parametrize("size", ["full-mariadb"], indirect=True)
def test_a_worker_that_sleeps_past_its_lease_repeats_nothing(people: Town, size: Size, note: Note) -> None:
    """Reliability 2: SIGSTOP for ninety seconds, then SIGCONT; its lease has been taken over meanwhile."""
    people.owe_each("stopped")
    eventually(lambda: people.sent("stopped") >= size.people // 20, within=size.patience)
    asleep = people.kill("send", signal.SIGSTOP)
    assert asleep == pids(people.stack.data)["send"]
    time.sleep(90)
    people.kill("send", signal.SIGCONT)
    took = people.await_over("stopped", within=size.patience)
    time.sleep(15)  # what it had begun before it slept is over by then

    found = judged(people, "stopped", 0)
    note("SIGSTOP for 90 s, then SIGCONT", **found, seconds=f"{took:.0f}", allowed=HANDS)
    assert (found["messages"], found["twice"], found["others"]) == (size.people, 0, 0)
    assert found["uncertain"] <= HANDS


def test_a_sick_wechat_is_borne(people: Town, size: Size, note: Note) -> None:
    """Reliability 5: a fifth of all calls fail, one in ten gets no answer; each message ends, within six tries."""
    people.clear_faults()
    people.order(kind="http", status=500, probability=0.2, count=None)
    people.order(kind="timeout_after", milliseconds=12_000, probability=0.05, count=None)
    people.order(kind="reset_after", probability=0.05, count=None)
    people.owe_each("sick")
    began = clock.monotonic()
    for _ in range(7):
        eventually(lambda: _nothing_is_due(people, "sick"), within=size.patience)
        if people.is_over("sick"):
            break
        with people.app.app_context():
            people.move_to(max(each.not_before for each in people.messages("sick") if each.state == "owed"))
    found = judged(people, "sick", 0)
    tries = Counter(Counter(each.message_id for each in people.attempts("sick")).values())
    note(
        "500 of a fifth, no answer of a tenth",
        **found,
        seconds=f"{clock.monotonic() - began:.0f}",
        allowed=f"tries {dict(sorted(tries.items()))}",
    )

    assert people.is_over("sick")
    assert max(tries) <= 6
    assert found["twice"] == 0


def _nothing_is_due(found: Town, subject: str) -> bool:
    with found.app.app_context():
        now = clock.now()
    waiting = [each for each in found.messages(subject) if each.state in {"owed", "claimed"}]
    return all(each.state == "owed" and each.not_before > now for each in waiting)
