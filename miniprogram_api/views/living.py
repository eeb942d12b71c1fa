"""Families that live in another village than that of their register (人户分离)."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Case
from backend.services import living as service
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.cases import MovedSchema
from miniprogram_api.schemas.living import LivingPlaceRequest, NeighboursSchema

living = Blueprint("api_living", __name__, description="人户分离")


@route(
    living,
    "POST",
    "/cases/<int:case_id>/living-places",
    allows=Action.CORRECT_FAMILY,
    takes=LivingPlaceRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def note_living_place(body: dict[str, str], case_id: int) -> Case:
    """Write down in which village a family lives: that one reads its case and visits it."""
    return service.note_living_place(case_id, body["village_code"], by=actor(), words=body["words"])


@route(living, "GET", "/living", allows=Action.CORRECT_FAMILY, gives=NeighboursSchema)
def list_living() -> dict[str, Any]:
    """List the families of two villages that concern one's place."""
    by = actor()
    return {"here": service.families_living_here(by=by), "elsewhere": service.families_living_elsewhere(by=by)}
