"""投诉建议: what anybody sends and reads, and what the level above answers."""

from dataclasses import replace
from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.services import complaint_answers
from backend.services import complaints as service
from backend.services.complaints import ComplaintForm
from miniprogram_api import applicants as shape
from miniprogram_api.auth import actor
from miniprogram_api.routes import intention, route
from miniprogram_api.schemas.applicants import (
    AnswerRequest,
    ComplaintLookUpRequest,
    ComplaintPage,
    ComplaintRequest,
    ComplaintSchema,
    ComplaintsQuery,
    OwnComplaintSchema,
    OwnComplaintsSchema,
)
from miniprogram_api.schemas.shared import DoneSchema

complaints = Blueprint("api_complaints", __name__, description="投诉建议")


@route(
    complaints,
    "POST",
    "/complaints",
    allows=Action.COMPLAIN,
    takes=ComplaintRequest,
    gives=OwnComplaintSchema,
    status=201,
    keyed=True,
)
def complain(body: ComplaintForm) -> dict[str, Any]:
    """Complain or propose something; no key of an account is kept for it."""
    return shape.own_complaint(service.complain(replace(body, key=intention()), by=actor()))


@route(
    complaints,
    "POST",
    "/complaints/entries",
    allows=Action.ENTER_COMPLAINT,
    takes=ComplaintRequest,
    gives=OwnComplaintSchema,
    status=201,
    keyed=True,
)
def enter_complaint(body: ComplaintForm) -> dict[str, Any]:
    """Type a complaint for somebody without a phone, and give them its number."""
    return shape.own_complaint(service.enter_complaint(replace(body, key=intention()), by=actor()))


@route(complaints, "GET", "/complaints/mine", allows=Action.COMPLAIN, gives=OwnComplaintsSchema)
def own_complaints() -> dict[str, Any]:
    """List what this account complained about under a name."""
    return {"items": [shape.own_complaint(each) for each in service.own_complaints(by=actor())]}


@route(
    complaints,
    "POST",
    "/complaints/lookups",
    allows=Action.COMPLAIN,
    takes=ComplaintLookUpRequest,
    gives=OwnComplaintSchema,
)
def look_complaint_up(body: dict[str, str]) -> dict[str, Any]:
    """Tell whoever holds the number where the complaint stands; without a key, for a wrong guess counts."""
    return shape.own_complaint(service.look_up(body["receipt_no"], by=actor()))


@route(
    complaints,
    "GET",
    "/complaints",
    allows=Action.ANSWER_COMPLAINT,
    takes=ComplaintsQuery,
    where="query",
    gives=ComplaintPage,
)
def list_complaints(query: dict[str, Any]) -> dict[str, Any]:
    """List the complaints of one's level, without names."""
    return shape.complaint_page(complaint_answers.complaints(by=actor(), **query), query["size"])


@route(complaints, "GET", "/complaints/<int:complaint_id>", allows=Action.ANSWER_COMPLAINT, gives=ComplaintSchema)
def read_complaint(complaint_id: int) -> dict[str, Any]:
    """Open one complaint; its audit keeps who did."""
    return shape.opened_complaint(complaint_answers.read_complaint(complaint_id, by=actor()))


@route(
    complaints,
    "POST",
    "/complaints/<int:complaint_id>/answers",
    allows=Action.ANSWER_COMPLAINT,
    takes=AnswerRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def answer_complaint(body: dict[str, Any], complaint_id: int) -> dict[str, bool]:
    """Answer in words."""
    complaint_answers.answer(complaint_id, by=actor(), **body)
    return {"done": True}


@route(
    complaints,
    "POST",
    "/complaints/<int:complaint_id>/passings",
    allows=Action.ANSWER_COMPLAINT,
    takes=AnswerRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def pass_complaint_up(body: dict[str, Any], complaint_id: int) -> dict[str, bool]:
    """Hand it to the level above, with the reason."""
    complaint_answers.pass_up(complaint_id, by=actor(), **body)
    return {"done": True}
