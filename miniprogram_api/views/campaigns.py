"""Campaigns on the phone: an ordinary visit reaches a family, and the few questions are answered there."""

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Campaign, CampaignFamily
from backend.services import campaign_findings, campaigns
from backend.services.campaign_findings import MOST_ON_A_PAGE, AnswerForm
from backend.workflow.places import name_of
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas import campaigns as wire

in_campaigns = Blueprint("api_campaigns", __name__, description="专项排查")


@route(in_campaigns, "GET", "/campaigns", allows=Action.FILE_ROUND, gives=wire.CampaignsSchema)
def list_campaigns() -> dict[str, Sequence[Campaign]]:
    """List the campaigns that run in one's place."""
    return {"items": campaigns.running(by=actor())}


@route(
    in_campaigns,
    "GET",
    "/campaigns/<int:campaign_id>/families",
    allows=Action.FILE_ROUND,
    takes=wire.CampaignPageQuery,
    where="query",
    gives=wire.CampaignFamiliesSchema,
)
def list_campaign_families(query: dict[str, int], campaign_id: int) -> dict[str, Any]:
    """List the families of a campaign in one's place, and what was found so far."""
    rows = campaign_findings.families(campaign_id, by=actor(), after=query["after"])
    is_last = len(rows) < MOST_ON_A_PAGE
    return {"items": [_family(row) for row in rows], "after": None if is_last else rows[-1].id}


@route(
    in_campaigns,
    "POST",
    "/campaigns/<int:campaign_id>/families/<int:household_id>/answers",
    allows=Action.FILE_ROUND,
    takes=wire.CampaignAnswerRequest,
    gives=wire.CampaignAnswerSchema,
    status=201,
    once=True,
)
def answer_campaign(form: AnswerForm, campaign_id: int, household_id: int) -> dict[str, Any]:
    """Answer a campaign's questions for a family that was reached."""
    kept = campaign_findings.answer(campaign_id, household_id, form, by=actor())
    came_of_it = {"clue_id": kept.clue_id, "warning_id": kept.warning_id, "assignment_id": kept.assignment_id}
    return _family(kept.family) | came_of_it


def _family(row: CampaignFamily) -> dict[str, Any]:
    return {
        "id": row.id,
        "household_id": row.household_id,
        "head_name": row.head_name,
        "village_name": name_of(row.village_code),
        "reached_on": row.reached_on,
        "is_so": row.is_so,
        "words": campaign_findings.words_of(row),
    }
