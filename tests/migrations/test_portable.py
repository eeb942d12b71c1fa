"""On a real MariaDB: what the migrations leave behind other engines have too, and two families share no row."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask

from backend.db import db
from bench.capture import Said, listening
from tests.people import FORM, NEXT_VILLAGE, Cast, id_number

LEFT_BEHIND = {
    "AUTO_INCREMENT": "SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns "
    "WHERE table_schema = DATABASE() AND (extra LIKE '%%auto_increment%%' OR extra LIKE '%%GENERATED%%')",
    "triggers": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
    "procedures": "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()",
    "events": "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE()",
    "views": "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()",
    "odd indexes": "SELECT index_name FROM information_schema.statistics "
    "WHERE table_schema = DATABASE() AND (index_type <> 'BTREE' OR sub_part IS NOT NULL)",
    "other engines": "SELECT table_name FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND engine <> 'InnoDB'",
    "partitions": "SELECT table_name FROM information_schema.partitions "
    "WHERE table_schema = DATABASE() AND partition_name IS NOT NULL",
    "keys that act": "SELECT constraint_name FROM information_schema.referential_constraints "
    "WHERE constraint_schema = DATABASE() AND NOT (delete_rule IN ('RESTRICT', 'NO ACTION') "
    "AND update_rule IN ('RESTRICT', 'NO ACTION'))",
    "no primary key": "SELECT t.table_name FROM information_schema.tables t "
    "LEFT JOIN information_schema.table_constraints c ON c.table_schema = t.table_schema "
    "AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY KEY' "
    "WHERE t.table_schema = DATABASE() AND c.constraint_name IS NULL",
}
COLLATIONS = {"utf8mb4_bin", "utf8mb4_unicode_520_ci", "ascii_bin"}
"""The second is the one that TiDB lacks: docs/scale.md says what to do."""
SMALLEST_ID = 2**40


@pytest.mark.shows("scale.3")
@pytest.mark.parametrize("kind", ["mariadb"])
def test_the_migrated_schema_holds_nothing_that_other_engines_lack(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(query).scalars().all() for name, query in LEFT_BEHIND.items()}
        collations = connection.exec_driver_sql(
            "SELECT DISTINCT collation_name FROM information_schema.columns "
            "WHERE table_schema = DATABASE() AND collation_name IS NOT NULL AND table_name <> 'schema_version'"
        )

        assert {name: left for name, left in found.items() if left} == {}
        assert set(collations.scalars()) <= COLLATIONS


@pytest.mark.shows("scale.3")
@pytest.mark.parametrize("kind", ["mariadb"])
def test_declarations_of_two_villages_lock_and_change_no_row_in_common(app: Flask, cast: Cast) -> None:
    """A row that every declaration changed would be one server's work on any engine."""
    taken = []
    for serial, village in enumerate((FORM["village_code"], NEXT_VILLAGE), start=1):
        farmer = cast.farmer(f"farmer-{serial}")
        with listening(app) as script:
            said: dict[str, Any] = FORM | {"id_number": id_number(serial), "village_code": village}
            answer = farmer.post("/declarations", **said)
        assert answer.status_code == 201
        taken.append(script)

    changed = [_changed(script) for script in taken]

    assert all(changed)
    assert [said for script in changed for said, ids in script.items() if not ids] == []
    first, second = ({each for ids in script.values() for each in ids} for script in changed)
    assert first & second == set()


def _changed(script: Sequence[Said]) -> dict[str, set[object]]:
    """Return the statements that change or lock rows that are there already, with the ids and keys they name."""
    locks = re.compile(r"^UPDATE|^DELETE|FOR UPDATE|ON DUPLICATE KEY", re.MULTILINE)
    return {
        said.statement: {value for row in said.parameters for value in row.values() if _names_a_row(value)}
        for said in script
        if locks.search(said.statement)
    }


def _names_a_row(value: object) -> bool:
    is_key = isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}|[0-9a-f-]{36}|[a-z_]+:.+", value) is not None
    return is_key or (isinstance(value, int) and value > SMALLEST_ID)
