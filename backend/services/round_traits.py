"""How a household is best visited: tags that shorten its turn, away or not, the best way and time; busy weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound
from backend.models import BusyTime, Household, Task, VisitTurn
from backend.policy.county import current_policy
from backend.services.sealing import needed
from backend.services.visit_turns import turn_of
from backend.workflow.states import Kind

LONGEST_BUSY_DAYS = 60


@dataclass(frozen=True)
class TraitsForm:
    """What the village knows of a household; `difficulty` is internal and never on any sheet (seed 003)."""

    is_lifted: bool = False
    is_away: bool = False
    tags: tuple[str, ...] = ()
    difficulty: str = ""
    best_way: str = ""
    best_time: str = ""


@use_case
def set_traits(household_id: int, form: TraitsForm, *, by: Actor) -> VisitTurn:
    """Write down how a household is best visited; its next turn follows."""
    require(by.role, Action.PLAN_ROUNDS)
    household = db.session.scalars(
        select(Household).where(Household.id == household_id).with_for_update()
    ).one_or_none()
    if household is None:
        raise NotFound
    words, complaints = current_policy(household.county_code).dictionaries, Complaints()
    if any(tag not in words["must_visit"] for tag in form.tags):
        complaints.add("tags", "请从十类必访里选。")
    if form.difficulty and form.difficulty not in words["difficulties"]:
        complaints.add("difficulty", "请从列出的困难程度里选。")
    if form.best_way and form.best_way not in words["visit_ways"]:
        complaints.add("best_way", "请选择入户、电话还是视频。")
    if form.best_time and form.best_time not in words["day_parts"]:
        complaints.add("best_time", "请选择什么时段。")
    complaints.raise_if_any()
    turn = turn_of(household)
    turn.is_lifted, turn.is_away, turn.tags = form.is_lifted, form.is_away, list(dict.fromkeys(form.tags))
    turn.difficulty, turn.best_way, turn.best_time = form.difficulty, form.best_way, form.best_time
    return turn


def traits_of(household_id: int, *, by: Actor) -> VisitTurn | None:
    """Return how a household is visited, if anybody has said."""
    require(by.role, Action.FILE_ROUND)
    return db.session.scalars(select(VisitTurn).where(VisitTurn.household_id == household_id)).one_or_none()


@use_case
def add_busy_time(region_code: str, from_on: date, until_on: date, why: str, *, by: Actor) -> BusyTime:
    """Keep a village's (or a township's) busy weeks free of visits, as far as other days are left (practice P27)."""
    require(by.role, Action.PLAN_ROUNDS)
    said = needed(why, "why", 60)
    if not region_code.startswith(by.region_code) or len(region_code) not in {9, 12}:
        raise Invalid.field("region_code", "请选自己辖区里的村或乡镇。")
    if until_on < from_on or (until_on - from_on).days > LONGEST_BUSY_DAYS:
        raise Invalid.field("until_on", f"结束日期不对，一次最多{LONGEST_BUSY_DAYS}天。")
    row = BusyTime(
        id=new_id(),
        county_code=by.county_code,
        region_code=region_code,
        from_on=from_on,
        until_on=until_on,
        why=said,
        said_by_name=by.name,
    )
    db.session.add(row)
    return row


def busy_times(*, by: Actor) -> Sequence[BusyTime]:
    """Return the busy weeks of the actor's place that are not over."""
    require(by.role, Action.FILE_ROUND)
    query = select(BusyTime).where(BusyTime.county_code == by.county_code, BusyTime.until_on >= clock.today())
    return [each for each in db.session.scalars(query.order_by(BusyTime.from_on)) if _concerns(each, by.region_code)]


def unreached(*, by: Actor, since: date, size: int = 500) -> Sequence[Household]:
    """Return the households in the actor's place that nobody has reached since a day (seed 003: 不漏一户)."""
    require(by.role, Action.READ_WATCHES)
    query = (
        select(Household)
        .outerjoin(VisitTurn, VisitTurn.household_id == Household.id)
        .where(Household.merged_into_id.is_(None), or_(VisitTurn.last_on.is_(None), VisitTurn.last_on < since))
        .order_by(Household.village_code, Household.id)
        .limit(size)
    )
    return db.session.scalars(query).all()


def due_rounds(*, by: Actor, size: int = 300) -> Sequence[Task]:
    """Return the visits that are owed in the actor's place, the most pressing first."""
    require(by.role, Action.FILE_ROUND)
    query = select(Task).where(Task.kind == Kind.REGULAR_VISIT, Task.open_due.is_not(None))
    return db.session.scalars(query.order_by(Task.open_due, Task.id).limit(size)).all()


def _concerns(busy: BusyTime, region_code: str) -> bool:
    return busy.region_code.startswith(region_code) or region_code.startswith(busy.region_code)
