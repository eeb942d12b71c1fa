"""The full home check on the phone: filled in, kept as a draft, looked over, filed, confirmed."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Case, HomeCheck
from backend.policy.assessment import HomeCheckForm
from backend.services import check_drafts, check_review
from backend.services import home_checks as service
from miniprogram_api.auth import actor
from miniprogram_api.check_shapes import checked, draft_of, reviewed, saved_draft
from miniprogram_api.check_shapes import form as form_of
from miniprogram_api.routes import route
from miniprogram_api.schemas.cases import MovedSchema
from miniprogram_api.schemas.home_check_answers import (
    DraftSchema,
    HomeCheckSchema,
    HomeChecksSchema,
    PrefillSchema,
    ReviewSchema,
    SavedDraftSchema,
)
from miniprogram_api.schemas.home_checks import (
    AnswerCheckRequest,
    ConfirmCheckRequest,
    DraftRequest,
    FileCheckRequest,
    HomeCheckRequest,
)

home_checks = Blueprint("api_home_checks", __name__, description="入户核实表")
PLACE = "/cases/<int:case_id>/checks"


@route(home_checks, "GET", PLACE, allows=Action.READ_FILE, gives=HomeChecksSchema)
def list_checks(case_id: int) -> dict[str, Any]:
    """Read the case's home checks, the newest first."""
    return {"items": [checked(each) for each in check_drafts.checks_of(case_id, by=actor())]}


@route(
    home_checks,
    "POST",
    PLACE,
    allows=Action.FILE_VISIT,
    takes=FileCheckRequest,
    gives=HomeCheckSchema,
    status=201,
    once=True,
)
def file_check(body: dict[str, Any], case_id: int) -> HomeCheck:
    """File a home check; errors name each field, warnings are kept."""
    form: HomeCheckForm = body["form"]
    return service.file_check(case_id, by=actor(), version=body["version"], form=form)


@route(home_checks, "GET", PLACE + "/prefill", allows=Action.FILE_VISIT, gives=PrefillSchema)
def prefill_check(case_id: int) -> dict[str, Any]:
    """Begin a form with what is known already: only changes are typed."""
    return {"content": form_of(check_drafts.prefill(case_id, by=actor()))}


@route(home_checks, "POST", PLACE + "/review", allows=Action.FILE_VISIT, takes=HomeCheckRequest, gives=ReviewSchema)
def review_check(form: HomeCheckForm, case_id: int) -> dict[str, Any]:
    """Look a form over without filing it: formula, proposal, errors and warnings."""
    return reviewed(check_review.look_over(case_id, by=actor(), form=form))


@route(home_checks, "GET", PLACE + "/draft", allows=Action.FILE_VISIT, gives=DraftSchema)
def read_check_draft(case_id: int) -> dict[str, Any]:
    """Take up one's own draft again."""
    return draft_of(check_drafts.read_draft(case_id, by=actor()))


@route(home_checks, "POST", PLACE + "/draft", allows=Action.FILE_VISIT, takes=DraftRequest, gives=SavedDraftSchema)
def save_check_draft(body: dict[str, Any], case_id: int) -> dict[str, Any]:
    """Keep what was typed so far; without a key, for its number says which is newer: a late save is left aside."""
    saved = check_drafts.save_draft(case_id, body["content"], by=actor(), number=body["number"])
    return saved_draft(saved)


@route(
    home_checks,
    "POST",
    PLACE + "/confirmations",
    allows=Action.CONFIRM_CHECK,
    takes=ConfirmCheckRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def confirm_check(body: dict[str, Any], case_id: int) -> Case:
    """Say as the second visitor whether one saw the same."""
    return service.confirm_check(case_id, by=actor(), **body)


@route(
    home_checks,
    "POST",
    PLACE + "/answers",
    allows=Action.SEE_IN_PERSON,
    takes=AnswerCheckRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def answer_check(body: dict[str, Any], case_id: int) -> Case:
    """Answer what a check left open: seen in person, or a double registration settled."""
    return service.answer(case_id, Action(body.pop("action")), by=actor(), **body)
