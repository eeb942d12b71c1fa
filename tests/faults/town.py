"""A running stack with people whose phones are known to the emulator, and what its history says they received."""

import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import pymysql
import requests
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.engine import make_url

from backend import clock
from backend.app import create_bare_app
from backend.db import db, in_transaction, new_id
from backend.models import Account, Attempt, Circuit, DemoClock, Message
from backend.services import demo_clock
from backend.services.demo import COUNTY
from backend.services.templates import TEMPLATES, for_emulator
from backend.settings import Settings
from backend.wechat.emulator.config import DEMO_APP_ID
from backend.wechat.emulator.store import Phone, Store
from backend.workflow.deadlines import on_the_day
from backend.workflow.outbox import PRESSING, owe
from deploy.run.stack import WITHIN, Stack, running
from deploy.run.supervision import ask
from tests.faults.stack import eventually, pids

SEND = "/cgi-bin/message/subscribe/send"
DATA = {"what": "入户核实", "where": "某村", "due": "2026年11月23日", "hint": "有一项新的待办"}
AT_ONCE = 500
PAGE = 10_000
MORNING = time(10)
WAITING = frozenset({"owed", "claimed"})


@dataclass
class Town:
    """A running stack, its database, and the people with their phones."""

    stack: Stack
    app: Flask
    accounts: dict[str, int] = field(default_factory=dict)

    def settle(self, count: int, prefix: str = "person", *, allow: bool = True) -> None:
        """Let so many people come, each with a phone that allows messages, or does not."""
        openids = [f"{prefix}-{serial}" for serial in range(count)]
        with self.app.app_context():
            self.accounts |= in_transaction(lambda: _accounts(openids))
        store = Store(self.stack.data / "emulator")
        store._db.execute("BEGIN")
        for openid in openids:
            store.add_phone(Phone(openid, f"s-{openid}", f"u-{openid}", openid, None, False, False, None))
            if allow:
                store.allow(openid, TEMPLATES["duty"].template_id, 1, is_blocked=False)
        store._db.execute("COMMIT")
        store.close()

    def of(self, prefix: str) -> dict[str, int]:
        """The people whose openids begin so, with their accounts."""
        return {openid: account for openid, account in self.accounts.items() if openid.startswith(f"{prefix}-")}

    def owe_each(self, subject: str, prefix: str = "person", **values: Any) -> None:
        """Owe each of them one message under the usual cap and digest; nobody rings, the metronome must find it."""
        given = {"priority": PRESSING, "data": DATA, **values}
        people = list(self.of(prefix).values())

        def work(some: Sequence[int]) -> None:
            for account in some:
                about = {"kind": "duty", "subject": subject, "recipient": f"account:{account}"}
                owe(**about, county_code=COUNTY, **given)

        with self.app.app_context():
            for start in range(0, len(people), AT_ONCE):
                in_transaction(lambda start=start: work(people[start : start + AT_ONCE]))

    def move_to(self, moment: datetime) -> None:
        """Let business time run on to a moment, never short of it (the offset has whole seconds).

        The emulator is told, the stack's processes read it within a second.
        """
        with self.app.app_context():
            ahead = ceil((moment - clock.now() + demo_clock.offset()).total_seconds())
            in_transaction(lambda: _set_offset(ahead))
            demo_clock._known.clear()
        told = {"offset_seconds": ahead}
        requests.post(f"{self.stack.wechat}/_emulator/time", json=told, timeout=10).raise_for_status()

    def move_to_morning(self, days: int = 1) -> None:
        """Let it be ten in the morning, so many days on: no quiet hours are near."""
        with self.app.app_context():
            self.move_to(on_the_day(clock.today() + timedelta(days=days), MORNING))

    def states(self, subject: str) -> Counter[str]:
        with self.app.app_context():
            query = select(Message.state, func.count()).where(Message.subject == subject, Message.kind == "duty")
            return Counter({row[0]: row[1] for row in db.session.execute(query.group_by(Message.state))})

    def messages(self, subject: str) -> Sequence[Message]:
        with self.app.app_context():
            return db.session.scalars(select(Message).where(Message.subject == subject)).all()

    def attempts(self, subject: str) -> Sequence[Attempt]:
        with self.app.app_context():
            query = select(Attempt).join(Message, Message.id == Attempt.message_id).where(Message.subject == subject)
            return db.session.scalars(query.order_by(Attempt.number)).all()

    def is_over(self, subject: str) -> bool:
        return not self.states(subject).keys() & WAITING

    def sent(self, subject: str) -> int:
        return self.states(subject)["sent"]

    def received(self, after: int = 0) -> Counter[str]:
        """How many messages of all arrived on each phone, by the emulator's own history."""
        return Counter(each["openid"] for each in self.calls(after) if each["done"])

    def calls(self, after: int = 0, endpoint: str = SEND) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := self._history(after, endpoint):
            found += page
            after = page[-1]["number"]
        return found

    def _history(self, after: int, endpoint: str) -> list[dict[str, Any]]:
        asked = {"endpoint": endpoint, "after": after, "most": PAGE}
        return requests.get(f"{self.stack.wechat}/_emulator/history", params=asked, timeout=120).json()

    def order(self, **fault: Any) -> None:
        asked = {"endpoint": SEND, **fault}
        requests.post(f"{self.stack.wechat}/_emulator/faults", json=asked, timeout=30).raise_for_status()

    def clear_faults(self) -> None:
        requests.delete(f"{self.stack.wechat}/_emulator/faults", timeout=30).raise_for_status()

    def limit(self, **quotas: Any) -> None:
        """Let WeChat take so many sends; without a number, as many as there are."""
        requests.put(f"{self.stack.wechat}/_emulator/quotas", json={SEND: quotas}, timeout=30).raise_for_status()

    def close_circuits(self) -> None:
        with self.app.app_context():
            db.session.execute(update(Circuit).values(open_until=None, bugs=0))
            db.session.commit()

    def kill(self, program: str, number: signal.Signals = signal.SIGKILL) -> int:
        pid = pids(self.stack.data)[program]
        os.kill(pid, number)
        return pid

    def stop(self, program: str) -> None:
        ask(self._supervisor, "stopProcess", program)

    def start(self, program: str) -> None:
        ask(self._supervisor, "startProcess", program)

    @property
    def _supervisor(self) -> Path:
        return (self.stack.data / "run/sockets").resolve() / "supervisor.sock"

    def log(self, program: str) -> str:
        return (self.stack.data / "logs" / f"{program}.log").read_text(errors="replace")

    def await_over(self, subject: str, *, within: float) -> float:
        """Wait until nothing of it waits any more; return how many seconds that took."""
        began = clock.monotonic()
        eventually(lambda: self.is_over(subject), within=within)
        return clock.monotonic() - began


