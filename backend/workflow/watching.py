"""How a watched family stands: a small table of turns, each taken by a row of the procedure and by nothing else.

Source: domain 2.0, 2.3 and 2.4. A family is watched once at a time; who was removed keeps its row, and is taken up
again by a roll-back or, at a new risk, by a case and a row of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend import clock
from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import Case, Watch
from backend.models.places import same_place

if TYPE_CHECKING:
    from backend.workflow.steps import Step


class Standing(StrEnum):
    """How a watched family stands."""

    PLAN_PENDING = "plan_pending"
    ASSISTED = "assisted"
    HELD = "held"
    REMOVED = "removed"
    NATURAL_OFF = "natural_off"
    ERROR_OFF = "error_off"


STANDING_NAMES = {
    Standing.PLAN_PENDING: "待定帮扶计划",
    Standing.ASSISTED: "帮扶中",
    Standing.HELD: "兜底保障，持续跟踪",
    Standing.REMOVED: "风险已消除",
    Standing.NATURAL_OFF: "自然减少",
    Standing.ERROR_OFF: "误识别剔除",
}

WATCHED = frozenset({Standing.PLAN_PENDING, Standing.ASSISTED, Standing.HELD})
"""Families that are watched now; who was removed is visited on and watched no more."""

WITHOUT_LABOUR = "none"


class Turn(StrEnum):
    """What a step of the procedure may mean for a family's watch."""

    BEGIN = "begin"
    PLANNED = "planned"
    REMOVE = "remove"
    ROLL_BACK = "roll_back"
    GONE = "gone"
    MISTAKEN = "mistaken"


@dataclass(frozen=True)
class _Way:
    leaves: frozenset[Standing]
    reaches: Standing


TURNS: Mapping[Turn, _Way] = {
    Turn.PLANNED: _Way(WATCHED, Standing.ASSISTED),
    Turn.REMOVE: _Way(WATCHED, Standing.REMOVED),
    Turn.ROLL_BACK: _Way(frozenset({Standing.REMOVED}), Standing.ASSISTED),
    Turn.GONE: _Way(WATCHED, Standing.NATURAL_OFF),
    Turn.MISTAKEN: _Way(WATCHED, Standing.ERROR_OFF),
}
"""Every turn but the first: which standings it leaves, and the one that it reaches."""


def watch_of(household_id: int) -> Watch | None:
    """Return a household's latest watch, whatever became of it."""
    query = select(Watch).where(Watch.household_id == household_id).order_by(Watch.id.desc()).limit(1)
    return db.session.scalars(query).first()


def is_watched(household_id: int) -> bool:
    """Say whether a household is watched now."""
    query = select(Watch.id).where(Watch.household_id == household_id, Watch.standing.in_(WATCHED))
    return db.session.scalar(query.limit(1)) is not None


def turn(step: "Step", meaning: Turn) -> Watch:
    """Take the turn that a row of the procedure means for the family of a locked case; or `NotPossibleNow`."""
    if meaning is Turn.BEGIN:
        return _begin(step.case)
    watch, way = watch_of(step.case.household_id), TURNS[meaning]
    if watch is None or Standing(watch.standing) not in way.leaves:
        raise NotPossibleNow(not_from(watch))
    watch.standing = _reached(watch, way, step)
    watch.changed_at = clock.now()
    _KEEPS[meaning](watch, step)
    return watch


def not_from(watch: Watch | None) -> str:
    """Say plainly that something cannot be done as a family stands."""
    if watch is None:
        return "这一户不是监测对象，不能办这一步。"
    return f"这一户现在是“{STANDING_NAMES[Standing(watch.standing)]}”，不能办这一步。"


def _begin(case: Case) -> Watch:
    """Begin to watch a family; one that is watched already goes on as it was, with what is newly known."""
    known = watch_of(case.household_id)
    risks = list(case.marks.get("risks", [case.risk]))
    if known is not None and Standing(known.standing) in WATCHED:
        known.risks = list(dict.fromkeys([*known.risks, *risks]))
        known.changed_at = clock.now()
        return known
    watch = Watch(
        case_id=case.id,
        household_id=case.household_id,
        head_name=case.head_name,
        category=str(case.marks.get("category", "")),
        risks=risks,
        standing=Standing.PLAN_PENDING,
        began_on=clock.today(),
        changed_at=clock.now(),
        **same_place(case),
    )
    db.session.add(watch)
    return watch


def _reached(watch: Watch, way: _Way, step: "Step") -> Standing:
    """Hold a family in which nobody can work: its risk is not marked as removed for now (domain 2.3)."""
    if way.reaches is Standing.ASSISTED:
        labour = step.detail.get("labour", watch.labour)
        return Standing.HELD if labour == WITHOUT_LABOUR else Standing.ASSISTED
    return way.reaches


def _keep_plan(watch: Watch, step: "Step") -> None:
    watch.labour, watch.risks = step.detail["labour"], list(step.detail["risks"])


def _keep_removal(watch: Watch, step: "Step") -> None:
    watch.removed_on, watch.removal_case_id = clock.today(), step.case.id
    watch.removal_mode = str(step.marks.get("removal_mode", ""))


def _keep_roll_back(watch: Watch, step: "Step") -> None:
    watch.rolled_back_on, watch.removed_on, watch.removal_mode = clock.today(), None, ""


def _keep_end(watch: Watch, step: "Step") -> None:
    watch.ended_on = clock.today()


_KEEPS = {
    Turn.PLANNED: _keep_plan,
    Turn.REMOVE: _keep_removal,
    Turn.ROLL_BACK: _keep_roll_back,
    Turn.GONE: _keep_end,
    Turn.MISTAKEN: _keep_end,
}
