"""Watched families: read, planned for, helped, answered for."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.errors import Invalid
from backend.models import Case, Measure
from backend.services import care, measures, paired, plans, watches
from backend.services.measure_forms import MeasureForm
from miniprogram_api import shapes, watch_shapes
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas import watches as wire
from miniprogram_api.schemas.shared import DoneSchema

watched = Blueprint("api_watches", __name__, description="监测对象")


@route(
    watched,
    "GET",
    "/watches",
    allows=Action.READ_WATCHES,
    takes=wire.WatchesQuery,
    where="query",
    gives=wire.WatchPageSchema,
)
def list_watches(query: dict[str, Any]) -> dict[str, Any]:
    """List the watched families of one's place."""
    page = shapes.page_before(watches.listed(by=actor(), **query), query["size"])
    return {**page, "items": [watch_shapes.watch(each) for each in page["items"]]}


@route(watched, "GET", "/watches/mine", allows=Action.READ_WATCHES, gives=wire.OwnFamiliesSchema)
def list_own_families() -> dict[str, Any]:
    """List the watched families for whom one answers (帮扶责任人)."""
    return {"items": [watch_shapes.watch(each) for each in paired.own_families(by=actor())]}


@route(watched, "GET", "/watches/<int:watch_id>", allows=Action.READ_WATCHES, gives=wire.WatchFileSchema)
def read_watch(watch_id: int) -> dict[str, Any]:
    """Read one watched family with its plan, measures and what should be asked about them."""
    file = watches.read_watch(watch_id, by=actor())
    return watch_shapes.watch_file(file, plans.needs_card(watch_id, by=actor()))


@route(watched, "GET", "/cases/<int:case_id>/watch", allows=Action.READ_WATCHES, gives=wire.WatchFileSchema)
def watch_of_case(case_id: int) -> dict[str, Any]:
    """Read the family that a case included, or that a case of the way out or a warning is about."""
    file = watches.read_watch(watches.of_case(case_id, by=actor()).id, by=actor())
    return watch_shapes.watch_file(file, plans.needs_card(file.watch.id, by=actor()))


@route(
    watched,
    "POST",
    "/watches/<int:watch_id>/plans",
    allows=Action.MAKE_PLAN,
    takes=wire.PlanRequest,
    gives=wire.PlanSchema,
    status=201,
    once=True,
)
def make_plan(body: dict[str, Any], watch_id: int) -> dict[str, Any]:
    """Make the family's plan, or make it anew."""
    return watch_shapes.plan(plans.make_plan(watch_id, body["form"], by=actor(), version=body["version"]))


@route(
    watched,
    "POST",
    "/watches/<int:watch_id>/measures",
    allows=Action.ADD_MEASURE,
    takes=wire.MeasureRequest,
    gives=wire.MeasureSchema,
    status=201,
    once=True,
)
def add_measure(form: MeasureForm, watch_id: int) -> dict[str, Any]:
    """Add one measure."""
    return watch_shapes.measure(plans.add_measure(watch_id, form, by=actor()))


@route(
    watched,
    "POST",
    "/measures/<int:measure_id>/progress",
    allows=Action.NOTE_MEASURE,
    takes=wire.ProgressRequest,
    gives=wire.MeasureSchema,
    status=201,
    once=True,
)
def note_measure(body: dict[str, Any], measure_id: int) -> dict[str, Any]:
    """Write down how far a measure is, or its money."""
    return watch_shapes.measure(measures.note(measure_id, body["step"], by=actor(), version=body["version"]))


@route(watched, "GET", "/help", allows=Action.CONFIRM_AID, gives=wire.HelpSchema)
def read_help() -> dict[str, Any]:
    """Read the help that one's own family is given."""
    return {"items": [watch_shapes.measure(each) for each in measures.own_help(by=actor())]}


@route(
    watched,
    "POST",
    "/measures/<int:measure_id>/words",
    allows=Action.CONFIRM_AID,
    takes=wire.FamilyWordRequest,
    gives=wire.MeasureSchema,
    status=201,
    once=True,
)
def say_received(body: dict[str, Any], measure_id: int) -> dict[str, Any]:
    """Say as the family, or for it, whether help arrived."""
    row: Measure = measures.family_says(measure_id, body["received"], by=actor(), on=body["on"], words=body["words"])
    return watch_shapes.measure(row)


@route(
    watched,
    "POST",
    "/cases/<int:case_id>/missing-answers",
    allows=Action.ANSWER_MISSING,
    takes=wire.DutyAnswerRequest,
    gives=wire.MeasureSchema,
    status=201,
    once=True,
)
def answer_missing(body: dict[str, Any], case_id: int) -> dict[str, Any]:
    """Say what was found about help that had not arrived."""
    return watch_shapes.measure(measures.answer_missing(case_id, by=actor(), **body))


@route(
    watched,
    "POST",
    "/cases/<int:case_id>/care",
    allows=Action.GIVE_CARE,
    takes=wire.CareRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def give_care(body: dict[str, Any], case_id: int) -> dict[str, bool]:
    """Write down care that was given or is over, or what 民政 answered."""
    action = body.pop("action")
    if action not in set(Action):
        raise Invalid.field("action", "没有这一步。")
    done: Case = care.take(case_id, Action(action), by=actor(), **body)
    return {"done": done is not None}


@route(
    watched,
    "POST",
    "/watches/<int:watch_id>/pairings",
    allows=Action.PAIR,
    takes=wire.PairRequest,
    gives=wire.PairingSchema,
    status=201,
    once=True,
)
def pair(body: dict[str, Any], watch_id: int) -> dict[str, Any]:
    """Name who answers for the family."""
    return watch_shapes.pairing(paired.pair(watch_id, body["form"], by=actor(), version=body["version"]))


@route(
    watched,
    "POST",
    "/watches/<int:watch_id>/pairings/<int:pairing_id>/end",
    allows=Action.END_PAIRING,
    takes=wire.WordsOnlyRequest,
    gives=wire.WatchSchema,
    status=201,
    once=True,
)
def end_pairing(body: dict[str, str], watch_id: int, pairing_id: int) -> dict[str, Any]:
    """Let somebody go who answered for the family."""
    return watch_shapes.watch(paired.end(watch_id, pairing_id, by=actor(), words=body["words"]))


@route(
    watched,
    "POST",
    "/watches/<int:watch_id>/natural-ends",
    allows=Action.END_NATURALLY,
    takes=wire.ReasonedRequest,
    gives=wire.WatchSchema,
    status=201,
    once=True,
)
def end_naturally(body: dict[str, Any], watch_id: int) -> dict[str, Any]:
    """Note that the whole family died, moved away or joined another."""
    return watch_shapes.watch(watches.end_naturally(watch_id, tuple(body["reasons"]), by=actor(), words=body["words"]))


@route(
    watched,
    "POST",
    "/watches/<int:watch_id>/strike-offs",
    allows=Action.STRIKE_OFF,
    takes=wire.ReasonedRequest,
    gives=wire.WatchSchema,
    status=201,
    once=True,
)
def strike_off(body: dict[str, Any], watch_id: int) -> dict[str, Any]:
    """Put a wrong inclusion right."""
    return watch_shapes.watch(watches.strike_off(watch_id, tuple(body["reasons"]), by=actor(), words=body["words"]))
