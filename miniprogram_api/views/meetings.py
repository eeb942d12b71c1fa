"""What a village does in its sittings."""

from dataclasses import replace
from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.services import meetings as service
from backend.services.meeting_items import ItemForm
from backend.services.sittings import SittingForm
from miniprogram_api import proceedings as shape
from miniprogram_api.auth import actor
from miniprogram_api.routes import intention, route
from miniprogram_api.schemas.meetings import AgendaSchema, HeldSchema, MeetingRequest, MeetingSchema

meetings = Blueprint("api_meetings", __name__, description="会商与民主评议")


def _said(body: dict[str, Any]) -> tuple[SittingForm, list[ItemForm]]:
    """Return the sitting under its key, and its families."""
    return replace(body["sitting"], key=intention()), body["items"]


@route(meetings, "GET", "/meetings/agenda", allows=Action.READ_PROCEEDINGS, gives=AgendaSchema)
def meeting_agenda() -> dict[str, Any]:
    """List every family whose sitting is due, the most pressing first."""
    return shape.agenda(service.agenda(by=actor()), actor())


@route(
    meetings,
    "POST",
    "/meetings/consultations",
    allows=Action.HOLD_CONSULTATION,
    takes=MeetingRequest,
    gives=HeldSchema,
    status=201,
    keyed=True,
)
def hold_consultation(body: dict[str, Any]) -> dict[str, Any]:
    """Record a 会商 over several families; each is a step of its own."""
    return shape.held(service.hold_consultation(*_said(body), by=actor()))


@route(
    meetings,
    "POST",
    "/meetings",
    allows=Action.HOLD_MEETING,
    takes=MeetingRequest,
    gives=HeldSchema,
    status=201,
    keyed=True,
)
def hold_meeting(body: dict[str, Any]) -> dict[str, Any]:
    """Record a meeting with its votes; each family is a step of its own."""
    return shape.held(service.hold_meeting(*_said(body), by=actor()))


@route(
    meetings,
    "POST",
    "/meetings/failed",
    allows=Action.MEETING_FAILED,
    takes=MeetingRequest,
    gives=HeldSchema,
    status=201,
    keyed=True,
)
def record_failed_meeting(body: dict[str, Any]) -> dict[str, Any]:
    """Record a call to which too few came."""
    return shape.held(service.record_failed_meeting(*_said(body), by=actor()))


@route(meetings, "GET", "/meetings/<int:meeting_id>", allows=Action.READ_PROCEEDINGS, gives=MeetingSchema)
def read_meeting(meeting_id: int) -> dict[str, Any]:
    """Read one sitting with its minutes."""
    return shape.meeting(service.read_meeting(meeting_id, by=actor()))
