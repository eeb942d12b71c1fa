"""The history of a case: what is written at each step, and what somebody who came too late reads of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db, new_id
from backend.models import Case, CaseEvent
from backend.models.places import same_place
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal
from backend.workflow.sentences import action_name
from backend.workflow.states import STATE_NAMES, State
from backend.workflow.steps import Reason
from backend.workflow.trail import record_on_case

OF_THE_DAY = frozenset({Action.OBJECT})
"""Steps of which only the day is kept: whoever was seen reading the sheet at that minute would be known (P31)."""


def kept_at(action: str, moment: datetime) -> datetime:
    """Return the instant that the history keeps of a step; the audit, which no village reads, keeps its own."""
    return clock.day_began(moment) if action in OF_THE_DAY else moment


def write_event(
    case: Case, action: str, *, from_state: str, by: Actor, reason: Reason, detail: Mapping[str, Any]
) -> None:
    """Write one event of a case, its words sealed, into the history and into the audit; neither is ever changed."""
    event_id = new_id()
    sealed = None
    if reason.words:
        sealed = seal(reason.words, keys=keys(), place=Place("case_events", "reason_sealed", event_id))
    db.session.add(
        CaseEvent(
            id=event_id,
            case_id=case.id,
            household_id=case.household_id,
            action=action,
            from_state=from_state,
            to_state=case.state,
            actor_role=by.role,
            actor_id=by.id,
            actor_name=by.name,
            reason_code=",".join(reason.codes) or None,
            reason_sealed=sealed,
            detail=dict(detail),
            happened_at=kept_at(action, clock.now()),
            **same_place(case),
        )
    )
    record_on_case(
        case, by=by, action=action, detail={"from": from_state, "to": case.state, "codes": list(reason.codes)}
    )


def what_happened_meanwhile(case: Case) -> str:
    """Say who did what last, and where the case stands now, to somebody who came too late."""
    last = db.session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id.desc()).limit(1)
    ).one()
    when = clock.local(last.happened_at).strftime("%m月%d日" if last.action in OF_THE_DAY else "%m月%d日 %H:%M")
    who = last.actor_name or "申报人"
    return (
        f"{who}已于{when}办理“{action_name(last.action, case.procedure)}”，现在是“{STATE_NAMES[State(case.state)]}”。"
    )
