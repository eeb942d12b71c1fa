"""Real workers, a real Valkey, a real WeChat emulator as the judge: nothing lost, nothing twice, in short form."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest
import redis
import requests
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from backend import clock
from backend.app import create_bare_app
from backend.db import db, in_transaction, new_id
from backend.models import Account, Message
from backend.services.demo import COUNTY
from backend.services.templates import TEMPLATES, for_emulator
from backend.settings import Settings
from backend.wechat.emulator.config import DEMO_APP_ID
from backend.workflow.outbox import URGENT, owe
from deploy.run.stack import Stack, running
from tests.faults.stack import eventually, pids

PEOPLE = 90
SEND = "/cgi-bin/message/subscribe/send"
DATA = {"what": "入户核实", "where": "某村", "due": "2026年11月23日", "hint": "有一项新的待办"}
ENDED = {"sent", "uncertain"}

pytestmark = pytest.mark.shows("reminders.4", "reminders.6")


@dataclass
class Town:
    """A running stack, its database, and the people with their phones."""

    stack: Stack
    app: Flask
    accounts: list[int]

    def owe_everybody(self, subject: str) -> None:
        """Owe everybody one message; nobody rings, the metronome must find it."""

        def work() -> None:
            for account in self.accounts:
                owe(
                    kind="duty",
                    subject=subject,
                    recipient=f"account:{account}",
                    county_code=COUNTY,
                    data=DATA,
                    priority=URGENT,
                )

        with self.app.app_context():
            in_transaction(work)

    def states(self, subject: str) -> Counter[str]:
        with self.app.app_context():
            query = select(Message.state, func.count()).where(Message.subject == subject, Message.kind == "duty")
            return Counter({row[0]: row[1] for row in db.session.execute(query.group_by(Message.state))})

    def are_half_way(self, subject: str) -> bool:
        return self.states(subject)["sent"] >= PEOPLE // 4

    def are_over(self, subject: str) -> bool:
        return set(self.states(subject)) <= ENDED

    def received(self) -> Counter[str]:
        """How many messages of all arrived on each phone, by the emulator's own history."""
        told = requests.get(f"{self.stack.wechat}/_emulator/history", params={"endpoint": SEND}, timeout=30).json()
        return Counter(each["openid"] for each in told if each["done"])

    def kill(self, program: str) -> int:
        pid = pids(self.stack.data)[program]
        os.kill(pid, signal.SIGKILL)
        return pid


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.slow)])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    data, url = tmp_path / "var", ""
    if request.param == "mariadb":
        url = _fresh_database(request.getfixturevalue("mariadb_url"))
    with running(data=data, environment={"DATABASE_URL": url, "SEND_HANDS": "2"}) as stack:
        app = create_bare_app(Settings(database_url=url, data_dir=data))
        with app.app_context():
            accounts = in_transaction(_accounts)
        lasting = [each | {"kind": "long_term"} for each in for_emulator() if each["kind"] == "one_time"]
        requests.put(f"{stack.wechat}/_emulator/templates", json=lasting, timeout=10).raise_for_status()
        for serial in range(PEOPLE):
            phone = f"{stack.wechat}/_emulator/phones"
            requests.post(phone, json={"openid": f"person-{serial}"}, timeout=10).raise_for_status()
            asked = {"template_id": TEMPLATES["duty"].template_id, "result": "accept"}
            requests.post(f"{phone}/person-{serial}/subscribe", json=asked, timeout=30).raise_for_status()
        slow = {"endpoint": SEND, "kind": "latency", "milliseconds": 60, "count": None}
        requests.post(f"{stack.wechat}/_emulator/faults", json=slow, timeout=10).raise_for_status()
        yield Town(stack, app, accounts)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _accounts() -> list[int]:
    rows = [
        Account(id=new_id(), app_id=DEMO_APP_ID, openid=f"person-{serial}", county_code=COUNTY, made_at=clock.now())
        for serial in range(PEOPLE)
    ]
    db.session.add_all(rows)
    return [row.id for row in rows]


def _fresh_database(beside: str) -> str:
    address = make_url(beside)
    with pymysql.connect(unix_socket=str(address.query["unix_socket"]), user="root") as server:
        cursor = server.cursor()
        cursor.execute("DROP DATABASE IF EXISTS sending")
        cursor.execute("CREATE DATABASE sending CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
    return address.set(database="sending").render_as_string(hide_password=False)


def test_everything_comes_back_after_redis_was_flushed_lost_and_workers_killed(town: Town) -> None:
    """Three faults in one stack, one after the other, each in the middle of its own messages."""
    town.owe_everybody("flushed")
    eventually(lambda: town.are_half_way("flushed"), within=60)
    socket = (town.stack.data / "run/sockets").resolve() / "valkey.sock"
    with redis.Redis(unix_socket_path=str(socket)) as server:
        server.flushall()
    eventually(lambda: town.are_over("flushed"), within=60)
    assert town.states("flushed") == {"sent": PEOPLE}
    assert set(town.received().values()) == {1}

    town.owe_everybody("lost")
    eventually(lambda: town.are_half_way("lost"), within=60)
    before = town.kill("valkey")
    eventually(lambda: pids(town.stack.data).get("valkey", before) != before, within=20)
    eventually(lambda: town.are_over("lost"), within=120)
    assert town.states("lost") == {"sent": PEOPLE}
    assert set(town.received().values()) == {2}

    town.owe_everybody("killed")
    eventually(lambda: town.are_half_way("killed"), within=60)
    for _ in range(2):
        before = town.kill("send")
        eventually(lambda before=before: pids(town.stack.data).get("send", before) != before, within=20)
        time.sleep(1)
    eventually(lambda: town.are_over("killed"), within=150)
    ended, received = town.states("killed"), town.received()
    assert sum(ended.values()) == PEOPLE
    assert ended["uncertain"] <= 4  # two kills, two calls in flight each
    assert max(received.values()) == 3
    assert sum(count == 2 for count in received.values()) <= ended["uncertain"]
