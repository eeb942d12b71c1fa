"""What people do about reminders: read them, put one off, press for a duty, tell a family in person."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Case, Nudge, Snooze
from backend.services import inbox as inboxes
from backend.services import nudges, snoozes, supervision_papers, tellings
from backend.services.supervision_papers import PaperPage
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.accounts import BeforeQuery
from miniprogram_api.schemas.cases import MovedSchema
from miniprogram_api.schemas.reminders import (
    NudgeSchema,
    ReadRequest,
    ReadSchema,
    SnoozeRequest,
    SnoozeSchema,
    SupervisionPage,
    TellingRequest,
    UnreadSchema,
)

reminders = Blueprint("api_reminders", __name__, description="提醒")


@route(reminders, "GET", "/inbox/unread", allows=Action.READ_INBOX, gives=UnreadSchema)
def count_unread() -> dict[str, int]:
    """Say what the bell shows."""
    return {"unread": inboxes.unread(actor())}


@route(
    reminders,
    "POST",
    "/inbox/reads",
    allows=Action.READ_INBOX,
    takes=ReadRequest,
    gives=ReadSchema,
    status=201,
    once=True,
)
def mark_read(body: dict[str, list[int]]) -> dict[str, int]:
    """Note that these messages were read; somebody else's are left alone."""
    read = inboxes.mark_read(body["ids"], by=actor())
    return {"read": read, "unread": inboxes.unread(actor())}


@route(
    reminders,
    "POST",
    "/tasks/<int:task_id>/snoozes",
    allows=Action.SNOOZE,
    takes=SnoozeRequest,
    gives=SnoozeSchema,
    status=201,
    once=True,
)
def snooze(body: dict[str, Any], task_id: int) -> Snooze:
    """Put a reminder off for a few days, with a reason."""
    return snoozes.snooze(task_id, body["until_on"], why=body["why"], by=actor())


@route(
    reminders,
    "POST",
    "/tasks/<int:task_id>/nudges",
    allows=Action.NUDGE,
    gives=NudgeSchema,
    status=201,
    once=True,
)
def nudge(task_id: int) -> Nudge:
    """Press for a duty of a desk below: once a day."""
    return nudges.nudge(task_id, by=actor())


@route(
    reminders,
    "POST",
    "/cases/<int:case_id>/tellings",
    allows=Action.TELL_IN_PERSON,
    takes=TellingRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def record_telling(body: dict[str, Any], case_id: int) -> Case:
    """Write down that a family was told in person what no channel could tell it."""
    return tellings.record_telling(case_id, by=actor(), **body)


@route(
    reminders,
    "GET",
    "/supervisions",
    allows=Action.READ_OWN_SUPERVISIONS,
    takes=BeforeQuery,
    where="query",
    gives=SupervisionPage,
)
def list_supervisions(query: dict[str, Any]) -> PaperPage:
    """Read the papers of supervision that one's own desk has to answer, the newest first."""
    return supervision_papers.own_papers(by=actor(), **query)
