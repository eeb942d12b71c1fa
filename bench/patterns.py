"""Real cases to copy: the demonstration's, made by the services, read with all their rows and opened once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, or_, select

from backend.access.scope import Receipted, Scoped
from backend.db import Base, Sealed
from backend.models import AuditRow, Case, Identity, Staff
from backend.policy.limits import Unit
from backend.policy.presets import load_preset
from backend.policy.rules import NORMAL
from backend.privacy.keys import KeyFile, KeyRing
from backend.privacy.seal import Place, unseal
from backend.services.demo import PRESET
from backend.workflow.states import Kind, State
from bench.settings import CHECKOUT

HOUSEHOLDS = 160
"""So many households of the demonstration hold a case in every standing."""
MOST_OF_A_KIND = 6
"""Of each standing so many are copied, in turn."""
SHEETS = {"meetings": "meeting_items.meeting_id", "notices": "notice_items.notice_id"}
"""Tables of a village that a family's rows point at: they are copied along."""
LEFT_OUT = frozenset({"home_check_drafts", "stored_files"})
"""What a copy does without: an unfinished form, and files whose bytes lie elsewhere."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Pattern:
    """One real case with its rows by table, sealed texts opened, and who acted in it."""

    case: Row
    rows: dict[str, list[Row]]
    staff: dict[int, str]

    @cached_property
    def ids(self) -> dict[int, int]:
        """Every row's id and its place in a copy's block; the case comes first."""
        found = [row["id"] for rows in self.rows.values() for row in rows if row["id"] != self.case["id"]]
        return {row_id: place for place, row_id in enumerate([self.case["id"], *sorted(found)])}

    @property
    def state(self) -> State:
        """Where the case stands."""
        return State(self.case["state"])

    @property
    def owed(self) -> dict[str, int]:
        """The open duties by kind, each with its version."""
        return {row["kind"]: row["version"] for row in self.rows["tasks"] if row["open_due"] is not None}

    @property
    def can_be_copied(self) -> bool:
        """Say whether it is like most, and other weeks leave its dates right.

        A limit in working days, or one that rolls, knows holidays; what presses is rare, and would not be in a copy.
        """
        limits = {load_preset(PRESET).limit(row["limit_key"]) for row in self.rows["tasks"]}
        knows_holidays = any(limit.unit is Unit.WORKING or limit.rolls for limit in limits)
        return len(self.rows.get("declarations", ())) == 1 and self.case["urgency"] == NORMAL and not knows_holidays

    @property
    def can_be_passed_on(self) -> bool:
        """Say whether nothing but the township's judgement is missing."""
        return set(self.owed) - {Kind.TAKE_DOWN_NOTICE} == {Kind.TOWN_REVIEW} and "notice_until" in self.case["marks"]


def make_patterns(home: Path, households: int = HOUSEHOLDS) -> list[Pattern]:
    """Make a demonstration in a folder of its own, unless it is there with today's tables, and read its cases."""
    done, schema = home / "complete", (CHECKOUT / "migrations" / "HEAD").read_text()
    if not done.exists() or done.read_text() != schema:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        environment = {**os.environ, "DATA_DIR": str(home), "DEMO": "true", "DATABASE_URL": "", "REDIS_URL": ""}
        environment |= {"SECRET_KEY": "bench", "WECHAT_APP_ID": "wx-bench", "KEYS_FILE": ""}
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        for command in (["migrate"], ["demo", "make", "--households", str(households)]):
            subprocess.run([*flask, *command], cwd=CHECKOUT, env=environment, check=True, stdout=subprocess.DEVNULL)
        done.write_text(schema)
    engine = create_engine(f"sqlite:///{home / 'shouwang.sqlite3'}")
    with engine.connect() as connection:
        return list(_patterns(connection, KeyFile(home / "keys.json").ring()))


def _patterns(connection: Connection, keys: KeyRing) -> Iterator[Pattern]:
    staff = {row.id: row.role for row in connection.execute(select(Staff.id, Identity.role).join(Identity))}
    taken: dict[tuple[str, ...], int] = {}
    for case in connection.execute(select(Case.__table__).order_by(Case.id)).mappings():
        pattern = Pattern(dict(case), _rows(connection, case, keys), staff)
        kind = (pattern.state, *sorted(pattern.owed))
        if pattern.can_be_copied and taken.get(kind, 0) < MOST_OF_A_KIND:
            taken[kind] = taken.get(kind, 0) + 1
            yield pattern


def _rows(connection: Connection, case: Any, keys: KeyRing) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    declared: list[int] = []
    for table in Base.metadata.sorted_tables:
        mine = _of_case(table, case, declared)
        if mine is not None:
            found[table.name] = _read(connection, table, mine, keys)
        if table.name == "declarations":
            declared = [row["id"] for row in found[table.name]]
    for name, pointer in SHEETS.items():
        items, column = pointer.split(".")
        sheet = Base.metadata.tables[name]
        wanted = [row[column] for row in found[items]]
        found[name] = _read(connection, sheet, sheet.c.id.in_(wanted), keys)
    return {name: rows for name, rows in found.items() if rows}


def _of_case(table: Table, case: Any, declared: Sequence[int]) -> Any:
    """Say which rows of a table belong to a case; None for tables that are not about families."""
    if table.name == AuditRow.__tablename__:
        return table.c.chain == f"case:{case['id']}"
    if table.name == Case.__tablename__:
        return table.c.id == case["id"]
    if table.name in LEFT_OUT or table.name in SHEETS or table.name not in _about_families():
        return None
    ways = []
    if "case_id" in table.c:
        ways.append(table.c.case_id == case["id"])
    if "household_id" in table.c and "case_id" not in table.c:
        ways.append(table.c.household_id == case["household_id"])
    if "declaration_id" in table.c:
        ways.append(table.c.declaration_id.in_(declared))
    return or_(*ways) if ways else None


def _about_families() -> set[str]:
    mappers = Base.registry.mappers
    return {str(each.local_table) for each in mappers if issubclass(each.class_, Scoped | Receipted)}


def _read(connection: Connection, table: Table, mine: Any, keys: KeyRing) -> list[Row]:
    rows = [dict(row) for row in connection.execute(select(table).where(mine).order_by(table.c.id)).mappings()]
    for row in rows:
        for column in table.c:
            if isinstance(column.type, Sealed) and row[column.name]:
                row[column.name] = unseal(row[column.name], keys=keys, place=Place(table.name, column.name, row["id"]))
    return rows
