"""Authorizations, department checks, comparisons and what was gathered on a case."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Authorization, Comparison, ComparisonResult, DepartmentCheck
from backend.services import authorizations, checks, comparisons
from backend.services import dossiers as service
from backend.services.authorization_forms import AuthorizationForm
from miniprogram_api import dossier_shapes
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.dossiers import (
    AuthorizationRequest,
    AuthorizationSchema,
    CheckRequest,
    CheckSchema,
    ComparisonRequest,
    ComparisonSchema,
    DossierSchema,
    ExplainedSchema,
    MembersSchema,
    NotReachedRequest,
    SkipRequest,
    WithdrawAuthorizationRequest,
    WordsBody,
)

dossiers = Blueprint("api_dossiers", __name__, description="授权、归口核查与比对")


@route(dossiers, "GET", "/cases/<int:case_id>/dossier", allows=Action.READ_CASES, gives=DossierSchema)
def read_dossier(case_id: int) -> dict[str, Any]:
    """Read what township and county gathered on one case."""
    return dossier_shapes.dossier(service.read_dossier(case_id, by=actor()))


@route(dossiers, "GET", "/cases/<int:case_id>/authorizations", allows=Action.AUTHORIZE, gives=MembersSchema)
def list_authorizations(case_id: int) -> dict[str, Any]:
    """List the members of a family and their words, with the text that is signed."""
    return dossier_shapes.members(*authorizations.read_members(case_id, by=actor()))


@route(
    dossiers,
    "POST",
    "/cases/<int:case_id>/authorizations",
    allows=Action.AUTHORIZE,
    takes=AuthorizationRequest,
    gives=AuthorizationSchema,
    status=201,
    once=True,
)
def authorize(form: AuthorizationForm, case_id: int) -> Authorization:
    """Record that a member allows the comparison; a family signs on its own confirmed phone."""
    return authorizations.authorize(case_id, form, by=actor())


@route(
    dossiers,
    "POST",
    "/cases/<int:case_id>/authorizations/not-reached",
    allows=Action.AUTHORIZE,
    takes=NotReachedRequest,
    gives=AuthorizationSchema,
    status=201,
    once=True,
)
def note_not_reached(body: dict[str, Any], case_id: int) -> Authorization:
    """Record that a member could not be reached: not compared, and the case goes on."""
    return authorizations.note_not_reached(case_id, body["person_id"], by=actor(), why=body["why"])


@route(
    dossiers,
    "POST",
    "/authorizations/<int:authorization_id>/withdrawals",
    allows=Action.AUTHORIZE,
    takes=WithdrawAuthorizationRequest,
    gives=AuthorizationSchema,
    status=201,
    once=True,
)
def withdraw_authorization(body: dict[str, bool], authorization_id: int) -> Authorization:
    """Take an authorization back, knowing what follows."""
    return authorizations.withdraw(authorization_id, by=actor(), consequence_told=body["consequence_told"])


@route(
    dossiers,
    "POST",
    "/cases/<int:case_id>/department-checks",
    allows=Action.CHECK_DEPARTMENT,
    takes=CheckRequest,
    gives=CheckSchema,
    status=201,
    once=True,
)
def file_department_check(body: dict[str, Any], case_id: int) -> DepartmentCheck:
    """Record one department's check."""
    return checks.file_check(case_id, body["form"], by=actor(), version=body["version"])


@route(
    dossiers,
    "POST",
    "/cases/<int:case_id>/comparisons",
    allows=Action.FILE_COMPARISON,
    takes=ComparisonRequest,
    gives=ComparisonSchema,
    status=201,
    once=True,
)
def compare(body: dict[str, Any], case_id: int) -> Comparison:
    """Record the comparison of every member who allowed it."""
    return comparisons.compare(case_id, body["results"], by=actor(), version=body["version"])


@route(
    dossiers,
    "POST",
    "/cases/<int:case_id>/comparisons/skips",
    allows=Action.SKIP_COMPARISON,
    takes=SkipRequest,
    gives=ComparisonSchema,
    status=201,
    once=True,
)
def skip_comparison(body: dict[str, Any], case_id: int) -> Comparison:
    """Let items go with a leader's written reason."""
    return comparisons.skip(case_id, body["items"], by=actor(), version=body["version"], reason=body["words"])


@route(
    dossiers,
    "POST",
    "/comparison-results/<int:result_id>/explanations",
    allows=Action.EXPLAIN_HIT,
    takes=WordsBody,
    gives=ExplainedSchema,
    status=201,
    once=True,
)
def explain_hit(body: dict[str, str], result_id: int) -> ComparisonResult:
    """Write down what the family says about a hit."""
    return comparisons.explain(result_id, body["words"], by=actor())
