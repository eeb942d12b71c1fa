"""Redis is away all day: people declare and decide as ever, and what they are owed goes out when it is back."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from backend import clock
from deploy.run.valkey import find_server
from tests.faults.people import asked, cadres_phone, phone
from tests.faults.stack import eventually
from tests.faults.town import Town, fresh_database, town
from tests.people import FORM

pytestmark = [pytest.mark.shows("reminders.4", "reminders.6"), pytest.mark.timeout(1500)]
WITHIN = 120.0
"""Seconds after which everything has gone out once Redis is back."""


@dataclass
class Server:
    """A Valkey that no supervisor brings back."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def door(self) -> Path:
        return self.folder / "valkey.sock"

    def start(self) -> None:
        words = ("--port", "0", "--unixsocket", str(self.door), "--dir", str(self.folder), "--save", "")
        self.running.append(subprocess.Popen([find_server(), *words], stdout=subprocess.DEVNULL))
        eventually(self.answers)

    def stop(self) -> None:
        while self.running:
            server = self.running.pop()
            server.kill()
            server.wait()

    def answers(self) -> bool:
        with contextlib.suppress(RedisError), Redis(unix_socket_path=str(self.door)) as client:
            return bool(client.ping())
        return False


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("v"))
    found.start()
    yield found
    found.stop()


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[Town]:
    url = fresh_database(request.getfixturevalue("mariadb_url"), "away") if request.param == "mariadb" else ""
    with town(tmp_path / "var", url, REDIS_URL=f"unix://{server.door}") as found:
        yield found


def test_people_go_on_and_hear_of_it_when_redis_is_back(place: Town, server: Server, note: Callable[..., None]) -> None:
    """Reliability 4."""
    place.settle(1, "cadre")
    village = cadres_phone(place, "cadre-0")
    farmer = phone(place, "farmer-0")
    server.stop()

    declared = asked(place, "POST", "/declarations", farmer, "6f0d8a52-5555-4000-8000-000000000001", **FORM)
    duties = asked(place, "GET", "/tasks?size=50", village).json()["items"]
    [duty] = duties
    decided = asked(
        place,
        "POST",
        f"/cases/{duty['case_id']}/decisions",
        village,
        "6f0d8a52-5555-4000-8000-000000000002",
        action="accept",
        version=duty["version"],
    )
    time.sleep(5)
    assert not place.received()["cadre-0"]
    server.start()
    began = clock.monotonic()
    eventually(lambda: place.received()["cadre-0"] >= 1, within=WITHIN)

    took = clock.monotonic() - began
    assert (declared.status_code, decided.status_code) == (201, 201)
    time.sleep(5)
    assert place.received()["cadre-0"] == 1
    note("Redis away, then back", messages=1, received=1, twice=0, uncertain=0, seconds=f"{took:.0f}", allowed=0)
