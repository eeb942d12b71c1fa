"""A county's rules and calendar as they are now, or as they were when a case began."""

from datetime import date

from sqlalchemy import select

from backend import clock
from backend.db import db
from backend.models import PolicyVersion, WorkdayOverride
from backend.policy import Policy, from_values
from backend.workdays import OFFICIAL_UNTIL, Workdays

REMEMBERED_SECONDS = 5.0
_versions: dict[tuple[str, int], Policy] = {}
_current: dict[str, tuple[float, date, int]] = {}
_calendars: dict[str, tuple[float, Workdays]] = {}


def policy_of(county_code: str, version: int) -> Policy:
    """Return one version of a county's rules; a version never changes, so each process reads it once."""
    known = _versions.get((county_code, version))
    if known is None:
        row = db.session.scalars(
            select(PolicyVersion).where(PolicyVersion.county_code == county_code, PolicyVersion.version == version)
        ).one()
        known = _versions[county_code, version] = from_values(row.preset, row.changes, version)
    return known


def current_policy(county_code: str) -> Policy:
    """Return the rules in force today (remembered for five seconds, and never across midnight)."""
    known, today = _current.get(county_code), clock.today()
    if known is None or known[1] != today or clock.monotonic() - known[0] > REMEMBERED_SECONDS:
        version = db.session.scalars(
            select(PolicyVersion.version)
            .where(PolicyVersion.county_code == county_code, PolicyVersion.from_on <= today)
            .order_by(PolicyVersion.version.desc())
            .limit(1)
        ).one()
        known = _current[county_code] = (clock.monotonic(), today, version)
    return policy_of(county_code, known[2])


def county_workdays(county_code: str) -> Workdays:
    """Return the county's calendar: the statutory one with its own overrides on top."""
    known = _calendars.get(county_code)
    if known is None or clock.monotonic() - known[0] > REMEMBERED_SECONDS:
        query = select(WorkdayOverride.day, WorkdayOverride.is_workday).where(
            WorkdayOverride.county_code == county_code
        )
        overrides = {row.day: row.is_workday for row in db.session.execute(query)}
        known = _calendars[county_code] = (
            clock.monotonic(),
            Workdays(overrides=overrides, official_until=OFFICIAL_UNTIL),
        )
    return known[1]


def forget() -> None:
    """Read everything afresh: after rules or calendar were changed in this process."""
    _versions.clear()
    _current.clear()
    _calendars.clear()