def _accounts(openids: Sequence[str]) -> dict[str, int]:
    rows = [
        Account(id=new_id(), app_id=DEMO_APP_ID, openid=openid, county_code=COUNTY, made_at=clock.now())
        for openid in openids
    ]
    db.session.add_all(rows)
    return {row.openid: row.id for row in rows}


def _set_offset(seconds: int) -> None:
    db.session.merge(DemoClock(id=1, offset_seconds=seconds))


@contextmanager
def town(data: Path, url: str, *, within: float = WITHIN, **environment: str) -> Iterator[Town]:
    """Start a stack with a long-term template for duties, at ten in the morning of its business time."""
    with running(data=data, environment={"DATABASE_URL": url, **environment}, within=within) as stack:
        app = create_bare_app(Settings(database_url=url, data_dir=data, demo=True))
        lasting = [each | {"kind": "long_term"} for each in for_emulator() if each["kind"] == "one_time"]
        requests.put(f"{stack.wechat}/_emulator/templates", json=lasting, timeout=10).raise_for_status()
        found = Town(stack, app)
        found.move_to_morning()
        try:
            yield found
        finally:
            clock.use_offset(timedelta)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def fresh_database(beside: str, name: str = "sending") -> str:
    """Make an empty database on the tests' server and return its address."""
    address = make_url(beside)
    with pymysql.connect(unix_socket=str(address.query["unix_socket"]), user="root") as server:
        cursor = server.cursor()
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
    return address.set(database=name).render_as_string(hide_password=False)
