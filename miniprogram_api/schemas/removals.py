"""Shapes of the way out, and of warnings about families that are watched."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.policy.assessment import Income
from backend.services.removals import RemovalForm
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most

CODE = at_most(30)


class CandidateSchema(Schema):
    """A family that might be removed, and what stands in the way."""

    watch_id = Id(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    months = Whole(required=True)
    is_ready = fields.Boolean(required=True)
    in_the_way = fields.List(fields.String(), required=True)


class CandidatesSchema(Schema):
    """Who might be removed."""

    items = fields.List(fields.Nested(CandidateSchema), required=True)


class CaseBriefSchema(Schema):
    """A case that was begun or moved."""

    id = Id(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    version = Whole(required=True)


class IncomeSchema(Schema):
    """A year's money in 分."""

    wages = Whole(load_default=0)
    business = Whole(load_default=0)
    property = Whole(load_default=0)
    transfer = Whole(load_default=0)
    costs = Whole(load_default=0)
    claims = Whole(load_default=0)
    out_of_pocket = Whole(load_default=0)

    @post_load
    def _income(self, data: dict[str, Any], **kwargs: Any) -> Income:
        return Income(**data)


class RemovalRequest(Schema):
    """A home check before a removal."""

    version = Whole(load_default=0)
    mode = Text(required=True, validate=CODE)
    met = fields.Dict(keys=Text(validate=CODE), values=fields.Boolean(), required=True)
    safety = fields.Dict(keys=Text(validate=CODE), values=Text(validate=CODE), required=True)
    income = fields.Nested(IncomeSchema, required=True)
    heads = Whole(required=True)
    view = Text(required=True, validate=CODE)
    heard_whom = Text(required=True, validate=CODE)
    second_name = Text(required=True, validate=at_most(200))
    view_words = Text(load_default="", validate=at_most(4000))
    checked_on = Day(load_default=None, allow_none=True)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"version": data.pop("version"), "form": RemovalForm(**data)}


class RemovalFindingSchema(Schema):
    """A rule that the removal breaks."""

    rule = fields.String(required=True)
    level = fields.String(required=True)
    field = fields.String(required=True)
    sentence = fields.String(required=True)


class LookedSchema(Schema):
    """What stops a removal and what should be thought about."""

    findings = fields.List(fields.Nested(RemovalFindingSchema), required=True)
    per_head_fen = Whole(required=True, metadata={"description": "分"})


class RemovalCheckSchema(Schema):
    """A home check as kept."""

    id = Id(required=True)
    case_id = Id(required=True)
    view = fields.String(required=True)
    warnings = fields.List(fields.String(), required=True)


class KeepRequest(Schema):
    """Why a family stays watched."""

    version = Whole(required=True)
    reasons = fields.List(Text(validate=CODE), required=True, validate=validate.Length(min=1, max=10))
    words = Text(required=True, validate=at_most(4000))


class WarningMarkRequest(Schema):
    """What has become missing for a watched family."""

    items = fields.List(Text(validate=CODE), required=True, validate=validate.Length(min=1, max=10))
    words = Text(required=True, validate=at_most(4000))


class WarningStepRequest(Schema):
    """One step of a warning."""

    version = Whole(required=True)
    action = Text(required=True, validate=CODE)
    words = Text(required=True, validate=at_most(4000))
    department = Text(load_default="", validate=CODE)
    reasons = fields.List(Text(validate=CODE), load_default=list, validate=validate.Length(max=10))
