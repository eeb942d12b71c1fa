"""Where two nodes are written to for a moment, one of two writes that meet is refused at its COMMIT, and done again."""

import threading
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import column, event, select, table, update
from sqlalchemy.engine import ExceptionContext

from backend.app import create_bare_app
from backend.db import DEADLOCK, db, in_transaction
from backend.errors import TryLater
from backend.settings import Settings
from tests.ha.galera import Cluster, Node

pytestmark = [pytest.mark.ha, pytest.mark.slow, pytest.mark.shows("scale.2"), pytest.mark.timeout(600)]
TIMES = 60
HOT = table("hot", column("id"), column("times"))


def test_two_nodes_that_count_in_one_row_lose_no_count(cluster: Cluster, tmp_path: Path) -> None:
    with closing(cluster.nodes[0].open()) as connection:
        connection.query("CREATE TABLE hot (id INT PRIMARY KEY, times INT NOT NULL)")
        connection.query("INSERT INTO hot VALUES (1, 0)")
        connection.commit()
    refused: Counter[str] = Counter()
    apps = [_only(node, cluster, tmp_path, refused) for node in cluster.nodes[:2]]

    threads = [threading.Thread(target=_count, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with apps[0].app_context():
        assert db.session.scalar(select(HOT.c.times)) == TIMES * len(apps)
    assert refused.total() > 0, "the two never met"


def _only(node: Node, cluster: Cluster, folder: Path, refused: Counter[str]) -> Flask:
    settings = Settings(database_url=cluster.url, database_hosts=node.address, data_dir=folder)
    app = create_bare_app(settings)

    def counted(context: ExceptionContext) -> None:
        if context.original_exception.args[0] == DEADLOCK:
            refused[node.name] += 1

    with app.app_context():
        event.listen(db.engine, "handle_error", counted)
    return app


def _count(app: Flask) -> None:
    def once() -> Any:
        return db.session.execute(update(HOT).values(times=HOT.c.times + 1))

    done = 0
    with app.app_context():
        while done < TIMES:
            with suppress(TryLater):
                in_transaction(once)
                done += 1
