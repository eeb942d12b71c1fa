"""A county's own row of safety: read by whoever asks, locked by whoever changes it."""

from sqlalchemy import select

from backend.db import db
from backend.models import CountySafety


def of(county_code: str) -> CountySafety:
    """Return how a county guards its console; a county that never changed anything has the defaults."""
    return db.session.get(CountySafety, county_code) or _fresh(county_code)


def locked(county_code: str) -> CountySafety:
    """Return the county's row for a change, inside the caller's transaction."""
    row = db.session.scalars(
        select(CountySafety).where(CountySafety.county_code == county_code).with_for_update()
    ).one_or_none()
    if row is None:
        row = _fresh(county_code)
        db.session.add(row)
        db.session.flush()
    return row


def _fresh(county_code: str) -> CountySafety:
    return CountySafety(
        county_code=county_code,
        networks="",
        factor_of_administrators=None,
        factor_of_exports=False,
        offline_at=None,
        offline_by=None,
        offline_by_name="",
        offline_why="",
    )
