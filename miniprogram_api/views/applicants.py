"""The applicant's side: a mark after the end, consents, and the dates told beforehand."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.services import appointments, consents, correction_requests, looks, satisfactions
from backend.services.appointments import AppointmentForm
from backend.services.correction_requests import CorrectionForm, OwnCorrection
from backend.services.satisfactions import OwnMark
from miniprogram_api import applicants as shape
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.applicants import (
    AnswerRequest,
    AppointmentRequest,
    CallBackPage,
    CallBackSchema,
    CalledListSchema,
    ConsentRequest,
    ListQuery,
    MarkRequest,
    MeetingCallRequest,
    OwnDataSchema,
    OwnMarkSchema,
)
from miniprogram_api.schemas.correction_requests import CorrectionRequestSchema, OwnCorrectionSchema
from miniprogram_api.schemas.shared import DoneSchema

applicants = Blueprint("api_applicants", __name__, description="申请人：评价、同意、预约")


@route(
    applicants,
    "POST",
    "/declarations/<int:declaration_id>/marks",
    allows=Action.LEAVE_MARK,
    takes=MarkRequest,
    gives=OwnMarkSchema,
    status=201,
    once=True,
)
def leave_mark(body: dict[str, str], declaration_id: int) -> OwnMark:
    """Leave a mark on one's own receipt after its end, or change it."""
    return satisfactions.leave_mark(declaration_id, **body, by=actor())


@route(
    applicants,
    "GET",
    "/call-backs",
    allows=Action.CALL_BACK,
    takes=ListQuery,
    where="query",
    gives=CallBackPage,
)
def list_call_backs(query: dict[str, Any]) -> dict[str, Any]:
    """List the families that the township owes a call."""
    return shape.call_back_page(satisfactions.call_backs(by=actor(), **query), query["size"])


@route(applicants, "GET", "/call-backs/<int:satisfaction_id>", allows=Action.CALL_BACK, gives=CallBackSchema)
def read_mark(satisfaction_id: int) -> dict[str, Any]:
    """Open one mark; the case's audit keeps who did."""
    return shape.call_back(satisfactions.read_mark(satisfaction_id, by=actor()))


@route(
    applicants,
    "POST",
    "/call-backs/<int:satisfaction_id>/answers",
    allows=Action.CALL_BACK,
    takes=AnswerRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def answer_mark(body: dict[str, Any], satisfaction_id: int) -> dict[str, bool]:
    """Say what was told in the call; its sender reads it."""
    satisfactions.answer(satisfaction_id, by=actor(), **body)
    return {"done": True}


@route(applicants, "GET", "/me/data", allows=Action.CHANGE_CONSENT, gives=OwnDataSchema)
def own_data() -> dict[str, Any]:
    """Say what was agreed to on one's own receipts, with every change, and who looked at one's family."""
    by = actor()
    return shape.own_data(
        consents.own_consents(by=by), looks.at_own_family(by=by), correction_requests.own_requests(by=by)
    )


@route(
    applicants,
    "POST",
    "/me/corrections",
    allows=Action.ASK_CORRECTION,
    takes=CorrectionRequestSchema,
    gives=OwnCorrectionSchema,
    status=201,
    once=True,
)
def ask_correction(body: CorrectionForm) -> OwnCorrection:
    """Ask that a stored fact be corrected; the township owes an answer."""
    return correction_requests.ask(body, by=actor())


@route(
    applicants,
    "POST",
    "/declarations/<int:declaration_id>/consents",
    allows=Action.CHANGE_CONSENT,
    takes=ConsentRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def change_consent(body: dict[str, Any], declaration_id: int) -> dict[str, bool]:
    """Give one consent later, or withdraw it."""
    consents.change(declaration_id, body.pop("consent"), **body, by=actor())
    return {"done": True}


@route(
    applicants,
    "POST",
    "/cases/<int:case_id>/appointments",
    allows=Action.APPOINT_VISIT,
    takes=AppointmentRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def appoint_visit(body: AppointmentForm, case_id: int) -> dict[str, bool]:
    """Tell a family on which day somebody comes."""
    appointments.appoint_visit(case_id, body, by=actor())
    return {"done": True}


@route(
    applicants,
    "POST",
    "/meetings/calls",
    allows=Action.CALL_MEETING,
    takes=MeetingCallRequest,
    gives=CalledListSchema,
    status=201,
    once=True,
)
def call_meeting(body: dict[str, Any]) -> dict[str, Any]:
    """Tell families on which day and where their meeting is."""
    return {"results": appointments.call_meeting(**body, by=actor())}
