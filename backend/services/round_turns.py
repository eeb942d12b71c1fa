"""Whose turn it is to be visited: a month's duties made once, spread over its days village by village and grid by grid.

The schedule is the county's rules (`V_…`, dictionary round_classes). A sweep may stop anywhere and be run again: each
village is one short transaction, and a household whose month was made is not made again.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update

from backend import clock
from backend.access.scope import as_system
from backend.db import db, new_id, ring, use_case
from backend.models import BusyTime, Case, County, Household, MemberChange, Person, Region, Task, VisitTurn, Watch
from backend.services.leaders import leading
from backend.services.member_changes import CONFIRMED
from backend.services.member_moves import MERGED, SPLIT
from backend.services.round_classes import Month, Seen, class_of, is_due, is_first_away, is_newly_found
from backend.workflow.deadlines import on_the_day
from backend.workflow.duties import REGULAR_VISIT
from backend.workflow.tasks import CALM, NEW

TOLD_DAYS_BEFORE = 3
"""So many days before its day a visit's duty speaks for the first time: a month's duties never speak all at once."""


def make_month(day: date | None = None) -> int:
    """Make this month's visit duties in every county; returns how many. A second run in the month makes none."""
    made = 0
    with leading("rounds") as leads:
        if not leads:
            return 0
        for county in db.session.scalars(select(County.code)).all():
            month = Month.of(county, day or clock.today())
            for village in _villages(county):
                with as_system("the month's visits are made"):
                    made += _make_village(village, month)
                leads.hold_on()
    return made


def _villages(county: str) -> Sequence[str]:
    """Return the county's villages in which there is anybody."""
    with as_system("the month's visits are made"):
        lived = select(Household.village_code).where(Household.county_code == county).distinct()
        named = set(db.session.scalars(select(Region.code).where(Region.level == "village")))
        return sorted(code for code in db.session.scalars(lived) if code in named)


@use_case
def _make_village(village: str, month: Month) -> int:
    owed = _owed(village)
    unmade = [each for each in _households(village) if (each.made_for or "") < month.name and each.id not in owed]
    households = [each for each in unmade if not is_newly_found(each, month)]
    due = [(each, key) for each in households if (key := class_of(each, month.policy)) and is_due(each, key, month)]
    days = month.days(_busy(village))
    if not days:
        return 0
    tasks = _tasks(village, due, days, month)
    if tasks:
        db.session.execute(insert(Task), tasks)
        ring("sweep")
    _remember(village, due, month)
    return len(tasks)


def _owed(village: str) -> set[int]:
    """Return the households whose last turn nobody has taken yet: that duty is theirs, and no second one beside it."""
    query = select(Task.household_id).where(
        Task.owner_region == village, Task.kind == REGULAR_VISIT.kind, Task.open_due.is_not(None)
    )
    return set(db.session.scalars(query))


def _households(village: str) -> list[Seen]:
    watched = (
        select(Watch.standing)
        .where(Watch.household_id == Household.id)
        .order_by(Watch.id.desc())
        .limit(1)
        .correlate(Household)
        .scalar_subquery()
    )
    query = (
        select(
            Household.id,
            Household.grid_code,
            Household.head_name,
            Household.standing,
            watched,
            VisitTurn.id,
            VisitTurn.is_lifted,
            VisitTurn.is_away,
            VisitTurn.tags,
            VisitTurn.last_on,
            VisitTurn.made_for,
            Case.discovered_on,
        )
        .outerjoin(VisitTurn, VisitTurn.household_id == Household.id)
        .outerjoin(Case, Case.id == Household.open_case_id)
        .where(Household.village_code == village, Household.merged_into_id.is_(None), _is_lived_in())
        .order_by(Household.id)
    )
    return [Seen(*row) for row in db.session.execute(query)]


def _is_lived_in() -> ColumnElement[bool]:
    """Say in SQL that somebody lives in a household, or that nobody of it was ever written down."""
    people = select(Person.id).where(Person.household_id == Household.id)
    living = people.where(Person.is_member)
    went_over = select(MemberChange.id).where(
        MemberChange.household_id == Household.id,
        MemberChange.kind.in_((MERGED, SPLIT)),
        MemberChange.outcome == CONFIRMED,
    )
    return or_(living.exists(), ~people.exists() & ~went_over.exists())


def _tasks(village: str, due: Sequence[tuple[Seen, str]], days: Sequence[date], month: Month) -> list[dict[str, Any]]:
    """Spread the duties over the days, each grid by itself; families who are away only for 春节 come first."""
    now, today, tasks = clock.now(), clock.today(), []
    by_grid = bool(month.policy.flags["rounds_by_grid"])
    in_grid, done = Counter(seen.grid_code if by_grid else "" for seen, _ in due), Counter[str | None]()
    for seen, key in sorted(due, key=lambda each: not is_first_away(each[0], month)):
        grid = seen.grid_code if by_grid else ""
        on = days[done[grid] * len(days) // in_grid[grid]]
        done[grid] += 1
        told_on = max(on - timedelta(days=TOLD_DAYS_BEFORE), today)
        tasks.append(
            {
                "id": new_id(),
                "case_id": None,
                "household_id": seen.id,
                "kind": REGULAR_VISIT.kind,
                "role": REGULAR_VISIT.role,
                "owner_region": village,
                "head_name": seen.head_name,
                "limit_key": key,
                "due_on": on,
                "open_due": on,
                "pressing": CALM,
                "is_provisional": False,
                "opened_at": now,
                "opened_on": today,
                "next_rung_at": max(on_the_day(told_on, month.policy.ladder.at), now),
                "next_rung": NEW,
                "detail": {"class": key},
                "version": 1,
                "county_code": village[:6],
                "township_code": village[:9],
                "village_code": village,
                "grid_code": seen.grid_code,
            }
        )
    return tasks


def _busy(village: str) -> list[tuple[date, date]]:
    query = select(BusyTime.from_on, BusyTime.until_on).where(
        BusyTime.region_code.in_((village, village[:9])), BusyTime.until_on >= clock.today()
    )
    return [(row.from_on, row.until_on) for row in db.session.execute(query)]


def _remember(village: str, due: Sequence[tuple[Seen, str]], month: Month) -> None:
    """Note that these households' month is made, so that no second run makes it again."""
    known = [seen.id for seen, _ in due if seen.turn is not None]
    if known:
        mine = update(VisitTurn).where(VisitTurn.village_code == village, VisitTurn.household_id.in_(known))
        db.session.execute(mine.values(made_for=month.name), execution_options={"synchronize_session": False})
    new = [seen for seen, _ in due if seen.turn is None]
    if new:
        db.session.execute(insert(VisitTurn), [_turn(village, seen, month) for seen in new])


def _turn(village: str, seen: Seen, month: Month) -> dict[str, Any]:
    return {
        "id": new_id(),
        "household_id": seen.id,
        "is_lifted": False,
        "is_away": False,
        "tags": [],
        "difficulty": "",
        "best_way": "",
        "best_time": "",
        "last_on": None,
        "last_visit_id": None,
        "made_for": month.name,
        "county_code": village[:6],
        "township_code": village[:9],
        "village_code": village,
        "grid_code": seen.grid_code,
    }
