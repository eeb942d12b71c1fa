"""应纳尽纳、应消尽消、应帮尽帮 (seed 001): three counts of places, each out of those whom it is about.

Counts of families and never of people who work; a place is not set beside another (practice P16).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from sqlalchemy import ColumnElement, Exists, exists, func, or_, select

from backend import clock
from backend.db import db
from backend.models import Case, Hazard, Judgement, Measure, RegularVisit, Task, Visit, Watch
from backend.policy import Policy
from backend.policy.helping import STOPPED, risks_without_help
from backend.policy.removing import months_before
from backend.workflow.deadlines import on_the_day
from backend.workflow.duties import NOT_IDENTIFYING, REMOVAL, WARNING
from backend.workflow.states import ENDS, Kind, State
from backend.workflow.watching import WATCHED, Standing

_FINISHED = ("delivered", STOPPED)
_ONGOING = frozenset(State) - ENDS


@dataclass(frozen=True)
class Share:
    """So many families of so many that it is about."""

    done: int
    of: int

    @property
    def left(self) -> int:
        """For how many it is still to be done."""
        return self.of - self.done


@dataclass(frozen=True)
class Coverage:
    """The three shares; `leaving` of those still watched are on their way out."""

    included: Share
    removed: Share
    helped: Share
    leaving: int


ByVillage = Counter[str]


@dataclass
class Covered:
    """The same as counts by village, of which a place's shares are the sums."""

    included: ByVillage = field(default_factory=Counter)
    to_include: ByVillage = field(default_factory=Counter)
    removed: ByVillage = field(default_factory=Counter)
    to_remove: ByVillage = field(default_factory=Counter)
    leaving: ByVillage = field(default_factory=Counter)
    helped: ByVillage = field(default_factory=Counter)
    to_help: ByVillage = field(default_factory=Counter)

    def as_counts(self) -> Mapping[str, ByVillage]:
        """Return the counts by name, as a board keeps them."""
        return vars(self)


def coverage_of(counts: Mapping[str, int]) -> Coverage:
    """Return the shares that counts of these names make."""

    def share(done: str, of: str) -> Share:
        return Share(counts.get(done, 0), counts.get(of, 0))

    return Coverage(
        share("included", "to_include"),
        share("removed", "to_remove"),
        share("helped", "to_help"),
        counts.get("leaving", 0),
    )


def by_village(township: str, policy: Policy, since: date) -> Covered:
    """Count a township's villages: what was decided since that day, and what stands now."""
    found = Covered()
    _include(found, township, since)
    _remove(found, township, months_before(clock.today(), policy.numbers["removal_months_at_least"]), since)
    _help(found, township, policy)
    return found


def _include(found: Covered, township: str, since: date) -> None:
    """Count families in whose home a risk was seen: included or helped otherwise, of those decided or overdue."""
    seen = exists().where(Visit.case_id == Case.id, Visit.conclusion == "risk")
    other_way = exists().where(Judgement.case_id == Case.id, Judgement.alternative_sealed.is_not(None))
    families = (Case.township_code == township, Case.procedure.not_in(NOT_IDENTIFYING), seen)
    ended = Case.closed_at >= on_the_day(since, time())
    decided = (*families, Case.state.in_((State.MONITORED, State.NOT_INCLUDED)), ended)
    overdue = (*families, Case.state.in_(_ONGOING), Case.promised_on < clock.today())
    found.included = _count(Case, *decided, or_(Case.state == State.MONITORED, other_way))
    found.to_include = _count(Case, *decided) + _count(Case, *overdue)


def _remove(found: Covered, township: str, stable_until: date, since: date) -> None:
    """Count families removed lately, of those and the ones against whose removal nothing on record speaks."""
    of_watch = Measure.watch_id == Watch.id
    here = Watch.township_code == township
    ripe = (
        here,
        Watch.standing == Standing.ASSISTED,
        func.coalesce(Watch.rolled_back_on, Watch.began_on) <= stable_until,
        exists().where(of_watch, Measure.progress == "delivered"),
        ~exists().where(of_watch, Measure.progress.not_in(_FINISHED)),
        ~exists().where(Task.case_id == Watch.case_id, Task.kind == Kind.AID_MISSING, Task.open_due.is_not(None)),
        ~exists().where(Hazard.household_id == Watch.household_id, Hazard.closed_on.is_(None)),
        ~_open_case(WARNING),
        exists().where(RegularVisit.household_id == Watch.household_id, RegularVisit.met),
    )
    found.removed = _count(Watch, here, Watch.standing == Standing.REMOVED, Watch.removed_on >= since)
    found.to_remove = found.removed + _count(Watch, *ripe)
    found.leaving = _count(Watch, *ripe, _open_case(REMOVAL))


def _help(found: Covered, township: str, policy: Policy) -> None:
    """Count watched families of whom no risk is without its kind of help, of all that are watched."""
    given: defaultdict[int, set[str]] = defaultdict(set)
    watched = (Watch.township_code == township, Watch.standing.in_(WATCHED))
    measures = select(Measure.watch_id, Measure.category).join(Watch, Watch.id == Measure.watch_id)
    for watch_id, kind in db.session.execute(measures.where(*watched, Measure.progress != STOPPED).distinct()):
        given[watch_id].add(kind)
    for row in db.session.execute(select(Watch.id, Watch.village_code, Watch.risks).where(*watched)):
        found.to_help[row.village_code] += 1
        kinds = given[row.id]
        found.helped[row.village_code] += bool(kinds) and not risks_without_help(row.risks, kinds, policy)


def _open_case(procedure: str) -> Exists:
    return exists().where(Case.household_id == Watch.household_id, Case.procedure == procedure, Case.state.not_in(ENDS))


def _count(table: type[Case | Watch], *of: ColumnElement[bool]) -> ByVillage:
    query = select(table.village_code, func.count(table.id)).where(*of).group_by(table.village_code)
    return Counter(dict(db.session.execute(query).all()))
