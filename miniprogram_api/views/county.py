"""What township and county decide by list or batch, announce, and answer."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Announcement, Case, NationalEntry
from backend.services import (
    announcements,
    batch_pages,
    batches,
    county_waiting,
    lists,
    progress_calls,
    rechecks,
    referrals,
)
from backend.services.progress_calls import Standing
from miniprogram_api import dossier_shapes
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.cases import MovedSchema
from miniprogram_api.schemas.county import (
    AnnouncementSchema,
    AnnounceRequest,
    BatchesSchema,
    BatchRequest,
    BatchSchema,
    ListDecisionRequest,
    ListDecisionSchema,
    NationalRequest,
    NationalSchema,
    ProgressCallRequest,
    ProposalsRequest,
    RecheckAnswerRequest,
    ReferralAnswerRequest,
    StandingSchema,
    TakeOutRequest,
    WaitingQuery,
    WaitingSchema,
)
from miniprogram_api.schemas.declarations import ReceiptSchema
from miniprogram_api.schemas.dossiers import WordsBody
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.shapes import receipt_with_timeline

county = Blueprint("api_county", __name__, description="批次审定、公告、复核与转介")


@route(
    county,
    "POST",
    "/decisions",
    allows=Action.READ_CASES,
    takes=ListDecisionRequest,
    gives=ListDecisionSchema,
    status=201,
)
def decide_list(body: dict[str, Any]) -> dict[str, Any]:
    """Take one step for a list of families; without a key, for each carries the version that was seen."""
    return {"results": lists.decide_each(body["action"], body["cases"], by=actor(), opinion=body["opinion"])}


@route(
    county,
    "GET",
    "/batches/waiting",
    allows=Action.PREPARE_BATCH,
    takes=WaitingQuery,
    where="query",
    gives=WaitingSchema,
)
def list_waiting(query: dict[str, Any]) -> dict[str, Any]:
    """List the cases that wait for the county, and which pass their day before the next sitting."""
    return dossier_shapes.waiting(county_waiting.waiting(query["sits_on"], by=actor()))


@route(county, "GET", "/batches", allows=Action.PREPARE_BATCH, gives=BatchesSchema)
def list_batches() -> dict[str, Any]:
    """List the latest batches."""
    return {"items": batch_pages.batches_of(by=actor())}


@route(county, "GET", "/batches/<int:batch_id>", allows=Action.PREPARE_BATCH, gives=BatchSchema)
def read_batch(batch_id: int) -> dict[str, Any]:
    """Read a batch with its families."""
    return dossier_shapes.batch(batches.find_batch(batch_id, by=actor()))


@route(
    county,
    "POST",
    "/batches",
    allows=Action.PREPARE_BATCH,
    takes=BatchRequest,
    gives=BatchSchema,
    status=201,
    once=True,
)
def prepare_batch(body: dict[str, Any]) -> dict[str, Any]:
    """Open a batch under its document number."""
    return dossier_shapes.batch(batches.prepare(**body, by=actor()))


@route(
    county,
    "POST",
    "/batches/<int:batch_id>/proposals",
    allows=Action.PREPARE_BATCH,
    takes=ProposalsRequest,
    gives=BatchSchema,
    status=201,
    once=True,
)
def put_in_batch(body: dict[str, Any], batch_id: int) -> dict[str, Any]:
    """Add families to a batch, or propose for them anew."""
    return dossier_shapes.batch(batches.put(batch_id, body["proposals"], by=actor()))


@route(
    county,
    "POST",
    "/batches/<int:batch_id>/removals",
    allows=Action.PREPARE_BATCH,
    takes=TakeOutRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def take_out_of_batch(body: dict[str, int], batch_id: int) -> dict[str, bool]:
    """Leave a family out of a batch."""
    batches.take_out(batch_id, body["case_id"], by=actor())
    return {"done": True}


@route(county, "POST", "/batches/<int:batch_id>/signatures", allows=Action.SIGN_BATCH, gives=BatchSchema, status=201)
def sign_batch(batch_id: int) -> dict[str, Any]:
    """Sign a batch; without a key, for signing again decides only what is still open."""
    batches.sign(batch_id, by=actor())
    return dossier_shapes.batch(batches.find_batch(batch_id, by=actor()))


@route(
    county,
    "POST",
    "/cases/<int:case_id>/announcements",
    allows=Action.ANNOUNCE,
    takes=AnnounceRequest,
    gives=AnnouncementSchema,
    status=201,
    once=True,
)
def announce(body: dict[str, Any], case_id: int) -> Announcement:
    """Announce the county's decision."""
    return announcements.announce(case_id, body["number"], by=actor(), version=body["version"])


@route(
    county,
    "POST",
    "/cases/<int:case_id>/national-entries",
    allows=Action.ENTER_NATIONAL,
    takes=NationalRequest,
    gives=NationalSchema,
    status=201,
    once=True,
)
def enter_national(body: dict[str, Any], case_id: int) -> NationalEntry:
    """Type the receipt of the national system."""
    return announcements.enter_national(case_id, **_entry(body), by=actor())


def _entry(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("receipt_no", "entered_on", "version")}


@route(
    county,
    "POST",
    "/declarations/<int:declaration_id>/rechecks",
    allows=Action.ASK_RECHECK,
    takes=WordsBody,
    gives=ReceiptSchema,
    status=201,
    once=True,
)
def ask_recheck(body: dict[str, str], declaration_id: int) -> dict[str, Any]:
    """Ask for a recheck of the outcome of one's own declaration."""
    return receipt_with_timeline(rechecks.ask_by_receipt(declaration_id, by=actor(), words=body["words"]))


@route(
    county,
    "POST",
    "/cases/<int:case_id>/rechecks",
    allows=Action.ASK_RECHECK,
    takes=WordsBody,
    gives=MovedSchema,
    status=201,
    once=True,
)
def enter_recheck(body: dict[str, str], case_id: int) -> Case:
    """Enter a recheck that a family asked for."""
    return rechecks.ask(case_id, by=actor(), words=body["words"])


@route(
    county,
    "POST",
    "/cases/<int:case_id>/rechecks/answers",
    allows=Action.CONFIRM_OUTCOME,
    takes=RecheckAnswerRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def answer_recheck(body: dict[str, Any], case_id: int) -> Case:
    """Answer a recheck in writing."""
    return rechecks.answer(case_id, by=actor(), **body)


@route(
    county,
    "POST",
    "/cases/<int:case_id>/referrals/answers",
    allows=Action.ANSWER_REFERRAL,
    takes=ReferralAnswerRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def answer_referral(body: dict[str, Any], case_id: int) -> Case:
    """Write down what the other office answered."""
    return referrals.answer(case_id, by=actor(), **body)


@route(county, "POST", "/progress-calls", allows=Action.LOOK_UP_STATUS, takes=ProgressCallRequest, gives=StandingSchema)
def look_up_status(body: dict[str, str]) -> Standing:
    """Say where a declaration stands to somebody who telephones; without a key: a wrong guess must count."""
    return progress_calls.look_up(**body, by=actor())
