"""Files at a county's size: the roster of a hundred thousand people, and a department's million rows beside its floor.

Each step runs in a process of its own, so that its peak of memory is its own: `python -m bench.imports STEP …`.
"""

import csv
import hashlib
import hmac
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pymysql
from sqlalchemy import insert, select

from backend import clock
from backend.access.actor import Actor, staff_actor
from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.app import create_bare_app
from backend.db import db, in_transaction, new_id
from backend.demo.people import check_digit
from backend.garbage import leave_the_program_out
from backend.models import AlertBatch, Household, ImportBatch, Person, PersonDigest
from backend.models.places import place_of
from backend.privacy.blind_index import digest
from backend.privacy.current import keys
from backend.schema import migrate
from backend.services import alerts, counties, offices
from backend.services.imports import batches, working
from backend.services.imports.households import COLUMNS
from backend.settings import Settings
from bench.figures import Figure
from bench.servers import Databases
from bench.settings import CHECKOUT, COUNTY, DATA, REGIONS

PEOPLE = int(os.environ.get("ROSTER_PEOPLE", "100000"))
ROWS = int(os.environ.get("ALERT_ROWS", "1000000"))
AT_ONCE = 5_000
TOPIC = "medical_ordinary"


def measure(server: Databases, figures: dict[str, Figure]) -> None:
    """Time the roster and the alerts on fresh databases of the bench's MariaDB."""
    for name in ("imports_roster", "imports_alerts"):
        with pymysql.connect(unix_socket=str(server.socket), user="root") as connection:
            connection.query(f"DROP DATABASE IF EXISTS bench_{name}")
            connection.query(f"CREATE DATABASE bench_{name} CHARACTER SET utf8mb4")
    roster = _step("roster", server.url("imports_roster"))
    figures["roster"].values.append(roster["seconds"])
    figures["roster memory"].values.append(roster["megabytes"])
    _step("people", server.url("imports_alerts"))
    alerted = _step("alerts", server.url("imports_alerts"))
    floor = _step("floor", server.url("imports_alerts"))
    figures["alerts"].values.append(alerted["seconds"])
    figures["alerts memory"].values.append(alerted["megabytes"])
    figures["alerts of floor"].values.append(alerted["seconds"])
    figures["alerts of floor"].floors.append(floor["seconds"])


