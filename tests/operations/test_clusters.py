"""A database that is several servers: how they are named, and what happens where none of them takes part."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.app import create_bare_app
from backend.clusters import addresses
from backend.db import db, in_transaction
from backend.errors import TryLater
from backend.models import County
from backend.redis_servers import redis_of
from backend.settings import Settings

pytestmark = pytest.mark.shows("scale.2")
URL = "mysql+pymysql://root@nowhere/shouwang"


def test_members_are_read_with_and_without_a_port() -> None:
    read = addresses("db1, 10.0.0.2:3307,[::1]:3308,", 3306)

    assert read == (("db1", 3306), ("10.0.0.2", 3307), ("::1", 3308))
    assert addresses("", 3306) == ()


@pytest.mark.parametrize("words", ["db1:port", "db1:99999", "root@db1", "http://db1", "db1 db2", ":3306"])
def test_what_is_no_address_is_refused_with_a_plain_sentence(words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="主机:端口"):
        create_bare_app(Settings(database_url=URL, database_hosts=words, data_dir=tmp_path))
    with pytest.raises(ValueError, match="主机:端口"):
        redis_of(Settings(redis_url="redis://shouwang/0", redis_sentinels=words))


def test_members_without_a_database_that_can_have_them_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="DATABASE_HOSTS"):
        create_bare_app(Settings(database_hosts="db1", data_dir=tmp_path))


@pytest.fixture
def frozen() -> Iterator[int]:
    """A server that takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


@pytest.fixture
def nobody() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def test_where_nobody_takes_part_people_are_told_to_come_again_soon(frozen: int, nobody: int, tmp_path: Path) -> None:
    hosts = f"127.0.0.1:{nobody},127.0.0.1:{frozen}"
    app = create_bare_app(Settings(database_url=URL, database_hosts=hosts, data_dir=tmp_path))
    took = []

    for _ in range(2):
        began = clock.monotonic()
        with app.app_context(), pytest.raises(TryLater):
            in_transaction(lambda: db.session.execute(select(County.code)))
        took.append(clock.monotonic() - began)

    assert took[0] < 5
    assert took[1] < 1, "a server that was silent a moment ago was waited for again"


@pytest.mark.parametrize("number", [1047, 1180])
def test_a_member_that_fell_out_means_come_again_and_not_a_bug(app: Flask, number: int) -> None:
    with app.app_context(), pytest.raises(TryLater):
        in_transaction(
            lambda: db.session.connection().exec_driver_sql(f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO={number}")
        )
