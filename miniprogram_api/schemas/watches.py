"""Shapes of a watched family: its plan and measures, who answers for it, and its ends."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.measure_forms import MeasureForm
from backend.services.measures import Progress
from backend.services.paired import PairForm
from backend.services.plans import PlanForm
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most

CODE = at_most(30)


class WatchesQuery(Schema):
    """Which families to list."""

    standing = Text(load_default="", validate=CODE)
    village = Text(load_default="", validate=at_most(12))
    before = Id(load_default=None)
    size = Whole(load_default=50, validate=validate.Range(1, 100))


class WatchSchema(Schema):
    """A watched family as a list shows it."""

    id = Id(required=True)
    case_id = Id(required=True)
    household_id = Id(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    category_name = fields.String(required=True)
    risk_names = fields.List(fields.String(), required=True)
    standing = fields.String(required=True)
    standing_name = fields.String(required=True)
    began_on = Day(required=True)
    removed_on = Day(required=True, allow_none=True)


class WatchPageSchema(Schema):
    """A page of watched families."""

    items = fields.List(fields.Nested(WatchSchema), required=True)
    before = Id(required=True, allow_none=True)


class OwnFamiliesSchema(Schema):
    """The watched families for whom one answers (帮扶责任人)."""

    items = fields.List(fields.Nested(WatchSchema), required=True)


class MeasureSchema(Schema):
    """One measure, and what may be noted of it next."""

    id = Id(required=True)
    person_name = fields.String(required=True)
    category_name = fields.String(required=True)
    what = fields.String(required=True)
    department_name = fields.String(required=True)
    responsible = fields.String(required=True)
    nature = fields.String(required=True)
    starts_on = Day(required=True)
    due_on = Day(required=True)
    planned_fen = Whole(required=True, allow_none=True, metadata={"description": "分"})
    paid_fen = Whole(required=True, allow_none=True, metadata={"description": "分"})
    progress = fields.String(required=True)
    progress_name = fields.String(required=True)
    funds = fields.String(required=True)
    funds_name = fields.String(required=True)
    family_says = fields.String(required=True)
    next_steps = fields.List(fields.String(), required=True)
    version = Whole(required=True)


class PlanSchema(Schema):
    """The plan that counts."""

    id = Id(required=True)
    labour = fields.String(required=True)
    needs = fields.List(fields.String(), required=True)
    wishes = fields.String(required=True)
    heard_on = Day(required=True)
    made_by_name = fields.String(required=True)


class PairingSchema(Schema):
    """Who answers or answered for the family."""

    id = Id(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    phone = fields.String(required=True)
    from_on = Day(required=True)
    until_on = Day(required=True, allow_none=True)


class HelpWarningSchema(Schema):
    """A question about the family's help; it decides nothing."""

    rule = fields.String(required=True)
    about = fields.String(required=True)
    sentence = fields.String(required=True)


class WatchFileSchema(WatchSchema):
    """A watched family whole."""

    plan = fields.Nested(PlanSchema, required=True, allow_none=True)
    measures = fields.List(fields.Nested(MeasureSchema), required=True)
    pairings = fields.List(fields.Nested(PairingSchema), required=True)
    warnings = fields.List(fields.Nested(HelpWarningSchema), required=True)


class HelpSchema(Schema):
    """The help that a family is given, as the family reads it."""

    items = fields.List(fields.Nested(MeasureSchema), required=True)


class MeasureRequest(Schema):
    """One measure to be planned."""

    category = Text(required=True, validate=CODE)
    what = Text(required=True, validate=at_most(800))
    department = Text(required=True, validate=CODE)
    responsible = Text(required=True, validate=at_most(200))
    due_on = Day(required=True)
    person_id = Id(load_default=None, allow_none=True)
    nature = Text(load_default="remedial", validate=CODE)
    starts_on = Day(load_default=None, allow_none=True)
    planned_fen = Whole(load_default=None, allow_none=True, metadata={"description": "分"})
    offer_id = Id(load_default=None, allow_none=True)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> MeasureForm:
        return MeasureForm(**data)


class PlanRequest(Schema):
    """A plan talked over with the family."""

    version = Whole(load_default=None, allow_none=True)
    risks = fields.List(Text(validate=CODE), required=True, validate=validate.Length(max=10))
    labour = Text(required=True, validate=CODE)
    heard_whom = Text(required=True, validate=CODE)
    needs = fields.List(Text(validate=CODE), load_default=list, validate=validate.Length(max=14))
    wishes = Text(load_default="", validate=at_most(4000))
    heard_on = Day(load_default=None, allow_none=True)
    needs_care = fields.Boolean(load_default=False)
    measures = fields.List(fields.Nested(MeasureRequest), load_default=list, validate=validate.Length(max=40))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        version = data.pop("version")
        tuples = {name: tuple(data[name]) for name in ("risks", "needs", "measures")}
        return {"version": version, "form": PlanForm(**(data | tuples))}


class ProgressRequest(Schema):
    """How far a measure is, or its money."""

    version = Whole(required=True)
    what = Text(required=True, validate=CODE)
    on = Day(load_default=None, allow_none=True)
    words = Text(load_default="", validate=at_most(4000))
    paid_fen = Whole(load_default=None, allow_none=True, metadata={"description": "分"})

    @post_load
    def _step(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"version": data.pop("version"), "step": Progress(**data)}


class FamilyWordRequest(Schema):
    """What the family says of a measure."""

    received = fields.Boolean(required=True)
    on = Day(load_default=None, allow_none=True)
    words = Text(load_default="", validate=at_most(4000))


class DutyAnswerRequest(Schema):
    """An answer to a duty, in words."""

    version = Whole(required=True)
    words = Text(required=True, validate=at_most(4000))


class CareRequest(DutyAnswerRequest):
    """What was done: `answer_safety_net`, `give_care` or `end_care`."""

    action = Text(required=True, validate=CODE)


class PairRequest(Schema):
    """Who answers for the family from now."""

    version = Whole(load_default=None, allow_none=True)
    name = Text(required=True, validate=at_most(200))
    phone = Text(required=True, validate=at_most(40))
    unit = Text(load_default="", validate=at_most(320))
    staff_id = Id(load_default=None, allow_none=True)
    from_on = Day(load_default=None, allow_none=True)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"version": data.pop("version"), "form": PairForm(**data)}


class WordsOnlyRequest(Schema):
    """Why, in words."""

    words = Text(required=True, validate=at_most(4000))


class ReasonedRequest(WordsOnlyRequest):
    """Why, in codes and words."""

    reasons = fields.List(Text(validate=CODE), required=True, validate=validate.Length(min=1, max=10))
