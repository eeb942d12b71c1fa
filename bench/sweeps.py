"""The sweep over a hundred thousand overdue duties among a million, beside the same rows written by hand."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from backend import clock
from bench import duties
from bench.county import County
from bench.figures import Figure
from bench.load import engine_for
from bench.servers import Databases
from bench.settings import CHECKOUT, DATA

AT_ONCE = 200
COPY = "bench_messages"


def county_on(server: Databases, kind: str) -> County:
    """Return the county with a million duties on one kind of database."""
    name = f"duties_{kind}"
    (DATA / name).mkdir(parents=True, exist_ok=True)
    url = server.url(name) if kind == "mariadb" else f"sqlite:///{DATA / name / 'county.sqlite3'}"
    return duties.keep(name, url)


def measure(server: Databases, figures: dict[str, Figure]) -> None:
    """Sweep on each kind of database in a process of its own, then write the same rows by hand."""
    for kind in ("mariadb", "sqlite"):
        county = county_on(server, kind)
        duties.make_overdue_again(county.url)
        found = swept(county.url, county.home)
        if found["spoken"] != duties.OVERDUE:
            raise RuntimeError(f"{found['spoken']} duties spoke, not {duties.OVERDUE}")
        figures[f"sweep {kind}"].values.append(found["seconds"])
        figures[f"sweep again {kind}"].values.append(found["again_ms"])
        figures[f"sweep memory {kind}"].values.append(found["grown"])
        figures[f"sweep {kind}"].floors.append(_by_hand(county.url))


def swept(url: str, home: Path, moment: datetime = duties.MOMENT) -> dict[str, Any]:
    """Sweep in a process of its own, at this moment of business time; return what it said."""
    environment = {**os.environ, "BENCH_URL": url, "BENCH_HOME": str(home), "BENCH_MOMENT": moment.isoformat()}
    words = [sys.executable, "-m", "bench.sweeping"]
    done = subprocess.run(words, cwd=CHECKOUT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _by_hand(url: str) -> float:
    """Set the rungs and write the messages that the sweep has written, through the driver alone; return the seconds.

    In transactions of as many duties, into a table with the same indexes; reading what to write is not counted.
    """
    duties.set_rungs(url)
    took = 0.0
    with engine_for(url).connect() as connection:
        marks = _make_copy(connection)
        last = 0
        while tasks := _read(connection, f"SELECT DISTINCT task_id FROM messages WHERE task_id > {last} ORDER BY 1"):
            last = tasks[-1][0]
            ids = ",".join(str(row[0]) for row in tasks)
            rows = _read(connection, f"SELECT * FROM messages WHERE task_id IN ({ids}) ", limit=100 * AT_ONCE)
            began = clock.monotonic()
            connection.exec_driver_sql(f"UPDATE tasks SET next_rung = NULL, next_rung_at = NULL WHERE id IN ({ids})")
            connection.exec_driver_sql(f"INSERT INTO {COPY} VALUES ({marks})", rows)
            connection.commit()
            took += clock.monotonic() - began
        connection.exec_driver_sql(f"DROP TABLE {COPY}")
        connection.commit()
    return took


def _make_copy(connection: Connection) -> str:
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {COPY}")
    columns = connection.exec_driver_sql("SELECT * FROM messages LIMIT 0").keys()
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"CREATE TABLE {COPY} LIKE messages")
        return ",".join(["%s"] * len(columns))
    for name, statement in connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'messages' AND sql IS NOT NULL ORDER BY type = 'index'"
    ).all():
        connection.exec_driver_sql(statement.replace(name, f"bench_{name}", 1).replace(" messages ", f" {COPY} "))
    return ",".join(["?"] * len(columns))


def _read(connection: Connection, statement: str, *, limit: int = AT_ONCE) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(f"{statement} LIMIT {limit}")]
