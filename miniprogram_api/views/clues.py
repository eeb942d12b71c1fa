"""Clues on the phone: reported by staff, grid members and authorised villagers, and brought to a verdict."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Case
from backend.services import clues as service
from backend.services import reporters, talks
from backend.services.clues import ClueForm
from miniprogram_api.auth import actor
from miniprogram_api.check_shapes import clue, report
from miniprogram_api.routes import route
from miniprogram_api.schemas.accounts import BeforeQuery
from miniprogram_api.schemas.cases import MovedSchema
from miniprogram_api.schemas.clues import (
    ClosingRequest,
    CluePage,
    ClueQuery,
    ClueRequest,
    InvitationRequest,
    InvitationSchema,
    InviteRequest,
    JoinClueRequest,
    ReporterSchema,
    ReportersSchema,
    ReportPage,
    ReportSchema,
    TalkRequest,
    TransferRequest,
    UrgencyRequest,
)
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.shapes import page_before

clues = Blueprint("api_clues", __name__, description="线索")
CASE = "/cases/<int:case_id>"


@route(clues, "POST", "/clues", allows=Action.REPORT_CLUE, takes=ClueRequest, gives=ReportSchema, status=201, once=True)
def report_clue(form: ClueForm) -> dict[str, Any]:
    """Enter a clue; the answer is a receipt number, which a farmer can use too."""
    return report(service.report(form, by=actor()))


@route(clues, "GET", "/clues", allows=Action.READ_CLUES, takes=ClueQuery, where="query", gives=CluePage)
def list_clues(query: dict[str, Any]) -> dict[str, Any]:
    """Read the stream of clues of one's place, the newest first."""
    page = page_before(service.stream(by=actor(), **query), query["size"])
    return {"items": [clue(each) for each in page["items"]], "before": page["before"]}


@route(clues, "GET", "/clues/mine", allows=Action.REPORT_CLUE, takes=BeforeQuery, where="query", gives=ReportPage)
def list_reports(query: dict[str, Any]) -> dict[str, Any]:
    """Read one's own reports: all that an authorised villager sees of the stream."""
    page = page_before(service.reports_of(actor(), **query), query["size"])
    return {"items": [report(each) for each in page["items"]], "before": page["before"]}


@route(
    clues,
    "POST",
    CASE + "/clues/<int:clue_id>/joins",
    allows=Action.JOIN_DECLARATION,
    takes=JoinClueRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def join_clue(body: dict[str, int], case_id: int, clue_id: int) -> Case:
    """Confirm that a clue speaks of this household's open case."""
    return service.join(case_id, clue_id, by=actor(), version=body["version"])


@route(
    clues,
    "POST",
    CASE + "/hand-ups",
    allows=Action.HAND_UP_CLUE,
    takes=ClosingRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def hand_up_clue(body: dict[str, Any], case_id: int) -> Case:
    """Say as the village why a clue looks like no case; the township has the last word."""
    return service.hand_up(case_id, by=actor(), **body)


@route(
    clues,
    "POST",
    CASE + "/closings",
    allows=Action.CLOSE_CLUE,
    takes=ClosingRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def close_clue(body: dict[str, Any], case_id: int) -> Case:
    """Close a clue as the township."""
    return service.close(case_id, by=actor(), **body)


@route(
    clues,
    "POST",
    CASE + "/transfers",
    allows=Action.TRANSFER,
    takes=TransferRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def transfer_clue(body: dict[str, Any], case_id: int) -> Case:
    """Hand on what is not our matter, with a receipt."""
    return service.transfer(case_id, body.pop("to"), by=actor(), **body)


@route(
    clues,
    "POST",
    CASE + "/urgency",
    allows=Action.SET_URGENCY,
    takes=UrgencyRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def set_urgency(body: dict[str, str], case_id: int) -> Case:
    """Say how much a case presses."""
    return talks.set_urgency(case_id, body["urgency"], by=actor(), words=body["words"])


@route(
    clues, "POST", CASE + "/talks", allows=Action.NOTE_TALK, takes=TalkRequest, gives=MovedSchema, status=201, once=True
)
def note_talk(body: dict[str, Any], case_id: int) -> Case:
    """Write one talk with the family into the history."""
    return talks.note_talk(case_id, body.pop("way"), by=actor(), **body)


@route(
    clues,
    "POST",
    "/reporters",
    allows=Action.AUTHORISE_REPORTER,
    takes=InviteRequest,
    gives=InvitationSchema,
    status=201,
    once=True,
)
def invite_reporter(body: dict[str, str]) -> dict[str, Any]:
    """Authorise a villager to report; whoever asks again with the same key reads the same code."""
    reporter, code = reporters.invite(body["name"], body["standing"], by=actor())
    return {"id": reporter.id, "code": code}


@route(clues, "GET", "/reporters", allows=Action.AUTHORISE_REPORTER, gives=ReportersSchema)
def list_reporters() -> dict[str, Any]:
    """Read whom the village has authorised."""
    return {"items": reporters.reporters_of(actor())}


@route(
    clues,
    "POST",
    "/reporters/acceptances",
    allows=Action.BECOME_REPORTER,
    takes=InvitationRequest,
    gives=ReporterSchema,
)
def accept_invitation(body: dict[str, str]) -> Any:
    """Take the village's authorisation to one's own phone; without a key, for a wrong guess must count."""
    return reporters.accept_invitation(body["code"], by=actor())


@route(
    clues,
    "POST",
    "/reporters/<int:reporter_id>/endings",
    allows=Action.AUTHORISE_REPORTER,
    gives=DoneSchema,
    status=201,
    once=True,
)
def end_reporter(reporter_id: int) -> dict[str, bool]:
    """Take an authorisation back."""
    reporters.end(reporter_id, by=actor())
    return {"done": True}
