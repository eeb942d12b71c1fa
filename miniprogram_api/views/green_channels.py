"""Help first, papers after."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import GreenChannel, GreenOpinion
from backend.services import batches, telephone
from backend.services import green_channels as service
from backend.services.green_channels import Telephone
from miniprogram_api import dossier_shapes
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.cases import VersionRequest
from miniprogram_api.schemas.county import BatchSchema
from miniprogram_api.schemas.green_channels import (
    AidRequest,
    GreenOpinionRequest,
    GreenOpinionSchema,
    GreenRequest,
    GreenSchema,
    TelephoneRequest,
)

green_channels = Blueprint("api_green_channels", __name__, description="绿色通道")


@route(
    green_channels,
    "POST",
    "/cases/<int:case_id>/green-channel",
    allows=Action.ASK_GREEN_CHANNEL,
    takes=GreenRequest,
    gives=GreenSchema,
    status=201,
    once=True,
)
def ask_green_channel(body: dict[str, Any], case_id: int) -> GreenChannel:
    """Ask for help before papers."""
    return service.ask(case_id, body["cause"], body["studied"], by=actor(), studied_on=body["studied_on"])


@route(
    green_channels,
    "POST",
    "/cases/<int:case_id>/green-channel/opinions",
    allows=Action.READ_CASES,
    takes=GreenOpinionRequest,
    gives=GreenOpinionSchema,
    status=201,
    once=True,
)
def give_green_opinion(body: dict[str, Any], case_id: int) -> GreenOpinion:
    """Agree, perhaps by telephone, or decline with a reason."""
    if body["agrees"]:
        return service.agree(case_id, by=actor(), version=body["version"], phoned=body["phoned"])
    return service.decline(case_id, by=actor(), version=body["version"], words=body["words"])


@route(
    green_channels,
    "POST",
    "/cases/<int:case_id>/green-channel/signatures",
    allows=Action.SIGN_LATER,
    takes=VersionRequest,
    gives=GreenOpinionSchema,
    status=201,
    once=True,
)
def sign_later(body: dict[str, int], case_id: int) -> GreenOpinion:
    """Sign what one agreed to by telephone."""
    return service.sign_later(case_id, by=actor(), version=body["version"])


@route(
    green_channels,
    "POST",
    "/cases/<int:case_id>/green-channel/aid",
    allows=Action.DELIVER_AID,
    takes=AidRequest,
    gives=GreenSchema,
    status=201,
    once=True,
)
def deliver_aid(body: dict[str, Any], case_id: int) -> GreenChannel:
    """Record the help that reached the family."""
    return service.deliver(case_id, body["form"], by=actor(), version=body["version"])


@route(
    green_channels,
    "POST",
    "/batches/<int:batch_id>/telephone",
    allows=Action.COUNTY_AGREES_BY_PHONE,
    takes=TelephoneRequest,
    gives=BatchSchema,
    status=201,
)
def agree_by_telephone(phoned: Telephone, batch_id: int) -> dict[str, Any]:
    """Note that the leader agreed by telephone; without a key, for a repeat decides only what is still open."""
    telephone.agree(batch_id, phoned, by=actor())
    return dossier_shapes.batch(batches.find_batch(batch_id, by=actor()))
