"""What staff do with duties and cases on the phone."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Case, Visit
from backend.services import cases as service
from backend.services import family_phones, living, looks, receipts, reveals, tasks
from backend.services.cases import VisitForm
from backend.services.reveals import Field
from backend.services.tasks import Cursor
from miniprogram_api.auth import actor
from miniprogram_api.duty_shapes import task_page
from miniprogram_api.routes import route
from miniprogram_api.schemas.cases import (
    CaseSchema,
    DecisionRequest,
    FetchRequest,
    JoinRequest,
    MovedSchema,
    PhoneRequest,
    QueueQuery,
    RevealRequest,
    RevealSchema,
    TaskPage,
    VisitDoneSchema,
    VisitRequest,
)
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.shapes import case_file

cases = Blueprint("api_cases", __name__, description="待办与个案")


@route(cases, "GET", "/tasks", allows=Action.READ_TASKS, takes=QueueQuery, where="query", gives=TaskPage)
def list_tasks(query: dict[str, Any]) -> dict[str, Any]:
    """List duties, the most pressing first."""
    after = query.pop("after")
    return task_page(tasks.queue(by=actor(), after=Cursor.parse(after) if after else None, **query), actor())


@route(cases, "GET", "/cases/<int:case_id>", allows=Action.READ_CASES, gives=CaseSchema)
def read_case(case_id: int) -> dict[str, Any]:
    """Read one case with what belongs to it."""
    with living.within_reach(case_id, by=actor()):
        return case_file(looks.open_case(case_id, by=actor()), actor())


@route(
    cases,
    "POST",
    "/cases/<int:case_id>/visits",
    allows=Action.FILE_VISIT,
    takes=VisitRequest,
    gives=VisitDoneSchema,
    status=201,
    once=True,
)
def file_visit(body: dict[str, Any], case_id: int) -> Visit:
    """File a home visit and hand the case to the township."""
    form: VisitForm = body["form"]
    return service.file_visit(case_id, by=actor(), version=body["version"], form=form)


@route(
    cases,
    "POST",
    "/cases/<int:case_id>/decisions",
    allows=Action.READ_CASES,
    takes=DecisionRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def decide(body: dict[str, Any], case_id: int) -> Case:
    """Take a step that needs no form: accept, return, pass on, send back, refuse, approve."""
    return service.decide(case_id, body.pop("action"), by=actor(), **body)


@route(
    cases,
    "POST",
    "/cases/<int:case_id>/supplements",
    allows=Action.SUPPLEMENT,
    takes=FetchRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def fetch_information(body: dict[str, Any], case_id: int) -> Case:
    """Complete a returned declaration at the family's door."""
    return service.fetch_information(case_id, by=actor(), **body)


@route(
    cases,
    "POST",
    "/cases/<int:case_id>/joins",
    allows=Action.JOIN_DECLARATION,
    takes=JoinRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def join_declaration(body: dict[str, Any], case_id: int) -> Case:
    """Confirm that another declaration speaks of this household."""
    return service.join_declaration(case_id, body["declaration_id"], by=actor(), version=body["version"])


@route(
    cases,
    "POST",
    "/cases/<int:case_id>/phones",
    allows=Action.CONFIRM_PHONE,
    takes=PhoneRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def confirm_phone(body: dict[str, int], case_id: int) -> dict[str, bool]:
    """Confirm at the door that the family holds the phone that declared."""
    family_phones.confirm(case_id, body["declaration_id"], by=actor())
    return {"done": True}


@route(
    cases,
    "POST",
    "/cases/<int:case_id>/phones/withdrawals",
    allows=Action.CONFIRM_PHONE,
    takes=PhoneRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def withdraw_phone(body: dict[str, int], case_id: int) -> dict[str, bool]:
    """Take a phone's access to the household's file back."""
    family_phones.withdraw(case_id, body["declaration_id"], by=actor())
    return {"done": True}


@route(
    cases,
    "POST",
    "/cases/<int:case_id>/receipts/releases",
    allows=Action.RELEASE_RECEIPT,
    takes=PhoneRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def release_receipt(body: dict[str, int], case_id: int) -> dict[str, bool]:
    """Take a receipt off a phone at the family's word, so that another phone can take it over."""
    receipts.release(case_id, body["declaration_id"], by=actor())
    return {"done": True}


@route(
    cases,
    "POST",
    "/cases/<int:case_id>/reveals",
    allows=Action.REVEAL,
    takes=RevealRequest,
    gives=RevealSchema,
    status=201,
)
def reveal(body: dict[str, Any], case_id: int) -> dict[str, str]:
    """Show one field in clear, for a reason that the audit keeps; never replayed, so each showing is on record."""
    field: Field = body["field"]
    return {"field": field, "value": reveals.reveal(case_id, field, by=actor(), reason=body["reason"])}
