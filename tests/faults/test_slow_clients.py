"""Clients that stop half way, or send a byte now and then: everybody else is served as if they were not there."""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from flask import Flask

from backend.db import db
from tests.faults.serving import HOST, Server
from tests.people import FORM, Cast, Maker, id_number

pytestmark = pytest.mark.shows("scale.6")
HALF, SLOW = 200, 50
HEAD = f"POST /api/v1/declarations HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"


def _in_transaction(app: Flask) -> list[str]:
    """What connections of MariaDB hold a transaction open, other than ours that asks."""
    with app.app_context(), db.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT trx_mysql_thread_id, trx_state, trx_query FROM information_schema.innodb_trx "
            "WHERE trx_mysql_thread_id <> CONNECTION_ID()"
        )
        return [str(tuple(row)) for row in rows]


def _plague(web: Server, held: ExitStack, token: str) -> list[socket.socket]:
    """Send so many half bodies, and begin so many requests that will never end."""
    half = f"{HEAD}Authorization: Bearer {token}\r\nContent-Length: 900\r\n\r\n{{".encode()
    for _ in range(HALF):
        held.enter_context(web.open()).sendall(half)
    slow = [held.enter_context(web.open()) for _ in range(SLOW)]
    for each in slow:
        each.sendall(HEAD.encode())
    return slow


def _trickle(slow: list[socket.socket], stop: threading.Event) -> None:
    while not stop.wait(0.5):
        for each in slow:
            try:
                each.sendall(b"X-Slow: 1\r\n")
            except OSError:  # it was hung up on
                continue


def _declares(web: Server, cast: Cast, serial: int) -> int:
    farmer = cast.farmer(f"of-{serial}")
    said = farmer._headers(f"6f0d8a52-3333-4000-8000-{serial:012d}")
    named = {name.replace("-", "_"): value for name, value in said.items()}
    return web.ask("POST", "/api/v1/declarations", FORM | {"id_number": id_number(serial)}, **named).status


@pytest.mark.parametrize("lasting", [3, pytest.param(60, marks=pytest.mark.slow)])
def test_people_are_served_while_hundreds_of_clients_hang(
    app: Flask, cast: Cast, web: Server, note: Callable[..., None], lasting: int
) -> None:
    """Reliability 33."""
    token = cast.farmer("slow").token
    workers, stop = {each.pid for each in web.workers}, threading.Event()
    took, declared = [], []
    with ExitStack() as held:
        slow = _plague(web, held, token)
        trickle = threading.Thread(target=_trickle, args=(slow, stop))
        trickle.start()
        for serial in range(lasting * 2):
            took.append(web.alive_within())
            declared.append(_declares(web, cast, serial))
            time.sleep(0.5)
        stuck = _in_transaction(app)
        stop.set()
        trickle.join()
    after = web.alive_within()

    note(f"{HALF} half bodies, {SLOW} slow heads, {lasting} s", seconds=f"healthz {max(took):.3f}", allowed="1.0")
    assert max(*took, after) <= 1
    assert set(declared) == {201}
    assert stuck == []
    assert {each.pid for each in web.workers} == workers


def test_a_body_in_crumbs_and_a_large_one_both_arrive(make: Maker, cast: Cast, web: Server) -> None:
    """What comes slowly is still served, whole: a phone at the edge of the network is no attacker."""
    farmer = cast.farmer()
    body = json.dumps(FORM).encode()
    words = {**farmer._headers("6f0d8a52-3333-4000-8000-000000009999"), "Content-Length": str(len(body))}
    message = HEAD.encode() + "".join(f"{name}: {value}\r\n" for name, value in words.items()).encode() + b"\r\n" + body

    with web.open() as crumbs:
        crumbs.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(message), 40):
            crumbs.sendall(message[start : start + 40])
            time.sleep(0.01)
        status = crumbs.recv(4096).split(b" ", 2)[1]
    with web.open() as large:
        large.sendall(HEAD.encode() + b"Content-Length: 9000000\r\nConnection: close\r\n\r\n" + b"x" * 9_000_000)
        refused = large.recv(4096).split(b" ", 2)[1]

    assert (status, refused) == (b"201", b"401")
