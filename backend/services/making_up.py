"""The steps of the usual way that help put off by going first: which are made up, and when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action
from backend.db import db
from backend.models import Case, CaseEvent


@dataclass(frozen=True)
class StepToMakeUp:
    """One step of the usual way that a green channel put off: its name, and when it was made up."""

    name: str
    done_on: date | None


STEPS: tuple[tuple[str, tuple[Action, ...]], ...] = (
    ("承诺授权", ()),
    ("信息比对", (Action.FILE_COMPARISON, Action.SKIP_COMPARISON)),
    ("村两委会商", (Action.HOLD_CONSULTATION,)),
    ("民主评议", (Action.HOLD_MEETING,)),
    ("村内公示", (Action.CLOSE_NOTICE,)),
    ("归口核查", (Action.CHECK_DEPARTMENT,)),
    ("乡镇研判", (Action.PASS_ON,)),
    ("县级审定", (Action.COUNTY_APPROVE, Action.COUNTY_AGREES_BY_PHONE)),
    ("公告", (Action.ANNOUNCE,)),
)
"""The steps to make up after the help, and the history's words by which each is known to be done."""
AUTHORIZED = ("authorize", "not_reached")


def steps_to_make_up(case: Case) -> list[StepToMakeUp]:
    """Return the steps that follow the help, and which are made up already; empty where no help went first."""
    if "green_on" not in case.marks:
        return []
    events = select(CaseEvent.action, CaseEvent.happened_at).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)
    latest = {action: clock.local(at).date() for action, at in db.session.execute(events)}
    return [StepToMakeUp(name, _latest(latest, [*actions] or [*AUTHORIZED])) for name, actions in STEPS]


def _latest(latest: dict[str, date], actions: list[str]) -> date | None:
    return max((latest[each] for each in actions if each in latest), default=None)
