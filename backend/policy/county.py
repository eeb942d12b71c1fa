"""A county's rules and calendar as they are now, or as they were when a case began."""

from collections.abc import Set
from datetime import date

from sqlalchemy import func, select

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
    _read_versions({county_code})
    return policy_of(county_code, _current[county_code][2])


def county_workdays(county_code: str) -> Workdays:
    """Return the county's calendar: the statutory one with its own overrides on top."""
    _read_calendars({county_code})
    return _calendars[county_code][1]


def have_at_hand(county_codes: Set[str]) -> None:
    """Read in three statements what is not remembered of these counties: their rules, and their calendars."""
    _read_versions(county_codes)
    _read_calendars(county_codes)


def _read_versions(county_codes: Set[str]) -> None:
    moment, today = clock.monotonic(), clock.today()
    old = {
        code
        for code in county_codes
        if (known := _current.get(code)) is None or known[1] != today or moment - known[0] > REMEMBERED_SECONDS
    }
    if old:
        last = select(PolicyVersion.county_code, func.max(PolicyVersion.version).label("version"))
        last = last.where(PolicyVersion.county_code.in_(old), PolicyVersion.from_on <= today)
        for row in db.session.execute(last.group_by(PolicyVersion.county_code)):
            _current[row.county_code] = (moment, today, row.version)
        if unread := {code for code in old & _current.keys() if (code, _current[code][2]) not in _versions}:
            for each in db.session.scalars(select(PolicyVersion).where(PolicyVersion.county_code.in_(unread))):
                _versions[each.county_code, each.version] = from_values(each.preset, each.changes, each.version)


def _read_calendars(county_codes: Set[str]) -> None:
    moment = clock.monotonic()
    old = {
        code
        for code in county_codes
        if (known := _calendars.get(code)) is None or moment - known[0] > REMEMBERED_SECONDS
    }
    if old:
        asked = WorkdayOverride.county_code, WorkdayOverride.day, WorkdayOverride.is_workday
        overrides: dict[str, dict[date, bool]] = {code: {} for code in old}
        for row in db.session.execute(select(*asked).where(WorkdayOverride.county_code.in_(old))):
            overrides[row.county_code][row.day] = row.is_workday
        for code, days in overrides.items():
            _calendars[code] = (moment, Workdays(overrides=days, official_until=OFFICIAL_UNTIL))


def forget() -> None:
    """Read everything afresh: after rules or calendar were changed in this process."""
    _versions.clear()
    _current.clear()
    _calendars.clear()
