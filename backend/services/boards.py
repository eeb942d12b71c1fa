"""看板: how many families each place has under way and on whom they wait, and how long the way takes in days.

Places are compared with their limits, never with one another and never by person (domain 5.8; practice P16).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import LEVEL_OF_ROLE, Action, Role, require
from backend.access.scope import LEVELS
from backend.db import db
from backend.models import Case, CaseEvent, Task
from backend.policy.county import current_policy
from backend.services.coverage import Coverage, coverage
from backend.services.paired import vacancies
from backend.workflow import places
from backend.workflow.places import name_of
from backend.workflow.states import ENDS, State
from backend.workflow.tasks import overdue_clause

VILLAGE_DIGITS = 12
LEVEL_BELOW = {6: 9, 9: 12, 12: 12, 15: 12}
"""The level whose places a board lists for somebody at this level."""

LAST_DAYS = 90
MOST_MEASURED = 5000
ONGOING = frozenset(State) - ENDS


_SELF, _CADRES, _OFFICES = "农户自主申报", "乡村干部排查", "部门筛查预警"
OTHER_WAYS = "信访、媒体、督查"
WAY_OF = {
    **dict.fromkeys(("self_mp", "self_paper", "self_oral", "self_hotline", "self_napp"), _SELF),
    **dict.fromkeys(("grid_find", "visit_find", "mass"), _CADRES),
    **dict.fromkeys(("dept_alert", "platform", "linked"), _OFFICES),
}
"""The three ways of finding (seed 004), by the channels of the rules."""


@dataclass
class Row:
    """One place: families under way and on whom they wait (maybe on two), late ones, and the watched ones."""

    code: str
    under_way: int = 0
    on_village: int = 0
    on_township: int = 0
    on_county: int = 0
    late: int = 0
    watched: int = 0
    without_contact: int = 0


@dataclass(frozen=True)
class Pace:
    """How long it took, in calendar days from finding the risk: the middle one of so many families; None of none.

    `in_time` counts those that ended by the day promised for the whole.
    """

    ended: int
    in_time: int
    to_entry: float | None
    to_visit: float | None
    to_help: float | None
    to_decision: float | None


@dataclass(frozen=True)
class Board:
    """The rows of a place's board, how long the families that ended lately took, and the three shares of seed 001."""

    rows: Sequence[Row]
    pace: Pace
    coverage: Coverage
    ways: Mapping[str, int]
    since: date


def board(*, by: Actor) -> Board:
    """Return the board of the actor's place: a county sees its townships, a township its villages."""
    require(by.role, Action.READ_BOARD)
    since = clock.today() - timedelta(days=LAST_DAYS)
    ended = _ended_lately()
    return Board(_rows(by), pace_of(ended), coverage(current_policy(by.county_code), since), ways_of(ended), since)


def _rows(by: Actor) -> list[Row]:
    digits = LEVEL_BELOW[len(by.region_code)]
    level = LEVELS[digits]
    found: dict[str, Row] = {}

    def row(code: str) -> Row:
        return found.setdefault(code, Row(code))

    of_case, of_task = getattr(Case, level), getattr(Task, level)
    watched_or_open = Case.state.in_([*ONGOING, State.MONITORED])
    counted = select(of_case, Case.state, func.count()).where(watched_or_open).group_by(of_case, Case.state)
    for code, state, count in db.session.execute(counted):
        if state == State.MONITORED:
            row(code).watched += count
        else:
            row(code).under_way += count
    waiting = (
        select(of_task, Task.role, func.count(func.distinct(Task.case_id)))
        .join(Case, Case.id == Task.case_id)
        .where(Task.open_due.is_not(None), Case.closed_at.is_(None))
        .group_by(of_task, Task.role)
    )
    for code, role, count in db.session.execute(waiting):
        _add_waiting(row(code), Role(role), count)
    late = (
        select(of_task, func.count(func.distinct(Task.case_id)))
        .join(Case, Case.id == Task.case_id)
        .where(overdue_clause(clock.today()), Case.closed_at.is_(None))
    )
    for code, count in db.session.execute(late.group_by(of_task)):
        row(code).late += count
    for code, count in vacancies(level, by=by).items():
        row(code).without_contact += count
    places.remember({code: name_of(code) for code in found})
    return [found[code] for code in sorted(found) if code]


def _add_waiting(row: Row, role: Role, count: int) -> None:
    digits = LEVEL_OF_ROLE[role]
    if digits >= VILLAGE_DIGITS:
        row.on_village += count
    elif digits == LEVEL_OF_ROLE[Role.TOWN_OP]:
        row.on_township += count
    else:
        row.on_county += count


@dataclass(frozen=True)
class Course:
    """One ended family: the days of its way."""

    discovered_on: date
    entered_on: date
    promised_on: date
    ended_on: date
    visited_on: date | None = None
    helped_on: date | None = None
    channel: str = ""


def pace_of(courses: Iterable[Course]) -> Pace:
    """Return the middle numbers of days of these families."""
    known = list(courses)
    return Pace(
        ended=len(known),
        in_time=sum(each.ended_on <= each.promised_on for each in known),
        to_entry=_middle((each.discovered_on, each.entered_on) for each in known),
        to_visit=_middle((each.discovered_on, each.visited_on) for each in known),
        to_help=_middle((each.discovered_on, each.helped_on) for each in known),
        to_decision=_middle((each.discovered_on, each.ended_on) for each in known),
    )


def ways_of(courses: Iterable[Course]) -> dict[str, int]:
    """Count by which of the three ways of seed 004, or by another, these families became known."""
    counted = Counter(WAY_OF.get(each.channel, OTHER_WAYS) for each in courses)
    return {way: counted[way] for way in (*dict.fromkeys(WAY_OF.values()), OTHER_WAYS)}


def _middle(pairs: Iterable[tuple[date, date | None]]) -> float | None:
    days = [(until - begin).days for begin, until in pairs if until is not None]
    return median(days) if days else None


def _ended_lately() -> list[Course]:
    """Return the families that township or county decided on lately: withdrawn and joined ones took no way."""
    decided = (State.MONITORED, State.NOT_INCLUDED)
    query = (
        select(Case.id, Case.discovered_on, Case.entered_at, Case.promised_on, Case.closed_at, Case.channel)
        .where(Case.state.in_(decided), Case.closed_at >= clock.now() - timedelta(days=LAST_DAYS))
        .order_by(Case.id.desc())
        .limit(MOST_MEASURED)
    )
    cases = db.session.execute(query).all()
    visited, helped = _first([case.id for case in cases], _VISITS), _first([case.id for case in cases], _HELP)
    return [
        Course(
            case.discovered_on,
            _day(case.entered_at),
            case.promised_on,
            _day(case.closed_at),
            visited.get(case.id),
            helped.get(case.id),
            case.channel,
        )
        for case in cases
    ]


_VISITS = (Action.FILE_VISIT, Action.FIND_NO_RISK)
_HELP = (Action.DELIVER_AID,)


def _first(case_ids: Sequence[int], actions: Sequence[Action]) -> dict[int, date]:
    """Return the day on which one of these steps was first taken, by case."""
    if not case_ids:
        return {}
    query = select(CaseEvent.case_id, func.min(CaseEvent.happened_at)).where(
        CaseEvent.case_id.in_(case_ids), CaseEvent.action.in_(actions)
    )
    return {case_id: _day(at) for case_id, at in db.session.execute(query.group_by(CaseEvent.case_id))}


def _day(at: Any) -> date:
    return clock.local(at).date()
