"""应纳尽纳、应消尽消、应帮尽帮 (seed 001): three counts of a place, each out of those whom it is about.

Counts of families and never of people who work; a place is not set beside another (practice P16).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import Exists, Select, exists, func, or_, select

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
    """The three shares; `leaving` of those still watched are on their way out, `months` is how long one is stable."""

    included: Share
    removed: Share
    helped: Share
    leaving: int
    months: int


def coverage(policy: Policy, since: date) -> Coverage:
    """Return the three shares of the session's place: what was decided since that day, and what stands now."""
    months = policy.numbers["removal_months_at_least"]
    removed, leaving = _removed(months_before(clock.today(), months), since)
    return Coverage(_included(since), removed, _helped(policy), leaving, months)


def _included(since: date) -> Share:
    """Count families in whose home a risk was seen: included or helped otherwise, of those decided or overdue."""
    seen = exists().where(Visit.case_id == Case.id, Visit.conclusion == "risk")
    other_way = exists().where(Judgement.case_id == Case.id, Judgement.alternative_sealed.is_not(None))
    families = select(func.count(Case.id)).where(seen, Case.procedure.not_in(NOT_IDENTIFYING))
    ended = Case.closed_at >= on_the_day(since, time())
    decided = (Case.state.in_((State.MONITORED, State.NOT_INCLUDED)), ended)
    done = families.where(*decided, or_(Case.state == State.MONITORED, other_way))
    overdue = families.where(Case.state.in_(_ONGOING), Case.promised_on < clock.today())
    return Share(_number(done), _number(families.where(*decided)) + _number(overdue))


def _removed(stable_until: date, since: date) -> tuple[Share, int]:
    """Count families removed lately, of those and the ones against whose removal nothing on record speaks."""
    of_watch = Measure.watch_id == Watch.id
    ripe = select(func.count(Watch.id)).where(
        Watch.standing == Standing.ASSISTED,
        func.coalesce(Watch.rolled_back_on, Watch.began_on) <= stable_until,
        exists().where(of_watch, Measure.progress == "delivered"),
        ~exists().where(of_watch, Measure.progress.not_in(_FINISHED)),
        ~exists().where(Task.case_id == Watch.case_id, Task.kind == Kind.AID_MISSING, Task.open_due.is_not(None)),
        ~exists().where(Hazard.household_id == Watch.household_id, Hazard.closed_on.is_(None)),
        ~_open_case(WARNING),
        exists().where(RegularVisit.household_id == Watch.household_id, RegularVisit.met),
    )
    gone = select(func.count(Watch.id)).where(Watch.standing == Standing.REMOVED, Watch.removed_on >= since)
    done = _number(gone)
    return Share(done, done + _number(ripe)), _number(ripe.where(_open_case(REMOVAL)))


def _helped(policy: Policy) -> Share:
    """Count watched families of whom no risk is without its kind of help, of all that are watched."""
    given: defaultdict[int, set[str]] = defaultdict(set)
    measures = select(Measure.watch_id, Measure.category).join(Watch, Watch.id == Measure.watch_id)
    of_watched = measures.where(Watch.standing.in_(WATCHED), Measure.progress != STOPPED)
    for watch_id, kind in db.session.execute(of_watched.distinct()):
        given[watch_id].add(kind)
    watched = db.session.execute(select(Watch.id, Watch.risks).where(Watch.standing.in_(WATCHED))).all()
    done = sum(bool(given[row.id]) and not risks_without_help(row.risks, given[row.id], policy) for row in watched)
    return Share(done, len(watched))


def _open_case(procedure: str) -> Exists:
    return exists().where(Case.household_id == Watch.household_id, Case.procedure == procedure, Case.state.not_in(ENDS))


def _number(query: Select[int]) -> int:
    return db.session.scalar(query) or 0
