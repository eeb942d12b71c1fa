"""How long families' ways took: the middle number of days between the steps, and how the days are spread."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from sqlalchemy import func, select

from backend import clock
from backend.access.permissions import Action
from backend.db import db
from backend.models import Case, CaseEvent
from backend.workflow.duties import NOT_IDENTIFYING
from backend.workflow.states import State

MOST_MEASURED = 5000
"""Families of one township: the newest."""
AT_ONCE = 1000
_VISITS = (Action.FILE_VISIT, Action.FIND_NO_RISK)
_HELP = (Action.DELIVER_AID,)


@dataclass(frozen=True)
class Course:
    """One ended family: the days of its way."""

    discovered_on: date
    entered_on: date
    promised_on: date
    ended_on: date
    visited_on: date | None = None
    helped_on: date | None = None


@dataclass(frozen=True)
class Pace:
    """How long it took, in calendar days from finding the risk: the middle one of so many families; None of none.

    `in_time` counts those that ended by the day promised for the whole.
    """

    ended: int = 0
    in_time: int = 0
    to_entry: float | None = None
    to_visit: float | None = None
    to_help: float | None = None
    to_decision: float | None = None


SPREADS: dict[str, Callable[[Course], date | None]] = {
    "to_entry": lambda each: each.entered_on,
    "to_visit": lambda each: each.visited_on,
    "to_help": lambda each: each.helped_on,
    "days": lambda each: each.ended_on,
}
"""How the days are spread from finding the risk to each step, by the name under which a place's figures keep it."""


def spread(course: Course) -> Iterator[tuple[str, str]]:
    """Yield under which name and at how many days a course counts: counts add up from villages to the county."""
    for name, step in SPREADS.items():
        if (on := step(course)) is not None:
            yield name, str((on - course.discovered_on).days)
    if course.ended_on <= course.promised_on:
        yield "kept", "in_time"


def pace_of(counts: Mapping[str, Mapping[str, int]]) -> Pace:
    """Return the middle numbers of days of the families counted so."""
    middle = {name: _middle(counts.get(name, {})) for name in SPREADS}
    return Pace(
        ended=sum(counts.get("days", {}).values()),
        in_time=counts.get("kept", {}).get("in_time", 0),
        to_entry=middle["to_entry"],
        to_visit=middle["to_visit"],
        to_help=middle["to_help"],
        to_decision=middle["days"],
    )


def ended_since(township: str, since: datetime) -> list[tuple[str, Course]]:
    """Return village and course of those that township or county decided on: withdrawn and joined ones took no way."""
    query = select(
        Case.id, Case.village_code, Case.discovered_on, Case.entered_at, Case.promised_on, Case.closed_at
    ).where(
        Case.township_code == township,
        Case.state.in_((State.MONITORED, State.NOT_INCLUDED)),
        Case.procedure.not_in(NOT_IDENTIFYING),
        Case.closed_at >= since,
    )
    cases = db.session.execute(query.order_by(Case.id.desc()).limit(MOST_MEASURED)).all()
    ids = [case.id for case in cases]
    visited, helped = _first(ids, _VISITS), _first(ids, _HELP)
    return [
        (
            case.village_code,
            Course(
                case.discovered_on,
                _day(case.entered_at),
                case.promised_on,
                _day(case.closed_at),
                visited.get(case.id),
                helped.get(case.id),
            ),
        )
        for case in cases
    ]


def _middle(counted: Mapping[str, int]) -> float | None:
    days = list(Counter({int(day): count for day, count in counted.items()}).elements())
    return median(days) if days else None


def _first(case_ids: Sequence[int], actions: Sequence[Action]) -> dict[int, date]:
    """Return the day on which one of these steps was first taken, by case."""
    found: dict[int, date] = {}
    for start in range(0, len(case_ids), AT_ONCE):
        some = CaseEvent.case_id.in_(case_ids[start : start + AT_ONCE])
        query = select(CaseEvent.case_id, func.min(CaseEvent.happened_at)).where(some, CaseEvent.action.in_(actions))
        found |= {case_id: _day(at) for case_id, at in db.session.execute(query.group_by(CaseEvent.case_id))}
    return found


def _day(at: Any) -> date:
    return clock.local(at).date()
