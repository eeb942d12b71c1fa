"""Who rechecks an outcome, and where a recheck that confirms it leads."""

from collections.abc import Sequence

from sqlalchemy import select

from backend.access.permissions import Action, Role
from backend.db import db
from backend.models import CaseEvent
from backend.workflow.duties import OUTCOMES, RECHECK, RECHECK_ABOVE, Opening
from backend.workflow.states import State
from backend.workflow.steps import Step
from backend.workflow.ways import Way, answers, leads_to

DECIDING = frozenset(
    {
        Action.REFUSE_FORMALLY,
        Action.CLOSE_CLUE,
        Action.TRANSFER,
        Action.TERMINATE,
        Action.PASS_ON,
        Action.REFUSE,
        Action.UPHOLD_OBJECTION,
        Action.COUNTY_APPROVE,
        Action.COUNTY_AGREES_BY_PHONE,
        Action.COUNTY_REJECT,
    }
)
"""The steps whose takers do not recheck an outcome."""
_LEADERS = frozenset({Role.TOWN_LEAD, Role.COUNTY_OP, Role.COUNTY_LEAD})


@answers(Way((RECHECK,)), Way((RECHECK_ABOVE,)))
def after_asking_recheck(step: Step) -> Sequence[Opening]:
    """Ask the township's lead to recheck what others decided; what the lead or the county decided goes one level up."""
    query = select(CaseEvent.actor_role).where(
        CaseEvent.case_id == step.case.id, CaseEvent.action.in_(DECIDING), CaseEvent.actor_role.in_(_LEADERS)
    )
    return [Opening(RECHECK_ABOVE if db.session.scalars(query.limit(1)).first() else RECHECK)]


@leads_to(*OUTCOMES)
def old_outcome(step: Step) -> State:
    """Return the outcome that a recheck confirms."""
    return State(step.marks["ended_as"])
