"""How far the families of one disaster event are, township by township (practice P42)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.errors import NotFound
from backend.models import Case, DisasterEvent, DisasterHousehold, Task
from backend.workflow.states import ENDS, State
from backend.workflow.tasks import overdue_clause

NOT_TAKEN_UP, WATCHED = (State.DECLARED, State.RETURNED), (State.MONITORED,)


@dataclass(frozen=True)
class Row:
    """One township: households named, not yet taken up, on their way, watched, ended otherwise, and overdue ones."""

    township_code: str
    named: int
    not_taken_up: int
    on_their_way: int
    watched: int
    ended: int
    overdue: int


def find_event(event_id: int, *, by: Actor) -> DisasterEvent:
    """Return one of the county's events."""
    require(by.role, Action.READ_TASKS)
    query = select(DisasterEvent).where(DisasterEvent.id == event_id, DisasterEvent.county_code == by.county_code)
    event = db.session.scalars(query).one_or_none()
    if event is None:
        raise NotFound
    return event


def board(event_id: int, *, by: Actor) -> list[Row]:
    """Return a row for every township of the actor's place that has a family in the event."""
    event = find_event(event_id, by=by)
    query = (
        select(DisasterHousehold.township_code, Case.state, func.count())
        .join(Case, Case.id == DisasterHousehold.case_id)
        .where(DisasterHousehold.event_id == event.id)
        .group_by(DisasterHousehold.township_code, Case.state)
    )
    counted: dict[str, dict[State, int]] = {}
    for township, state, count in db.session.execute(query):
        counted.setdefault(township, {})[State(state)] = count
    late = _overdue(event.id)
    return [_row(code, states, late.get(code, 0)) for code, states in sorted(counted.items())]


def _row(code: str, states: dict[State, int], overdue: int) -> Row:
    def count(of: Iterable[State]) -> int:
        return sum(states.get(state, 0) for state in of)

    ended = ENDS - set(WATCHED)
    moving = set(State) - {*NOT_TAKEN_UP, *WATCHED, *ended}
    named = count(states)
    return Row(code, named, count(NOT_TAKEN_UP), count(moving), count(WATCHED), count(ended), overdue)


def _overdue(event_id: int) -> dict[str, int]:
    query = (
        select(DisasterHousehold.township_code, func.count(func.distinct(Task.case_id)))
        .join(Task, Task.case_id == DisasterHousehold.case_id)
        .where(DisasterHousehold.event_id == event_id, overdue_clause(clock.today()))
        .group_by(DisasterHousehold.township_code)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}
