"""A worker that sends for hours holds no more than one that has just begun."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend import clock
from tests.faults.stack import eventually, pids
from tests.faults.town import Town, fresh_database, town

pytestmark = [pytest.mark.shows("reminders.6"), pytest.mark.slow, pytest.mark.timeout(1500)]
MESSAGES, WARM, HANDS = 50_000, 5_000, 8
GROWN_AT_MOST = 0.10


@pytest.fixture(params=["sqlite", "mariadb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    url = fresh_database(request.getfixturevalue("mariadb_url"), "memory") if request.param == "mariadb" else ""
    with town(tmp_path / "var", url, SEND_HANDS=str(HANDS)) as found:
        found.settle(MESSAGES)
        yield found


def test_memory_is_flat_over_fifty_thousand_messages(place: Town, note: Callable[..., None]) -> None:
    """Reliability 14: the same process, from its five thousandth message to its fifty thousandth."""
    began, samples = clock.monotonic(), list[int]()
    place.owe_each("many")
    eventually(lambda: place.sent("many") >= WARM, within=300)
    worker = psutil.Process(pids(place.stack.data)["send"])

    def is_over() -> bool:
        time.sleep(1)  # to count so many rows is work too
        samples.append(worker.memory_info().rss)
        return place.is_over("many")

    eventually(is_over, within=1000)

    took = clock.monotonic() - began
    grown = max(samples) / samples[0] - 1
    sent = place.sent("many")
    note(
        f"{MESSAGES} by one worker: {samples[0] >> 20} MiB, then {max(samples) >> 20} MiB at most ({grown:+.1%})",
        messages=MESSAGES,
        received=sent,
        seconds=f"{took:.0f}, {sent / took:.0f}/s",
    )
    assert sent == MESSAGES
    assert worker.is_running()
    assert grown <= GROWN_AT_MOST
