"""For departments' own programs, with keys of their own: push alerts, report that there is nothing, read verdicts."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import AlertBatch
from backend.services import alert_schedule, alert_verdicts, alerts
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.departments import (
    DeliveriesSchema,
    DeliverySchema,
    NothingRequest,
    PushAlertsRequest,
    RowVerdictsSchema,
    VerdictsQuery,
)

departments = Blueprint("api_departments", __name__, description="部门预警")


@route(departments, "GET", "/departments/deliveries", allows=Action.PUSH_ALERTS, gives=DeliveriesSchema)
def list_deliveries() -> dict[str, Any]:
    """List what the department owes and what it delivered."""
    return {"owed": alert_schedule.owed(by=actor()), "delivered": alert_schedule.delivered(by=actor())}


@route(
    departments,
    "POST",
    "/departments/alerts",
    allows=Action.PUSH_ALERTS,
    takes=PushAlertsRequest,
    gives=DeliverySchema,
    status=201,
)
def push_alerts(body: dict[str, Any]) -> AlertBatch:
    """Push alerts; without a key, for the same rows again are the same delivery."""
    return alerts.push_rows(body["topic"], body["rows"], by=actor(), batch_id=body["delivery_id"])


@route(
    departments,
    "POST",
    "/departments/deliveries/<int:delivery_id>/nothing",
    allows=Action.PUSH_ALERTS,
    takes=NothingRequest,
    gives=DeliverySchema,
    status=201,
    once=True,
)
def report_nothing(body: dict[str, str], delivery_id: int) -> AlertBatch:
    """Report that there is nothing this time."""
    return alerts.nothing_to_report(delivery_id, by=actor(), letter_no=body["letter_no"])


@route(
    departments,
    "GET",
    "/departments/deliveries/<int:delivery_id>/verdicts",
    allows=Action.PUSH_ALERTS,
    takes=VerdictsQuery,
    where="query",
    gives=RowVerdictsSchema,
)
def read_alert_verdicts(query: dict[str, int], delivery_id: int) -> dict[str, Any]:
    """Read what became of a delivery's rows."""
    return {"items": alert_verdicts.verdicts_of(delivery_id, by=actor(), after=query["after"])}
