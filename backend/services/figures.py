"""Counts every place every few minutes, so that no page has to: the job behind boards, charts and the wall.

Township by township, each statement within one; what is kept of a place are numbers, and nobody's name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import inf
from typing import Any

from sqlalchemy import Select, case, func, select

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.models import Alert, Case, County, Figures, Region, Task, Watch
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.services import coverage
from backend.services.courses import ended_since, spread
from backend.services.pace import Pace
from backend.services.paired import vacancies
from backend.workflow.deadlines import is_overdue, on_the_day
from backend.workflow.duties import NOT_IDENTIFYING
from backend.workflow.states import ENDS, State
from backend.workflow.tasks import CALM, PRESSING, overdue_clause
from backend.workflow.watching import WATCHED

LAST_DAYS = 90
ONGOING = frozenset(State) - ENDS

_OF_VILLAGE = [role for role, digits in LEVEL_OF_ROLE.items() if digits >= LEVEL_OF_ROLE[Role.VILLAGE]]
_OF_TOWNSHIP = [role for role, digits in LEVEL_OF_ROLE.items() if digits == LEVEL_OF_ROLE[Role.TOWN_OP]]


Tally = defaultdict[str, Counter[str]]
"""What was counted of one place: numbers by group and key; all of them add up from villages to the county."""
Tallies = defaultdict[str, Tally]


def _tally() -> Tally:
    return defaultdict(Counter)


def first_day() -> date:
    """Return the day since which is counted what became of families "lately"."""
    return clock.today() - timedelta(days=LAST_DAYS)


def count_places(*, seconds: float = inf, older_than: timedelta = timedelta()) -> int:
    """Count places anew and keep their figures; return how many.

    Those counted longest ago come first, and only what is older than this; after so many seconds the rest waits for
    the next time.
    """
    until, pace, kept = clock.monotonic() + seconds, Pace(), 0
    for county in db.session.scalars(select(County.code).order_by(County.code)).all():
        before = kept
        for township in pace.between(_stale(county, older_than)):
            kept += _count_township(county, township)
            if clock.monotonic() > until:
                break
        kept += _count_county(county) if kept > before else 0
    return kept


def _stale(county: str, older_than: timedelta) -> list[str]:
    codes = _below(county)
    counted = select(Figures.region_code, Figures.counted_at).where(Figures.region_code.in_(codes))
    known = dict(db.session.execute(counted).all())
    db.session.rollback()
    latest, never = clock.now() - older_than, datetime.min.replace(tzinfo=UTC)
    return sorted((code for code in codes if known.get(code, never) <= latest), key=lambda code: known.get(code, never))


def _below(code: str) -> Sequence[str]:
    inside = select(Region.code).where(Region.parent_code == code, Region.level.in_(("township", "village")))
    return db.session.scalars(inside.order_by(Region.code)).all()


def _count_township(county: str, township: str) -> int:
    villages = _below(township)
    with as_system("figures of places are counted"):
        found = _tallies(township, current_policy(county))
    db.session.rollback()
    _keep({township: _sum(found.values())}, parent=county, at=clock.now())
    _keep({village: found[village] for village in villages}, parent=township, at=clock.now())
    return 1 + len(villages)


def _count_county(county: str) -> int:
    """Add up the townships, once there is none uncounted; what is said of all is as old as the oldest of them."""
    rows = db.session.scalars(select(Figures).where(Figures.parent_code == county)).all()
    if not rows or len(rows) < len(_below(county)):
        db.session.rollback()
        return 0
    whole, at = _sum(row.counts for row in rows), min(row.counted_at for row in rows)
    with as_system("figures of places are counted"):
        _add_lone_duties(whole, county)
    db.session.rollback()
    _keep({county: whole}, parent="", at=at)
    return 1


def _sum(tallies: Iterable[Mapping[str, Mapping[str, int]]]) -> Tally:
    whole = _tally()
    for tally in tallies:
        for group, counted in tally.items():
            whole[group].update(counted)
    return whole


@use_case
def _keep(tallies: Mapping[str, Tally], *, parent: str, at: datetime) -> None:
    """Write the newest figures of these places over the ones before; what there is none of is left out."""
    rows = db.session.scalars(select(Figures).where(Figures.region_code.in_(tallies)))
    known = {row.region_code: row for row in rows}
    for code, tally in tallies.items():
        counts = {group: {key: count for key, count in keys.items() if count} for group, keys in tally.items()}
        if (row := known.get(code)) is None:
            db.session.add(Figures(region_code=code, parent_code=parent, counted_at=at, counts=counts))
        else:
            row.counted_at, row.counts = at, counts


def _tallies(township: str, policy: Policy) -> Tallies:
    """Count one township by village; what no village may see is under the empty code."""
    found: Tallies = defaultdict(_tally)
    since = first_day()
    _add_cases(found, township, on_the_day(since, time()))
    _add_duties(found, township)
    _add_watches(found, township)
    _add_alerts(found, township, since)
    for name, counted in coverage.by_village(township, policy, since).as_counts().items():
        _add_counter(found, "coverage", name, counted)
    _add_counter(found, "families", "without_contact", vacancies(township))
    for village, course in ended_since(township, on_the_day(since, time())):
        for name, days in spread(course):
            found[village][name][days] += 1
    return found


def _add_cases(found: Tallies, township: str, since: datetime) -> None:
    here, number = Case.township_code == township, func.count(Case.id)
    identifies = Case.procedure.not_in(NOT_IDENTIFYING)
    by_state = select(Case.village_code, Case.state, number).where(here).group_by(Case.village_code, Case.state)
    for village, _, count in db.session.execute(by_state.where(Case.state.in_(ONGOING))):
        found[village]["families"]["under_way"] += count
    _add_rows(found, "standing", by_state.where(Case.state.in_(ONGOING), identifies))
    _add_rows(found, "ended", by_state.where(Case.state.in_(ENDS), identifies, Case.closed_at >= since))
    new = select(Case.village_code, Case.channel, Case.risk, number).where(here, identifies, Case.entered_at >= since)
    for village, channel, risk, count in db.session.execute(new.group_by(Case.village_code, Case.channel, Case.risk)):
        found[village]["channels"][channel] += count
        found[village]["risks_found"][risk] += count


def _add_duties(found: Tallies, township: str) -> None:
    """Count families by whom they wait for, and what is late."""
    level = case(
        (Task.role.in_(_OF_VILLAGE), "on_village"), (Task.role.in_(_OF_TOWNSHIP), "on_township"), else_="on_county"
    ).label("level")
    families = func.count(func.distinct(Task.case_id))
    # How a duty presses is on record only while it is open: by that the index leads past all that was ever closed.
    is_open = (Task.township_code == township, Task.pressing.in_((*PRESSING.values(), CALM)))
    of_families = (*is_open, Task.village_code != "", Case.closed_at.is_(None))
    waiting = select(Task.village_code, level, families).join(Case, Case.id == Task.case_id)
    waiting = waiting.where(*of_families, Task.open_due.is_not(None)).group_by(Task.village_code, "level")
    _add_rows(found, "families", waiting)
    late = select(Task.village_code, families).join(Case, Case.id == Task.case_id)
    late = late.where(*of_families, overdue_clause(clock.today())).group_by(Task.village_code)
    _add_counter(found, "families", "late", dict(db.session.execute(late).all()))
    kinds = select(Task.village_code, Task.kind, func.count(Task.id))
    kinds = kinds.where(*is_open, overdue_clause(clock.today()))
    _add_rows(found, "late_kinds", kinds.group_by(Task.village_code, Task.kind))


def _add_lone_duties(whole: Tally, county: str) -> None:
    """Count what is late of a county and of no township: what departments owe."""
    query = select(Task.kind, func.count(Task.id)).where(
        Task.county_code == county,
        Task.pressing.in_((*PRESSING.values(), CALM)),
        Task.township_code == "",
        overdue_clause(clock.today()),
    )
    whole["late_kinds"].update(dict(db.session.execute(query.group_by(Task.kind)).all()))


def _add_watches(found: Tallies, township: str) -> None:
    query = select(Watch.village_code, Watch.risks).where(Watch.township_code == township, Watch.standing.in_(WATCHED))
    for village, risks in db.session.execute(query):
        found[village]["families"]["watched"] += 1
        found[village]["risks_watched"].update(set(risks))


def _add_alerts(found: Tallies, township: str, since: date) -> None:
    """Count alerts that went to villages lately: with a verdict by their day, after it, not yet, and late without."""
    query = select(Alert.village_code, Alert.due_on, Alert.verdict_at)
    for row in db.session.execute(query.where(Alert.township_code == township, Alert.sent_on >= since)):
        on = clock.local(row.verdict_at).date() if row.verdict_at else clock.today()
        is_late = row.due_on is not None and is_overdue(row.due_on, on)
        key = ("late" if is_late else "in_time") if row.verdict_at else ("overdue" if is_late else "open")
        found[row.village_code]["alerts"][key] += 1


def _add_rows(found: Tallies, group: str, query: Select[str, str, int]) -> None:
    for village, key, count in db.session.execute(query):
        found[village][group][str(key)] += count


def _add_counter(found: Tallies, group: str, key: str, counted: Mapping[str, int] | Iterable[Any]) -> None:
    for village, count in dict(counted).items():
        found[village][group][key] += count