def _step(step: str, url: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.imports", step, url], cwd=CHECKOUT, check=True, capture_output=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def number_of(serial: int) -> str:
    """Return an ID number that is right in form and nobody's: of a prefecture that was never given."""
    first = f"{130000 + 7100 + serial // 26_000_000 % 19 * 100 + serial // 1_000 // 26 % 100:06d}"
    first += f"{1930 + serial // 1_000 % 26:04d}0101{serial % 1_000:03d}"
    return first + check_digit(first)


def _by() -> Actor:
    return staff_actor(
        staff_id=1, role=Role.COUNTY_OP, region_code=COUNTY, name="bench", title="", account_id=None, session_id=None
    )


def _villages() -> list[str]:
    return [row["code"] for row in counties.read_regions(REGIONS) if row["level"] == "village"]


def _roster_file() -> Path:
    path, villages = DATA / f"roster-{PEOPLE}.csv", _villages()
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [each.title for each in COLUMNS])
        writer.writeheader()
        serial = household = 0
        while serial < PEOPLE:
            head, size = serial, min(3 + household % 2, PEOPLE - serial)
            village = villages[head * len(villages) // PEOPLE]
            for member in range(size):
                writer.writerow(_member(village, head, member, serial))
                serial += 1
            household += 1
    return path


def _member(village: str, head: int, member: int, serial: int) -> dict[str, str]:
    named = {"村": village, "户主姓名": _name(head), "户主身份证号": number_of(head), "户类型": "一般农户"}
    own = {"姓名": _name(serial), "与户主关系": "其他" if member else "户主", "证件号码": number_of(serial)}
    told = {"健康状况": "健康", "劳动能力": "普通劳动力", "务工地点": "县城", "务工月数": "6", "文化程度": "初中"}
    return {**named, **own, **told, "村民小组": "第一组", "医疗保险": "居民医保", "养老保险": "居民养老保险"}


def _name(serial: int) -> str:
    return f"户{chr(0x4E00 + serial % 5000)}{chr(0x4E00 + serial // 5000 % 5000)}"


def roster() -> float:
    """Look a roster through and take it in; return the seconds."""
    path, by = _roster_file(), _by()
    began = clock.monotonic()
    with path.open("rb") as file:
        batch_id = batches.hand_in("households", file, name=path.name, by=by).id
    working.carry_on()
    batches.accept(batch_id, by=by)
    working.carry_on()
    seconds = clock.monotonic() - began
    counts = db.session.get_one(ImportBatch, batch_id).counts
    if counts != {"new": PEOPLE}:
        raise RuntimeError(f"not the whole roster: {counts}")
    return seconds


def people() -> float:
    """Load the people whom the alerts are matched against, and write the file."""
    villages = _villages()
    for first in range(0, ROWS, AT_ONCE):
        in_transaction(partial(_load, first, villages))
    with _alert_file().open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(alerts.HEADING)
        for serial in range(ROWS):
            writer.writerow([_name(serial), number_of(serial), "大东关村", 100, "2026-03-05", "门诊"])
    return 0.0


def _load(first: int, villages: list[str]) -> None:
    now = clock.now()
    with as_system("the bench loads people"):
        rows: dict[type, list[dict[str, object]]] = {Household: [], Person: [], PersonDigest: []}
        for serial in range(first, min(first + AT_ONCE, ROWS)):
            household, person = new_id(), new_id()
            place = place_of(villages[serial % len(villages)])
            shared = {"household_id": household, **place}
            rows[Household].append({"id": household, "head_name": _name(serial), "made_at": now, **shared})
            rows[Person].append({"id": person, "name": _name(serial), **shared})
            found = digest(number_of(serial), keys=keys(), kind="id_number")
            rows[PersonDigest].append(
                {"id": new_id(), "person_id": person, "key_id": keys().index.current, "digest": found, **shared}
            )
        for table, values in rows.items():
            db.session.execute(insert(table), values)


def _alert_file() -> Path:
    return DATA / f"alerts-{ROWS}.csv"


def push_alerts() -> float:
    """Push a department's file and wait until it is matched; return the seconds."""
    offices.ensure(COUNTY)
    began = clock.monotonic()
    with _alert_file().open("rb") as file:
        batch_id = alerts.push(TOPIC, file, name="alerts.csv", by=_by()).id
    working.carry_on()
    seconds = clock.monotonic() - began
    if db.session.get_one(AlertBatch, batch_id).standing != "filed":
        raise RuntimeError("not matched to the end")
    return seconds


def floor() -> float:
    """Do by hand what cannot be done without: read, HMAC, bulk insert into a staging table, one indexed join."""
    key = keys().index.key.secret
    database = db.engine.raw_connection()
    cursor = database.cursor()
    cursor.execute("DROP TABLE IF EXISTS bench_staged")
    cursor.execute("CREATE TABLE bench_staged (row_no INT PRIMARY KEY, digest VARCHAR(64) COLLATE utf8mb4_bin)")
    began = clock.monotonic()
    with _alert_file().open(encoding="utf-8-sig", newline="") as file:
        for some in _chunks(csv.reader(file), key):
            cursor.executemany("INSERT INTO bench_staged (row_no, digest) VALUES (%s, %s)", some)
            database.commit()
    cursor.execute(
        "SELECT COUNT(*) FROM bench_staged s JOIN person_digests d ON d.county_code = %s AND d.digest = s.digest",
        (COUNTY,),
    )
    cursor.fetchall()
    return clock.monotonic() - began


def _chunks(rows: Iterator[list[str]], key: bytes) -> Iterator[list[tuple[int, str]]]:
    next(rows)
    some: list[tuple[int, str]] = []
    for number, row in enumerate(rows):
        some.append((number, hmac.digest(key, b"id_number\0" + row[1].encode(), hashlib.sha256).hex()))
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


STEPS = {"roster": roster, "people": people, "alerts": push_alerts, "floor": floor}


def main(step: str, url: str) -> None:
    """Run one step and print its seconds and its peak of memory."""
    folder = DATA / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    with create_bare_app(Settings(database_url=url, data_dir=folder)).app_context():
        migrate()
        if db.session.scalar(select(counties.County.code).where(counties.County.code == COUNTY)) is None:
            counties.init_county(COUNTY, regions=counties.read_regions(REGIONS), preset="NATIONAL")
        db.session.rollback()
        leave_the_program_out()  # as the worker that does it is started
        seconds = STEPS[step]()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    main(*sys.argv[1:])
