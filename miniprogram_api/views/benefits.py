"""What is given by rule: the departments' menu, 防贫保, and the subsidy of medical insurance."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import ReliefClaim
from backend.services import insurance, offers, relief
from backend.services.offers import OfferForm
from backend.services.relief import ClaimForm
from miniprogram_api import watch_shapes
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas import benefits as wire
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.schemas.watches import HelpSchema

benefits = Blueprint("api_benefits", __name__, description="部门菜单、防贫保和参保资助")


@route(benefits, "GET", "/offers", allows=Action.READ_WATCHES, gives=wire.MenuSchema)
def read_menu() -> dict[str, Any]:
    """Read what departments offer."""
    return {"items": [watch_shapes.offer(each) for each in offers.menu(by=actor())]}


@route(
    benefits,
    "POST",
    "/offers",
    allows=Action.MANAGE_OFFERS,
    takes=wire.OfferRequest,
    gives=wire.OfferSchema,
    status=201,
    once=True,
)
def put_on_menu(form: OfferForm) -> dict[str, Any]:
    """Put a dish on a department's menu."""
    return watch_shapes.offer(offers.put_on(form, by=actor()))


@route(benefits, "GET", "/offers/asked", allows=Action.READ_WATCHES, gives=HelpSchema)
def read_asked() -> dict[str, Any]:
    """Read what villages asked departments for."""
    return {"items": [watch_shapes.measure(each) for each in offers.asked_for(by=actor())]}


@route(
    benefits,
    "POST",
    "/watches/<int:watch_id>/relief-claims",
    allows=Action.CLAIM_RELIEF,
    takes=wire.ReliefClaimRequest,
    gives=wire.ReliefClaimSchema,
    status=201,
    once=True,
)
def claim_relief(form: ClaimForm, watch_id: int) -> ReliefClaim:
    """Claim 防贫保 for a family of the three categories."""
    return relief.claim(watch_id, form, by=actor())


@route(
    benefits,
    "POST",
    "/relief-claims/<int:claim_id>/decision",
    allows=Action.DECIDE_RELIEF,
    takes=wire.ReliefDecisionRequest,
    gives=wire.ReliefClaimSchema,
    status=201,
    once=True,
)
def decide_relief(body: dict[str, Any], claim_id: int) -> ReliefClaim:
    """Grant a sum, or say why not."""
    return relief.decide(claim_id, body["granted_fen"], by=actor(), words=body["words"])


@route(
    benefits,
    "POST",
    "/relief-claims/<int:claim_id>/payment",
    allows=Action.PAY_RELIEF,
    takes=wire.DayRequest,
    gives=wire.ReliefClaimSchema,
    status=201,
    once=True,
)
def pay_relief(body: dict[str, Any], claim_id: int) -> ReliefClaim:
    """Note the day on which it was paid."""
    return relief.pay(claim_id, by=actor(), on=body["on"])


@route(
    benefits,
    "GET",
    "/insurance",
    allows=Action.READ_WATCHES,
    takes=wire.YearQuery,
    where="query",
    gives=wire.InsuranceListSchema,
)
def list_insurance(query: dict[str, Any]) -> dict[str, Any]:
    """List who of the watched is insured in a year."""
    lines = insurance.subsidy_list(query["year"], by=actor(), unpaid_only=query["unpaid_only"], size=1000)
    return {"items": [watch_shapes.insured(each) for each in lines]}


@route(
    benefits,
    "POST",
    "/insurance",
    allows=Action.NOTE_INSURANCE,
    takes=wire.InsuredRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def note_insurance(body: dict[str, Any]) -> dict[str, bool]:
    """Write down whether somebody is insured for a year."""
    row = insurance.note(body["person_id"], body["year"], body["is_paid"], by=actor(), subsidy_fen=body["subsidy_fen"])
    return {"done": row.is_paid == body["is_paid"]}
