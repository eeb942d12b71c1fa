"""Drafts a 督办单 for a duty that is late beyond the last rung: a draft only, which a leader issues or drops (P16)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from backend import clock
from backend.access.permissions import ROLE_NAMES, Role
from backend.connections import read_by
from backend.db import db, new_id
from backend.models import Message, Supervision
from backend.models.places import same_place
from backend.services.reminder_words import place_of
from backend.workflow.places import name_of
from backend.workflow.states import KIND_NAMES, Kind

DRAFT = "draft"


def draft_for(duties: Sequence[Any]) -> int:
    """Draft one for each duty, unless its missed date has one already; the caller sees every row."""
    if not duties:
        return 0
    drafted = select(Supervision.task_id, Supervision.due_on).where(
        Supervision.task_id.in_([each.id for each in duties])
    )
    known = {(row.task_id, row.due_on) for row in db.session.execute(drafted)}
    tasks = [each for each in duties if (each.id, each.due_on) not in known]
    reminded = _reminded([task.id for task in tasks])
    rows = [_row(task, reminded[task.id]) for task in tasks]
    if rows:
        db.session.execute(insert(Supervision), rows)
    return len(rows)


def _reminded(task_ids: Sequence[int]) -> dict[int, set[tuple[str, str]]]:
    query = select(Message.task_id, Message.day, Message.subject).where(
        Message.task_id.in_(task_ids), Message.kind == "duty"
    )
    query = read_by("ix_messages_task_id", Message, query)
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in db.session.execute(query.distinct()):
        found[row.task_id].add((row.day.isoformat(), row.subject.rsplit(":", 1)[1]))
    return found


def _row(task: Any, reminded: set[tuple[str, str]]) -> dict[str, Any]:
    """Return a draft with what is known: the duty, the office, the dates, the reminders; nobody's name."""
    facts = {
        "what": KIND_NAMES[Kind(task.kind)],
        "office": f"{name_of(task.owner_region)}（{ROLE_NAMES[Role(task.role)]}）",
        "place": name_of(place_of(task)),
        "opened_on": task.opened_on.isoformat(),
        "due_on": task.due_on.isoformat(),
        "days_late": (clock.today() - task.due_on).days,
        "reminded": [list(each) for each in sorted(reminded)],
    }
    return {
        "id": new_id(),
        "task_id": task.id,
        "case_id": task.case_id,
        "household_id": task.household_id,
        "standing": DRAFT,
        "due_on": task.due_on,
        "facts": facts,
        "drafted_at": clock.now(),
        **same_place(task),
    }
