"""A month's visits at a county's size: the sweep makes every household's duty once, and a second run writes nothing."""

import os
from datetime import UTC, datetime

import pymysql
from sqlalchemy import func, insert, select

from backend import clock
from backend.access.scope import as_system
from backend.app import create_bare_app
from backend.db import db, in_transaction, new_id
from backend.models import Household, Task
from backend.models.places import place_of
from backend.schema import migrate
from backend.services import counties, round_turns
from backend.settings import Settings
from bench.figures import Figure
from bench.servers import Databases
from bench.settings import COUNTY, DATA, REGIONS

HOUSEHOLDS = int(os.environ.get("ROUND_HOUSEHOLDS", "250000"))
AT_ONCE = 5_000
GRIDS = 4
FIRST_OF_A_MONTH = datetime(2026, 12, 1, 1, tzinfo=UTC)
"""The whole county's visits are made then; later in a month only those of who has come."""


def measure(server: Databases, figures: dict[str, Figure]) -> None:
    """Time the month's sweep on a fresh database of the bench's MariaDB, and a second run of it."""
    with pymysql.connect(unix_socket=str(server.socket), user="root") as connection:
        connection.query("DROP DATABASE IF EXISTS bench_rounds")
        connection.query("CREATE DATABASE bench_rounds CHARACTER SET utf8mb4")
    app = create_bare_app(Settings(database_url=server.url("rounds"), data_dir=DATA / "rounds"))
    with app.app_context():
        migrate()
        regions = counties.read_regions(REGIONS)
        counties.init_county(COUNTY, regions=regions, preset="NATIONAL", phone="0311-82520000")
        villages = [row["code"] for row in regions if row["level"] == "village"]
        for first in range(0, HOUSEHOLDS, AT_ONCE):
            with as_system("the bench fills a county"):
                in_transaction(lambda first=first: _fill(first, villages))  # type: ignore[misc]
        with clock.at(FIRST_OF_A_MONTH):
            began = clock.monotonic()
            made = round_turns.make_month()
            figures["rounds"].values.append(clock.monotonic() - began)
            again = round_turns.make_month()
        with as_system("the bench counts"):
            owed = db.session.scalar(select(func.count(Task.id)))
        if (made, again, owed) != (HOUSEHOLDS, 0, HOUSEHOLDS):
            raise RuntimeError(f"made {made}, then {again}; {owed} are owed")
        db.session.remove()
        db.engine.dispose()


def _fill(first: int, villages: list[str]) -> None:
    rows = []
    for serial in range(first, min(first + AT_ONCE, HOUSEHOLDS)):
        household, village = new_id(), villages[serial % len(villages)]
        grid = f"{village}{serial // len(villages) % GRIDS:03d}"
        rows.append(
            {
                "id": household,
                "household_id": household,
                "head_name": f"户{serial}",
                "is_provisional": False,
                "made_at": clock.now(),
                **place_of(grid),
            }
        )
    db.session.execute(insert(Household), rows)
