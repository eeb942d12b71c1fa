"""Regular visits, changes of members, and the ledger of hidden dangers."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from backend import clock
from backend.access.permissions import Action
from backend.models import BusyTime, MemberChange, RegularVisit, StoredFile, VisitTurn
from backend.policy.county import current_policy
from backend.services import hazards, member_changes, round_photos, round_traits, rounds
from backend.services.member_changes import ChangeForm
from backend.services.round_forms import Picture, RoundForm
from backend.services.round_traits import TraitsForm
from backend.workflow.deadlines import is_overdue
from backend.workflow.places import name_of
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas import rounds as wire
from miniprogram_api.schemas.files import AttachmentSchema, UploadRequest
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.schemas.watches import DutyAnswerRequest
from miniprogram_api.shapes import uploaded

visiting = Blueprint("api_rounds", __name__, description="日常走访")


@route(visiting, "GET", "/rounds", allows=Action.FILE_ROUND, gives=wire.DueRoundsSchema)
def list_rounds() -> dict[str, Any]:
    """List the visits that are owed in one's place, the most pressing first."""
    by = actor()
    names = current_policy(by.county_code).dictionaries["round_classes"]
    return {
        "items": [
            {
                "household_id": task.household_id,
                "head_name": task.head_name,
                "village_name": name_of(task.village_code),
                "class_name": names.get(task.limit_key, ""),
                "due_on": task.due_on,
                "is_overdue": is_overdue(task.due_on, clock.today()),
            }
            for task in round_traits.due_rounds(by=by)
        ]
    }


@route(
    visiting,
    "GET",
    "/households/<int:household_id>/picture",
    allows=Action.FILE_ROUND,
    gives=wire.PictureSchema,
)
def read_picture(household_id: int) -> Picture:
    """Read last time's picture: only what changed is typed."""
    return rounds.picture(household_id, by=actor())


@route(
    visiting,
    "POST",
    "/households/<int:household_id>/rounds",
    allows=Action.FILE_ROUND,
    takes=wire.RoundRequest,
    gives=wire.RoundSchema,
    status=201,
    once=True,
)
def file_round(form: RoundForm, household_id: int) -> dict[str, Any]:
    """File a visit; it closes every duty that it satisfies."""
    return _visit(rounds.file_round(household_id, form, by=actor()))


@route(
    visiting,
    "GET",
    "/households/<int:household_id>/rounds",
    allows=Action.FILE_ROUND,
    gives=wire.RoundsSchema,
)
def list_visits(household_id: int) -> dict[str, Any]:
    """List a household's visits, each with its photos and how many are still on their way."""
    seen = round_photos.visits_seen(household_id, by=actor())
    return {"items": [_visit(each.visit) | {"photos": each.photos, "missing_photos": each.missing} for each in seen]}


@route(
    visiting,
    "POST",
    "/rounds/<int:visit_id>/files",
    allows=Action.FILE_ROUND,
    takes=UploadRequest,
    where="form",
    gives=AttachmentSchema,
    status=201,
)
def add_visit_photo(form: dict[str, str], visit_id: int) -> StoredFile:
    """Add one photo that the visit announced; the same content again changes nothing, so no key is needed."""
    return round_photos.add_photo(visit_id, uploaded(request), by=actor())


@route(
    visiting,
    "POST",
    "/households/<int:household_id>/traits",
    allows=Action.PLAN_ROUNDS,
    takes=wire.TraitsRequest,
    gives=wire.TraitsSchema,
    status=201,
    once=True,
)
def set_traits(form: TraitsForm, household_id: int) -> VisitTurn:
    """Write down how a household is best visited."""
    return round_traits.set_traits(household_id, form, by=actor())


@route(
    visiting,
    "POST",
    "/busy-times",
    allows=Action.PLAN_ROUNDS,
    takes=wire.BusyRequest,
    gives=wire.BusySchema,
    status=201,
    once=True,
)
def add_busy_time(body: dict[str, Any]) -> BusyTime:
    """Keep a village's busy weeks free of visits."""
    return round_traits.add_busy_time(**body, by=actor())


@route(
    visiting,
    "POST",
    "/households/<int:household_id>/changes",
    allows=Action.TELL_CHANGE,
    takes=wire.ChangeRequest,
    gives=wire.ChangeSchema,
    status=201,
    once=True,
)
def tell_change(form: ChangeForm, household_id: int) -> MemberChange:
    """Tell that somebody came into a family or left it."""
    return member_changes.tell(household_id, form, by=actor())


@route(
    visiting,
    "GET",
    "/households/<int:household_id>/changes",
    allows=Action.TELL_CHANGE,
    gives=wire.ChangesSchema,
)
def list_changes(household_id: int) -> dict[str, Any]:
    """List who came and went."""
    return {"items": member_changes.changes_of(household_id, by=actor())}


@route(
    visiting,
    "POST",
    "/changes/<int:change_id>/verdict",
    allows=Action.SETTLE_CHANGE,
    takes=wire.SettleRequest,
    gives=wire.ChangeSchema,
    status=201,
    once=True,
)
def settle_change(body: dict[str, Any], change_id: int) -> MemberChange:
    """Confirm a change, or drop it."""
    return member_changes.settle(change_id, body["confirmed"], by=actor(), version=body["version"])


@route(visiting, "GET", "/hazards", allows=Action.READ_WATCHES, gives=wire.HazardsSchema)
def list_hazards() -> dict[str, Any]:
    """List the hidden dangers that are not yet put right."""
    by = actor()
    names = current_policy(by.county_code).dictionaries["safety_items"]
    return {
        "items": [
            {
                "id": hazard.id,
                "head_name": hazard.head_name,
                "item_name": names.get(hazard.item, hazard.item),
                "found_on": hazard.found_on,
                "due_on": task.due_on,
                "words": hazards.words_of(hazard)[0],
                "version": task.version,
            }
            for hazard, task in hazards.ledger(by=by)
        ]
    }


@route(
    visiting,
    "POST",
    "/hazards/<int:hazard_id>/closing",
    allows=Action.CLOSE_HAZARD,
    takes=DutyAnswerRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def close_hazard(body: dict[str, Any], hazard_id: int) -> dict[str, bool]:
    """Strike an entry off after somebody has looked."""
    return {"done": hazards.close(hazard_id, by=actor(), **body).closed_on is not None}


def _visit(row: RegularVisit) -> dict[str, Any]:
    names = ("id", "visited_on", "way", "conclusion", "changed", "by_name", "clue_id", "warning_id")
    return {**{name: getattr(row, name) for name in names}, "closed": rounds.closed_kinds(row)}
