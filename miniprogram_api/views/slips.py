"""Slips for farmers of other counties."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Slip
from backend.privacy.receipts import spoken
from backend.services import slips as service
from backend.workflow.places import name_of
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.accounts import BeforeQuery
from miniprogram_api.schemas.slips import SlipPage, SlipRequest, SlipSchema
from miniprogram_api.shapes import page_before

slips = Blueprint("api_slips", __name__, description="外县农户的指引单")


@route(slips, "POST", "/slips", allows=Action.DECLARE, takes=SlipRequest, gives=SlipSchema, status=201, once=True)
def give_slip(body: dict[str, str]) -> dict[str, Any]:
    """Give a slip that says where a village of another county belongs and whom to call there."""
    return _shown(service.give(body["village_code"], by=actor()))


@route(slips, "GET", "/slips", allows=Action.DECLARE, takes=BeforeQuery, where="query", gives=SlipPage)
def list_slips(query: dict[str, Any]) -> dict[str, Any]:
    """List the slips that this account was given, the newest first."""
    page = page_before(service.own_slips(by=actor(), **query), query["size"])
    return {**page, "items": [_shown(row) for row in page["items"]]}


def _shown(row: Slip) -> dict[str, Any]:
    there = service.Elsewhere(row.there_name, row.call, row.is_here)
    return {
        "id": row.id,
        "number": row.number,
        "number_spoken": spoken(row.number),
        "given_at": row.given_at,
        "given_by": name_of(row.county_code),
        "village_code": row.said_code,
        "county_name": row.there_name,
        "call": row.call,
        "county_code": row.said_code[:6] if row.is_here else None,
        "message": f"{service.sentence(there)}到时报这张单子的编号，说明在{name_of(row.county_code)}问过。",
    }
