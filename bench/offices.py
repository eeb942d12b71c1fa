"""The country's offices: every place, each county with its first rules, and somebody at the desks of each place."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from backend.access.permissions import Role
from backend.db import first_id_at
from bench.county import RULES, UNTIL, villages
from bench.load import engine_for, write
from bench.patterns import Row
from bench.places import Places
from bench.settings import COUNTY, REGIONS

AT_ONCE = 50_000
DESKS = {
    "village": (Role.VILLAGE,),
    "township": (Role.TOWN_OP, Role.TOWN_REVIEW, Role.TOWN_LEAD),
    "county": (Role.COUNTY_OP, Role.COUNTY_LEAD),
}
"""Who hears of a duty; a real village has two or three."""


def fill_places(url: str, places: Places) -> dict[str, Any]:
    """Write every place, every county with its first rules, and somebody for each desk of each place."""
    known = {line.partition(",")[0] for line in REGIONS.read_text("utf-8-sig").splitlines()}
    regions = [row for row in places.rows if row["code"] not in known]
    counties = [row for row in regions if row["level"] == "county"]
    staff, identities = _people(row for row in places.rows if row["code"] not in {COUNTY, *_manned()})
    rules = [
        _first_rules(row, number) for number, row in enumerate(counties, start=first_id_at(UNTIL - timedelta(days=500)))
    ]
    with engine_for(url).connect() as connection:
        tables = (
            ("regions", regions),
            ("counties", [_county(row) for row in counties]),
            ("policy_versions", rules),
            ("staff", staff),
            ("identities", identities),
        )
        for table, rows in tables:
            for first in range(0, len(rows), AT_ONCE):
                write(connection, table, rows[first : first + AT_ONCE])
                connection.commit()
        connection.exec_driver_sql(f"ANALYZE TABLE {','.join(table for table, _ in tables)}")
    return {
        **{level: len(codes) for level, codes in places.by_level.items()},
        "villages": len(places.by_level["village"]),
        "counties": len(places.by_level["county"]),
        "staff": len(staff),
    }


def _manned() -> set[str]:
    """Return the places where the measured county has people already."""
    return {villages()[0], villages()[0][:9]}


def _people(places: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    first, staff, identities = first_id_at(UNTIL - timedelta(days=400)), list[Row](), list[Row]()
    for place in places:
        for role in DESKS.get(place["level"], ()):
            number = first + len(staff)
            staff.append(_member(number, f"{role.lower()}-{place['code']}", place["code"][:6]))
            hat = {"staff_id": number, "role": role.value, "region_code": place["code"], "title": "测试"}
            identities.append({"id": number, **hat, "ended_at": None, "until_on": None})
    return staff, identities


def _member(number: int, login: str, county: str) -> Row:
    named = {"id": number, "county_code": county, "login": login, "name": "李办事", "password_hash": None}
    return {**named, "phone_sealed": None, "is_active": 1, "failed_sign_ins": 0}


def _county(row: Row) -> Row:
    own = {"code": row["code"], "name": row["name"], "preset": "NATIONAL", "phone": "010-00000000"}
    return {**own, "is_demo": 0, "practice_wants": ""}


def _first_rules(row: Row, number: int) -> Row:
    made = {"from_on": "2020-01-01", "made_at": "2020-01-01 00:00:00.000000", "made_by_name": "", "reason": ""}
    kept = {"id": number, "county_code": row["code"], "version": 1, "preset": "NATIONAL"}
    return {**kept, "changes": json.dumps(RULES), **made}
