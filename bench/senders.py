"""Four sending workers before a provider that takes fifty milliseconds, beside the same HTTP calls without database."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from redis import Redis
from rq import Queue, Worker
from sqlalchemy import func, select

from backend import clock
from backend.db import db, in_transaction, new_id
from backend.models import Account, Attempt, Message
from backend.workflow.outbox import URGENT, owe
from bench.client import HOST, PATIENCE
from bench.county import County, make_empty, open_county
from bench.figures import Figure
from bench.servers import Databases, environment_of, free_port, valkey
from bench.settings import APP_ID, CHECKOUT, COUNTY, DATA

WORKERS = 4
TAKES_MS = 50
SECONDS = 5.0
MESSAGES = {1: 1000, 8: 4000}
"""By calls in flight: some fifteen seconds of work."""
AT_ONCE = 500
JOB = "jobs.outbox.deliver_pending"
WORDS = {"what": "入户核实", "where": "某村", "due": "2026年11月23日", "hint": "有一项新的待办"}


def measure(server: Databases, figures: dict[str, Figure]) -> None:
    """Measure the bare calls, then the workers, with one call in flight each and with eight."""
    url, home = server.url("senders"), DATA / "senders"
    home.mkdir(parents=True, exist_ok=True)
    make_empty(url)
    with valkey() as redis_url, _provider() as port:
        county = open_county(url, home, redis_url)
        people = _people(county, max(MESSAGES.values()))
        for hands, messages in MESSAGES.items():
            figures[f"send {hands}"].floors.append(_bare(port, hands))
            figures[f"send {hands}"].values.append(_rate(county, people[:messages], port, hands))


@contextmanager
def _provider() -> Iterator[int]:
    port = free_port()
    words = [sys.executable, "-m", "bench.provider", str(port), str(TAKES_MS)]
    provider = subprocess.Popen(words, cwd=CHECKOUT)
    time.sleep(1)
    try:
        yield port
    finally:
        provider.terminate()
        provider.wait(PATIENCE)


def _bare(port: int, hands: int) -> float:
    words = [sys.executable, "-m", "bench.bare_sender", str(port), str(hands), str(SECONDS)]
    loops = [subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)]
    return sum(float(each.communicate()[0]) for each in loops)


def _people(county: County, count: int) -> Sequence[int]:
    def work() -> list[int]:
        now = clock.now()
        rows = [
            Account(id=new_id(), app_id=APP_ID, openid=f"person-{serial}", county_code=COUNTY, made_at=now)
            for serial in range(count)
        ]
        db.session.add_all(rows)
        return [row.id for row in rows]

    with county.app.app_context():
        return in_transaction(work)


def _rate(county: County, people: Sequence[int], port: int, hands: int) -> float:
    """Return the messages a second from the first call to the last answer: workers that wake one another included."""
    subject = f"with {hands} hands"
    with _workers(county, port, hands) as queue:
        with county.app.app_context():
            for start in range(0, len(people), AT_ONCE):
                in_transaction(partial(_owe, people[start : start + AT_ONCE], subject))
        queue.enqueue(JOB, result_ttl=0)
        while _waiting(county, subject):
            time.sleep(0.5)
    return _measured(county, subject)


def _owe(people: Sequence[int], subject: str) -> None:
    """Owe each a message; urgent, so that the bench may be run at night."""
    for account in people:
        owe(
            kind="duty",
            subject=subject,
            recipient=f"account:{account}",
            county_code=COUNTY,
            data=WORDS,
            priority=URGENT,
        )


@contextmanager
def _workers(county: County, port: int, hands: int) -> Iterator[Queue]:
    settings = {
        **environment_of(county.settings),
        "WECHAT_BASE_URL": f"http://{HOST}:{port}",
        "WECHAT_SECRET": "bench",
        "SEND_HANDS": str(hands),
    }
    redis = Redis.from_url(county.settings.redis_url)
    with ExitStack() as stack, (DATA / "senders.log").open("ab") as log:
        for _ in range(WORKERS):
            words = [sys.executable, "-m", "jobs.worker", "send"]
            worker = subprocess.Popen(words, cwd=CHECKOUT, env={**os.environ, **settings}, stdout=log, stderr=log)
            stack.callback(worker.wait, PATIENCE)
            stack.callback(worker.terminate)
        until = clock.monotonic() + 2 * PATIENCE
        while Worker.count(connection=redis) < WORKERS:
            if clock.monotonic() > until:
                raise TimeoutError("the workers did not start")
            time.sleep(0.1)
        yield Queue("send", connection=redis, serializer="json")


def _waiting(county: County, subject: str) -> int:
    with county.app.app_context():
        waits = select(func.count()).where(Message.subject == subject, Message.state.in_(("owed", "claimed")))
        return db.session.scalar(waits.select_from(Message)) or 0


def _measured(county: County, subject: str) -> float:
    with county.app.app_context():
        query = select(func.count(), func.min(Attempt.called_at), func.max(Attempt.answered_at))
        mine = query.join(Message, Message.id == Attempt.message_id).where(Message.subject == subject)
        count, first, last = db.session.execute(mine.where(Attempt.state == "sent")).one()
    if first is None or last is None:
        raise RuntimeError("nothing was sent")
    rate: float = count / (last - first).total_seconds()
    return rate
