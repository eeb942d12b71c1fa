"""Where the families of one disaster stand today, village by village: for each morning of township and county (P42)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from backend.access.actor import Actor
from backend.db import db
from backend.models import Case, DisasterHousehold, GreenChannel, Visit
from backend.services.disaster_board import find_event
from backend.workflow.states import ENDS, State

FEWEST_SHOWN = 5
"""Counts under this may point at a family and leave no office."""


@dataclass(frozen=True)
class VillageDay:
    """One village: families declared or named, visited at home, given help, and still waiting for their first visit."""

    village_code: str
    declared: int
    visited: int
    helped: int
    waiting: int


@dataclass(frozen=True)
class ShownDay:
    """The same for a paper that leaves the office: None stands for a number that is too small to be shown."""

    village_code: str
    declared: int | None
    visited: int | None
    helped: int | None
    waiting: int | None


def digest(event_id: int, *, by: Actor) -> list[VillageDay]:
    """Return a line for every village of the actor's place that has a family in the event, as things stand now."""
    event = find_event(event_id, by=by)
    named = select(DisasterHousehold.village_code, Case.id, Case.state).join(Case, Case.id == DisasterHousehold.case_id)
    rows = db.session.execute(named.where(DisasterHousehold.event_id == event.id)).all()
    mine = select(DisasterHousehold.case_id).where(DisasterHousehold.event_id == event.id)
    # A visit that found nobody at home is none.
    visited = set(
        db.session.scalars(select(Visit.case_id).where(Visit.case_id.in_(mine), Visit.conclusion != "not_home"))
    )
    helped = set(
        db.session.scalars(
            select(GreenChannel.case_id).where(GreenChannel.case_id.in_(mine), GreenChannel.delivered_on.is_not(None))
        )
    )
    by_village: dict[str, list[tuple[int, State]]] = {}
    for village, case_id, state in rows:
        by_village.setdefault(village, []).append((case_id, State(state)))
    return [
        VillageDay(
            village_code=village,
            declared=len(cases),
            visited=sum(case_id in visited for case_id, _ in cases),
            helped=sum(case_id in helped for case_id, _ in cases),
            waiting=sum(case_id not in visited and state not in ENDS for case_id, state in cases),
        )
        for village, cases in sorted(by_village.items())
    ]


def for_outside(lines: Iterable[VillageDay]) -> list[ShownDay]:
    """Return what may leave the office: no number under five, and none from which one could be worked out.

    Visited and waiting add up to those declared, so that each of them is shown only where both may be; no sums.
    """
    return [_for_outside(each) for each in lines]


def _for_outside(line: VillageDay) -> ShownDay:
    may_tell_apart = min(line.visited, line.waiting) >= FEWEST_SHOWN
    return ShownDay(
        village_code=line.village_code,
        declared=_shown(line.declared),
        visited=line.visited if may_tell_apart else None,
        helped=_shown(line.helped),
        waiting=line.waiting if may_tell_apart else None,
    )


def _shown(count: int) -> int | None:
    return count if count >= FEWEST_SHOWN else None
