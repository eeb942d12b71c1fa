"""Each part of a county that must not stop is killed in turn, while people declare and decide."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pymysql
import pytest

from backend import clock
from backend.services import audit
from tests.faults.stack import eventually
from tests.ha.conftest import Place
from tests.ha.galera import Node
from tests.ha.history import Clients, History, working
from tests.ha.judge import Sent, Trouble, Verdict, Whole, all_messages, is_anything_due, judged, judged_as_a_whole

pytestmark = [pytest.mark.ha, pytest.mark.slow, pytest.mark.shows("scale.2"), pytest.mark.timeout(1100)]
LONGEST_GAP = 10.0
FROZEN, LONGEST_GAP_OF_FROZEN = "writing node frozen", 20.0
"""A server that hangs is found out by each web process for itself, after STATEMENT_SECONDS of waiting."""
LEAST_WRITES = 10
WATCHED = 14.0
"""Seconds in which something is away before it is healed."""
CALM = 6.0
UNTIL_SENT = 300.0
"""Seconds after the last trouble in which all that is due must have gone out (reliability 1)."""
UNCERTAIN_AT_MOST = 4
"""What the sending worker of one group has in its hands (SEND_HANDS)."""


@dataclass
class Days:
    """The county's bad days, one after the other."""

    place: Place
    history: History
    troubles: list[Trouble] = field(default_factory=list)

    @contextlib.contextmanager
    def trouble(self, what: str) -> Iterator[Callable[[], None]]:
        """Let messages fall due meanwhile; what the block does at its end, after it is watched, is the healing."""
        self.place.county.owe_over(what, WATCHED)
        time.sleep(CALM / 2)
        began, healing = clock.monotonic(), [0.0]

        def watch() -> None:
            time.sleep(WATCHED)
            healing[0] = clock.monotonic()

        yield watch
        healed = clock.monotonic()
        time.sleep(CALM)
        self.troubles.append(Trouble(what, began, clock.monotonic(), healed - healing[0]))

    def writer(self) -> Node:
        """Return the node that has most to do: everybody writes to one."""
        return max((node for node in self.place.cluster.nodes), key=_clients)


def _clients(node: Node) -> int:
    with contextlib.suppress(pymysql.Error), node.open("") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB IS NOT NULL")
        [(count,)] = cursor.fetchall()
        return int(count)
    return -1


def kill_each(days: Days) -> None:
    place = days.place
    with days.trouble("writing node") as watch:
        writer = days.writer()
        writer.kill()
        watch()
        place.cluster.restart(writer)
    with days.trouble("reading node") as watch:
        writer = days.writer()
        reader = next(node for node in place.cluster.nodes if node is not writer)
        reader.kill()
        watch()
        place.cluster.restart(reader)
    with days.trouble("Redis master") as watch:
        master = place.redis.kill_master()
        watch()
        place.redis.restart(master)
    for what, machine in (("web group", place.webs[0]), ("worker group", place.workers[0])):
        with days.trouble(what) as watch:
            machine.kill()
            watch()
            machine.start()
            machine.await_up()
    with days.trouble(FROZEN) as watch:
        writer = days.writer()
        writer.kill(signal.SIGSTOP)
        watch()
        writer.kill(signal.SIGCONT)
        place.cluster.await_whole(writer)


@dataclass(frozen=True)
class Outcome:
    """What came of each trouble, of the whole history, and of all messages together."""

    verdicts: list[Verdict]
    whole: Whole
    sent: Sent


@pytest.fixture(scope="module")
def outcome(place: Place) -> Outcome:
    """Kill everything in turn under load, let what is owed go out, and judge."""
    history = History()
    clients, county = Clients(place.address, history), place.county
    half = len(county.cadres) // 2
    works = [
        *(lambda part=part: clients.declare(county.farmers[part::2], county.villages, 0.3) for part in (0, 1)),
        *(lambda part=part: clients.decide(part, 0.3) for part in (county.cadres[:half], county.cadres[half:])),
    ]
    days = Days(place, history)
    with working(*works, over=clients.over):
        time.sleep(CALM)
        kill_each(days)
    eventually(lambda: not is_anything_due(county.town), within=UNTIL_SENT)
    whole = judged_as_a_whole(history, county.town)
    assert sum(whole.unacknowledged.values()) <= len(works)
    return Outcome([judged(each, history, county.town) for each in days.troubles], whole, all_messages(county.town))


def test_whatever_is_killed_nothing_acknowledged_is_lost_and_writing_goes_on(
    outcome: Outcome, note: Callable[..., None]
) -> None:
    verdicts, whole, sent = outcome.verdicts, outcome.whole, outcome.sent
    for each in (*verdicts, whole, sent):
        note(*each.row())

    assert [(each.trouble.what, each.lost, each.neither, each.twice, each.unended) for each in verdicts] == [
        (each.trouble.what, [], 0, 0, 0) for each in verdicts
    ]
    assert [(each.trouble.what, each.bugs[:3]) for each in verdicts if each.bugs] == []
    assert (whole.lost, whole.twice, whole.bugs[:3]) == ([], 0, [])
    assert whole.writes > sum(each.writes for each in verdicts)
    assert [(each.trouble.what, each.gap) for each in verdicts if each.gap > _longest_gap(each.trouble.what)] == []
    assert all(each.uncertain <= UNCERTAIN_AT_MOST for each in verdicts)
    assert all(each.writes >= LEAST_WRITES for each in verdicts)
    assert (sent.lost, sent.twice) == (0, 0)
    assert sent.uncertain <= UNCERTAIN_AT_MOST * len(verdicts)


def _longest_gap(what: str) -> float:
    return LONGEST_GAP_OF_FROZEN if what == FROZEN else LONGEST_GAP


def test_afterwards_every_node_holds_the_same_rows_and_the_trail_is_whole(outcome: Outcome, place: Place) -> None:
    for machine in (*place.webs, *place.workers):
        machine.stop()

    settings = place.county.town.app.extensions["settings"]
    with place.county.town.app.app_context():
        wrong = audit.verify(settings.roots_path)
    first, *others = place.cluster.digests()
    assert wrong == []
    assert others == [first, first]
