"""The way out, and warnings about families that are watched."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.errors import Invalid
from backend.models import Case, RemovalCheck
from backend.services import family_warnings, removal_proposals, removals
from backend.services.removal_rules import Looked
from backend.workflow.places import name_of
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas import removals as wire
from miniprogram_api.schemas.watches import ReasonedRequest, WordsOnlyRequest

way_out = Blueprint("api_removals", __name__, description="风险消除和预警")


@route(way_out, "GET", "/removals/candidates", allows=Action.READ_WATCHES, gives=wire.CandidatesSchema)
def list_candidates() -> dict[str, Any]:
    """List who might be removed, and what still stands in the way."""
    return {
        "items": [
            {
                "watch_id": each.watch.id,
                "head_name": each.watch.head_name,
                "village_name": name_of(each.watch.village_code),
                "months": each.months,
                "is_ready": each.is_ready,
                "in_the_way": list(each.in_the_way),
            }
            for each in removal_proposals.candidates(by=actor())
        ]
    }


@route(
    way_out,
    "POST",
    "/watches/<int:watch_id>/removals",
    allows=Action.PROPOSE_REMOVAL,
    takes=WordsOnlyRequest,
    gives=wire.CaseBriefSchema,
    status=201,
    once=True,
)
def propose_removal(body: dict[str, str], watch_id: int) -> Case:
    """Propose that a family's risk is gone."""
    return removals.propose(watch_id, by=actor(), words=body["words"])


@route(
    way_out,
    "POST",
    "/cases/<int:case_id>/removal-check/review",
    allows=Action.CHECK_REMOVAL,
    takes=wire.RemovalRequest,
    gives=wire.LookedSchema,
)
def review_removal(body: dict[str, Any], case_id: int) -> Looked:
    """Look a removal over before it is filed; writes nothing."""
    return removals.review(case_id, body["form"], by=actor())


@route(
    way_out,
    "POST",
    "/cases/<int:case_id>/removal-check",
    allows=Action.CHECK_REMOVAL,
    takes=wire.RemovalRequest,
    gives=wire.RemovalCheckSchema,
    status=201,
    once=True,
)
def check_removal(body: dict[str, Any], case_id: int) -> RemovalCheck:
    """File the home check of a removal."""
    return removals.file_check(case_id, body["form"], by=actor(), version=body["version"])


@route(
    way_out,
    "POST",
    "/cases/<int:case_id>/kept",
    allows=Action.KEEP_WATCHING,
    takes=wire.KeepRequest,
    gives=wire.CaseBriefSchema,
    status=201,
    once=True,
)
def keep_watching(body: dict[str, Any], case_id: int) -> Case:
    """Say at the family's home that it is too early."""
    return removals.keep_watching(
        case_id, tuple(body["reasons"]), by=actor(), version=body["version"], words=body["words"]
    )


@route(
    way_out,
    "POST",
    "/cases/<int:case_id>/rollback",
    allows=Action.ROLL_BACK,
    takes=ReasonedRequest,
    gives=wire.CaseBriefSchema,
    status=201,
    once=True,
)
def roll_back(body: dict[str, Any], case_id: int) -> Case:
    """Take a removal back."""
    return removals.roll_back(case_id, tuple(body["reasons"]), by=actor(), words=body["words"])


@route(
    way_out,
    "POST",
    "/watches/<int:watch_id>/warnings",
    allows=Action.MARK_WARNING,
    takes=wire.WarningMarkRequest,
    gives=wire.CaseBriefSchema,
    status=201,
    once=True,
)
def mark_warning(body: dict[str, Any], watch_id: int) -> Case:
    """Mark what has become missing for a watched family."""
    return family_warnings.mark(watch_id, body["items"], by=actor(), words=body["words"])


@route(
    way_out,
    "POST",
    "/cases/<int:case_id>/warning-steps",
    allows=Action.READ_CASES,
    takes=wire.WarningStepRequest,
    gives=wire.CaseBriefSchema,
    status=201,
    once=True,
)
def step_warning(body: dict[str, Any], case_id: int) -> Case:
    """Take a step of a warning."""
    if body["action"] not in set(Action):
        raise Invalid.field("action", "没有这一步。")
    return family_warnings.step(
        case_id,
        Action(body["action"]),
        by=actor(),
        version=body["version"],
        words=body["words"],
        department=body["department"],
        codes=tuple(body["reasons"]),
    )
