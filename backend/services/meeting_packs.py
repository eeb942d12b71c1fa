"""The figures that a 会商 begins with, made by the program: numbers, and the families worth speaking of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db
from backend.models import Case, Hazard, Measure, Task, Watch
from backend.services import mass_risk, plans
from backend.workflow.duties import NOT_IDENTIFYING, REMOVAL
from backend.workflow.states import Kind
from backend.workflow.tasks import overdue_clause
from backend.workflow.watching import WATCHED, Standing

FIGURES = {
    "watched": "正在监测",
    "included": "本月新纳入",
    "removed": "本月风险消除",
    "found": "本月新发现",
    "under_way": "正在认定",
    "leaving": "正在办消除",
    "overdue": "超期的待办",
    "visits_owed": "还没走访的",
    "measures_late": "到期没落实的措施",
    "asked": "部门还没答复的点单",
    "hazards": "没销号的安全隐患",
    "without_plan": "还没有帮扶计划",
}
"""What is counted, in the order in which it is read out."""
MOST_DISCUSSED = 50


@dataclass(frozen=True)
class Worth:
    """A family worth speaking of, and why."""

    watch: Watch
    why: str


def figures(*, by: Actor, on: date | None = None) -> dict[str, int]:
    """Return the figures of the actor's place on a day; counts only, no name and no place below it."""
    require(by.role, Action.READ_WATCHES)
    today = on or clock.today()
    first = today.replace(day=1)
    open_case = Case.closed_at.is_(None)
    return {
        "watched": _count(Watch, Watch.standing.in_(WATCHED)),
        "included": _count(Watch, Watch.began_on >= first),
        "removed": _count(Watch, Watch.standing == Standing.REMOVED, Watch.removed_on >= first),
        "found": _count(Case, Case.discovered_on >= first, Case.procedure.not_in(NOT_IDENTIFYING)),
        "under_way": _count(Case, open_case, Case.procedure.not_in(NOT_IDENTIFYING)),
        "leaving": _count(Case, open_case, Case.procedure == REMOVAL),
        "overdue": _count(Task, overdue_clause(today)),
        "visits_owed": _count(Task, Task.kind == Kind.REGULAR_VISIT, Task.open_due.is_not(None)),
        "measures_late": _count(Measure, Measure.progress.in_(("planned", "underway")), Measure.due_on < today),
        "asked": _count(Measure, Measure.progress == "asked"),
        "hazards": _count(Hazard, Hazard.closed_on.is_(None)),
        "without_plan": _count(Watch, Watch.standing == Standing.PLAN_PENDING),
    }


def worth_discussing(*, by: Actor) -> Sequence[Worth]:
    """Return families that a 会商 should speak of: late without a plan, help that is asked about, clusters first."""
    require(by.role, Action.READ_WATCHES)
    _, clusters = mass_risk.clusters(by=by)
    struck = {case for cluster in clusters for case in cluster.cases}
    query = select(Watch).where(Watch.standing.in_(WATCHED)).order_by(Watch.began_on, Watch.id).limit(500)
    watches = list(db.session.scalars(query))
    found = [Worth(watch, "所在的地方同类风险集中") for watch in watches if watch.case_id in struck]
    others = (watch for watch in watches if watch.case_id not in struck)
    # Each of these is read by itself: no more of them than are shown.
    while len(found) < MOST_DISCUSSED and (watch := next(others, None)) is not None:
        if warned := plans.warnings_for(watch):
            found.append(Worth(watch, warned[0].sentence))
    return found[:MOST_DISCUSSED]


def _count(kind: type[Any], *where: Any) -> int:
    return db.session.scalar(select(func.count(kind.id)).where(*where)) or 0
