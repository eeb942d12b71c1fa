"""Disaster events and their lists."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import DisasterEvent
from backend.services import disasters as service
from backend.services.disasters import EventForm
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.disasters import (
    CloseEventRequest,
    DisasterListRequest,
    DisasterListSchema,
    DisasterSchema,
    DisastersSchema,
    EventRequest,
)

disasters = Blueprint("api_disasters", __name__, description="灾害事件")


@route(disasters, "GET", "/disasters", allows=Action.READ_TASKS, gives=DisastersSchema)
def list_disasters() -> dict[str, Any]:
    """List the county's disaster events."""
    return {"items": service.events_of(by=actor())}


@route(
    disasters,
    "POST",
    "/disasters",
    allows=Action.MANAGE_DISASTER,
    takes=EventRequest,
    gives=DisasterSchema,
    status=201,
    once=True,
)
def open_disaster(form: EventForm) -> DisasterEvent:
    """Open an event under a document number."""
    return service.open_event(form, by=actor())


@route(
    disasters,
    "POST",
    "/disasters/<int:event_id>/endings",
    allows=Action.MANAGE_DISASTER,
    takes=CloseEventRequest,
    gives=DisasterSchema,
    status=201,
    once=True,
)
def close_disaster(body: dict[str, str], event_id: int) -> DisasterEvent:
    """Close an event under a document number."""
    return service.close_event(event_id, body["number"], by=actor())


@route(
    disasters,
    "POST",
    "/disasters/<int:event_id>/lists",
    allows=Action.IMPORT_DISASTER_LIST,
    takes=DisasterListRequest,
    gives=DisasterListSchema,
    status=201,
)
def import_disaster_list(body: dict[str, Any], event_id: int) -> dict[str, Any]:
    """Read a list of struck households; without a key, for the same list again changes nothing."""
    return {"results": service.import_list(event_id, body["lines"], by=actor())}
