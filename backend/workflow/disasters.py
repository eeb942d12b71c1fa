"""Whether a place lies under an open disaster event: the one question that dates, approvals and intake ask (P42)."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from backend import clock
from backend.db import db
from backend.models import Case, DisasterEvent

_OPEN_EVENTS = (
    select(DisasterEvent)
    .where(
        DisasterEvent.county_code == bindparam("county"),
        DisasterEvent.closed_on.is_(None),
        DisasterEvent.opened_on <= bindparam("today"),
    )
    .order_by(DisasterEvent.id.desc())
)


def open_event_at(village_code: str) -> DisasterEvent | None:
    """Return the county's open event whose area holds this village, the latest if there are several."""
    return next((each for each in open_events(village_code[:6]) if holds(each, village_code)), None)


def open_events(county_code: str) -> Sequence[DisasterEvent]:
    """Return the county's open events, the latest first."""
    return db.session.scalars(_OPEN_EVENTS, {"county": county_code, "today": clock.today()}).all()


def holds(event: DisasterEvent, village_code: str) -> bool:
    """Say whether a village lies in the area of an event."""
    return any(village_code.startswith(code) for code in event.area)


def is_struck(case: Case) -> bool:
    """Say whether an event that is still open has named the case's household."""
    named = case.marks.get("disaster")
    if named is None:
        return False
    query = select(DisasterEvent.id).where(DisasterEvent.id == int(named), DisasterEvent.closed_on.is_(None))
    return db.session.scalar(query) is not None
