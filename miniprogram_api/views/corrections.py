"""A wrong turn mended, and the register of kin, on the phone."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Case
from backend.services import corrections as service
from backend.services import kin as register
from backend.services import mergers, splits
from backend.services.kin import KinForm
from miniprogram_api.auth import actor
from miniprogram_api.check_shapes import kin
from miniprogram_api.routes import route
from miniprogram_api.schemas.cases import MovedSchema
from miniprogram_api.schemas.clues import (
    CorrectedSchema,
    CorrectIdRequest,
    DeathRequest,
    HandOverRequest,
    HeadRequest,
    KinListSchema,
    KinRequest,
    KinSchema,
    MergeRequest,
)
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.schemas.splits import SplitRequest

corrections = Blueprint("api_corrections", __name__, description="更正")
CASE = "/cases/<int:case_id>"


@route(
    corrections,
    "POST",
    CASE + "/hand-overs",
    allows=Action.HAND_OVER,
    takes=HandOverRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def hand_over(body: dict[str, str], case_id: int) -> Case:
    """Give a case to the village where it belongs, with its tasks and clocks."""
    return service.hand_over(case_id, body["village_code"], by=actor(), words=body["words"])


@route(
    corrections,
    "POST",
    CASE + "/mergers",
    allows=Action.MERGE_CASES,
    takes=MergeRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def merge_cases(body: dict[str, Any], case_id: int) -> Case:
    """Join two cases of one family; the answer is the older one, which goes on."""
    return mergers.merge(case_id, body["other_id"], by=actor(), words=body["words"])


@route(
    corrections,
    "POST",
    CASE + "/id-corrections",
    allows=Action.CORRECT_ID,
    takes=CorrectIdRequest,
    gives=CorrectedSchema,
    status=201,
    once=True,
)
def correct_id(body: dict[str, Any], case_id: int) -> dict[str, str]:
    """Correct a person's ID number; both are shown masked."""
    before, after = service.correct_id(case_id, body["person_id"], body["number"], by=actor(), words=body["words"])
    return {"before": before, "after": after}


@route(
    corrections,
    "POST",
    CASE + "/heads",
    allows=Action.CORRECT_FAMILY,
    takes=HeadRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def change_head(body: dict[str, Any], case_id: int) -> Case:
    """Make another member the head."""
    return service.change_head(case_id, body.pop("person_id"), by=actor(), **body)


@route(
    corrections,
    "POST",
    CASE + "/splits",
    allows=Action.CORRECT_FAMILY,
    takes=SplitRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def split_family(body: dict[str, Any], case_id: int) -> Case:
    """Part a family: the case, which is answered, follows the members at risk; the others get their own household."""
    case, _ = splits.split(case_id, body["form"], by=actor(), words=body["words"])
    return case


@route(
    corrections,
    "POST",
    CASE + "/deaths",
    allows=Action.CORRECT_FAMILY,
    takes=DeathRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def record_death(body: dict[str, Any], case_id: int) -> Case:
    """Write down that a member died: messages to them stop at once."""
    return service.record_death(case_id, body.pop("person_id"), by=actor(), **body)


@route(
    corrections,
    "POST",
    CASE + "/kin",
    allows=Action.REGISTER_KIN,
    takes=KinRequest,
    gives=KinSchema,
    status=201,
    once=True,
)
def register_kin(form: KinForm, case_id: int) -> dict[str, Any]:
    """Register that a family is related to somebody in office."""
    return kin(register.register(case_id, form, by=actor()))


@route(
    corrections,
    "POST",
    CASE + "/kin/<int:kin_id>/endings",
    allows=Action.READ_KIN,
    gives=DoneSchema,
    status=201,
    once=True,
)
def end_kin(case_id: int, kin_id: int) -> dict[str, bool]:
    """Take an entry of the register back."""
    register.end(case_id, kin_id, by=actor())
    return {"done": True}


@route(corrections, "GET", "/kin", allows=Action.READ_KIN, gives=KinListSchema)
def list_kin() -> dict[str, Any]:
    """Read the register of kin of one's place."""
    return {"items": [kin(each) for each in register.registered(by=actor())]}
