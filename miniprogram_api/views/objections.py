"""Objections: what objectors send and read, what a village may know, and what the township decides."""

from dataclasses import replace
from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.services import objection_answers, objection_readings
from backend.services import objections as service
from miniprogram_api import proceedings as shape
from miniprogram_api.auth import actor
from miniprogram_api.routes import intention, route
from miniprogram_api.schemas.objections import (
    EnterObjectionRequest,
    HeardSchema,
    ObjectionAnswerRequest,
    ObjectionLookUpRequest,
    ObjectionPage,
    ObjectionReceiptSchema,
    ObjectionSchema,
    ObjectionsQuery,
    ObjectorsListSchema,
    ObjectorsViewSchema,
    ObjectRequest,
)
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.shapes import page_before

objections = Blueprint("api_objections", __name__, description="公示异议")


@route(
    objections,
    "POST",
    "/objections",
    allows=Action.OBJECT,
    takes=ObjectRequest,
    gives=ObjectionReceiptSchema,
    status=201,
    keyed=True,
)
def object_to_notice(body: dict[str, Any]) -> dict[str, str]:
    """Object to a family by its number on the sheet; no key of an account is kept for it."""
    form = replace(body["form"], key=intention())
    return shape.objection_receipt(service.object_to_notice(body["token"], body["number"], form, by=actor()))


@route(
    objections,
    "POST",
    "/cases/<int:case_id>/objections",
    allows=Action.OBJECT,
    takes=EnterObjectionRequest,
    gives=ObjectionReceiptSchema,
    status=201,
    keyed=True,
)
def enter_objection(body: dict[str, Any], case_id: int) -> dict[str, str]:
    """Type an objection for a person who came or called."""
    form = replace(body.pop("form"), key=intention())
    return shape.objection_receipt(service.enter_objection(case_id, form, **body, by=actor()))


@route(objections, "GET", "/objections/mine", allows=Action.READ_INBOX, gives=ObjectorsListSchema)
def own_objections() -> dict[str, Any]:
    """List what this account objected to under a name."""
    return {"items": [objection_readings.shown_to_objector(each) for each in service.own_objections(by=actor())]}


@route(
    objections,
    "POST",
    "/objections/lookups",
    allows=Action.READ_INBOX,
    takes=ObjectionLookUpRequest,
    gives=ObjectorsViewSchema,
)
def look_objection_up(body: dict[str, str]) -> objection_readings.Answered:
    """Tell whoever holds the receipt's number where the objection stands; without a key, for a wrong guess counts."""
    return objection_readings.look_up(body["receipt_no"], by=actor())


@route(objections, "GET", "/cases/<int:case_id>/objections", allows=Action.READ_PROCEEDINGS, gives=HeardSchema)
def objections_heard(case_id: int) -> service.Heard:
    """Say whether an objection is being looked into, and nothing else."""
    return service.heard_of(case_id, by=actor())


@route(
    objections,
    "GET",
    "/objections",
    allows=Action.READ_OBJECTIONS,
    takes=ObjectionsQuery,
    where="query",
    gives=ObjectionPage,
)
def list_objections(query: dict[str, Any]) -> dict[str, Any]:
    """List the objections of one's township or county, without names."""
    found = objection_readings.objections(by=actor(), **query)
    page = page_before([each.objection for each in found], query["size"])
    return {"items": [shape.listed(each) for each in found], "before": page["before"]}


@route(objections, "GET", "/objections/<int:objection_id>", allows=Action.READ_OBJECTIONS, gives=ObjectionSchema)
def read_objection(objection_id: int) -> dict[str, Any]:
    """Open one objection; the case's audit keeps who did."""
    return shape.opened(objection_readings.read_objection(objection_id, by=actor()))


@route(
    objections,
    "POST",
    "/objections/<int:objection_id>/answers",
    allows=Action.READ_OBJECTIONS,
    takes=ObjectionAnswerRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def answer_objection(body: dict[str, Any], objection_id: int) -> dict[str, bool]:
    """Keep the family, visit it again, or uphold the objection."""
    objection_answers.answer(objection_id, by=actor(), **body)
    return {"done": True}
