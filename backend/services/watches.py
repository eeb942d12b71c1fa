"""Watched families: found within one's place, listed by how they stand, and read whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, use_case
from backend.errors import Invalid, NotFound
from backend.models import Case, Measure, Pairing, Plan, RegularVisit, Task, Watch
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.services.sealing import needed
from backend.workflow import engine
from backend.workflow.duties import REMOVAL, WARNING
from backend.workflow.engine import find_case
from backend.workflow.states import ENDS
from backend.workflow.steps import Reason
from backend.workflow.watching import STANDING_NAMES, WATCHED, Standing

MOST_ON_A_PAGE = 100


@dataclass(frozen=True)
class WatchFile:
    """Everything about one watched family that somebody at a desk needs."""

    watch: Watch
    case: Case
    plan: Plan | None
    measures: Sequence[Measure]
    pairings: Sequence[Pairing]
    visits: Sequence[RegularVisit]
    others: Sequence[Case]
    duties: Sequence[Task]


def find_watch(watch_id: int) -> Watch:
    """Return a watched family within the session's scope; `NotFound` tells nobody whether there is another."""
    watch = db.session.scalars(select(Watch).where(Watch.id == watch_id)).one_or_none()
    if watch is None:
        raise NotFound
    return watch


def locked(watch_id: int) -> tuple[Watch, Case]:
    """Return a watched family with the case that included it, locked: all that is done for it is serial."""
    watch = find_watch(watch_id)
    case = find_case(watch.case_id)
    db.session.refresh(watch)
    return watch, case


def listed(
    *, by: Actor, standing: str = "", village: str = "", before: int | None = None, size: int = 50
) -> Sequence[Watch]:
    """Return a page of the watched families of the actor's place, the newest first; `standing` empty: those watched."""
    require(by.role, Action.READ_WATCHES)
    if standing and standing not in set(Standing):
        raise Invalid.field("standing", "没有这一类。")
    query = select(Watch).where(Watch.standing.in_([standing] if standing else WATCHED))
    if village:
        query = query.where(Watch.village_code == village)
    if before is not None:
        query = query.where(Watch.id < before)
    return db.session.scalars(query.order_by(Watch.id.desc()).limit(min(size, MOST_ON_A_PAGE))).all()


def read_watch(watch_id: int, *, by: Actor) -> WatchFile:
    """Return one watched family with what belongs to it."""
    require(by.role, Action.READ_WATCHES)
    watch = find_watch(watch_id)
    case = db.session.scalars(select(Case).where(Case.id == watch.case_id)).one()
    others = select(Case).where(Case.household_id == watch.household_id, Case.procedure.in_((REMOVAL, WARNING)))
    duties = select(Task).where(Task.household_id == watch.household_id, Task.open_due.is_not(None))
    pairings = select(Pairing).where(Pairing.household_id == watch.household_id).order_by(Pairing.id)
    visits = select(RegularVisit).where(RegularVisit.household_id == watch.household_id)
    return WatchFile(
        watch=watch,
        case=case,
        plan=plan_of(watch.id),
        measures=measures_of(watch.id),
        pairings=db.session.scalars(pairings).all(),
        visits=db.session.scalars(visits.order_by(RegularVisit.id.desc()).limit(24)).all(),
        others=db.session.scalars(others.order_by(Case.id.desc())).all(),
        duties=db.session.scalars(duties.order_by(Task.open_due, Task.id)).all(),
    )


def plan_of(watch_id: int) -> Plan | None:
    """Return the plan that counts now."""
    query = select(Plan).where(Plan.watch_id == watch_id, Plan.replaced_at.is_(None)).order_by(Plan.id.desc())
    return db.session.scalars(query.limit(1)).first()


def measures_of(watch_id: int) -> Sequence[Measure]:
    """Return every measure that a family was given, the oldest first."""
    return db.session.scalars(select(Measure).where(Measure.watch_id == watch_id).order_by(Measure.id)).all()


def open_cases_of(household_id: int, procedure: str) -> Sequence[Case]:
    """Return the cases of one variant that are on their way for a household."""
    query = select(Case).where(Case.household_id == household_id, Case.procedure == procedure)
    return db.session.scalars(query.where(Case.state.not_in(ENDS)).order_by(Case.id)).all()


def standing_name(watch: Watch) -> str:
    """Say how a family stands."""
    return STANDING_NAMES[Standing(watch.standing)]


def rules_of(watch: Watch) -> Policy:
    """Return the rules of today: what is done for a family follows them, not those under which it was included."""
    return current_policy(watch.county_code)


def day_done(day: date | None, field: str = "on") -> date:
    """Return the day on which something was done: today unless said, never tomorrow."""
    found = day or clock.today()
    if found > clock.today():
        raise Invalid.field(field, "日期不能晚于今天。")
    return found


@use_case
def end_naturally(watch_id: int, codes: tuple[str, ...], *, by: Actor, words: str) -> Watch:
    """Note that a whole family died, moved away or joined another (自然减少); its history stays (domain 2.3)."""
    return _end(watch_id, Action.END_NATURALLY, codes, by=by, words=words)


@use_case
def strike_off(watch_id: int, codes: tuple[str, ...], *, by: Actor, words: str) -> Watch:
    """Put a wrong inclusion right, as the county, with its reason (误识别剔除); nothing is deleted."""
    return _end(watch_id, Action.STRIKE_OFF, codes, by=by, words=words)


def _end(watch_id: int, action: Action, codes: tuple[str, ...], *, by: Actor, words: str) -> Watch:
    require(by.role, action)
    said = needed(words, "words")
    watch, case = locked(watch_id)
    for other in open_cases_of(watch.household_id, REMOVAL):
        raise Invalid.field("words", f"这一户的风险消除（{other.number}）还在办，请先停办。")
    engine.move(case, action, by=by, reason=Reason(codes, said), detail={"watch": str(watch.id)})
    return watch


def of_case(case_id: int, *, by: Actor) -> Watch:
    """Return the family that a case included, or that a case of the way out or a warning is about."""
    require(by.role, Action.READ_WATCHES)
    case = db.session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    query = select(Watch).where(Watch.household_id == case.household_id).order_by(Watch.id.desc()).limit(1)
    watch = db.session.scalars(query).first()
    if watch is None:
        raise NotFound
    return watch
