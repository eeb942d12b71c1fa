"""What objectors send and read, what a village may know, and what the township works with."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.access.permissions import Action
from backend.services.objection_answers import OUTCOMES, AnswerForm
from backend.services.objections import ObjectionForm
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most


class _ContentRequest(Schema):
    """What is objected; without a name nothing links it to an account."""

    ground = Text(required=True, validate=at_most(30))
    text = Text(load_default="", validate=at_most(4000))
    name = Text(load_default="", validate=at_most(200))
    phone = Text(load_default="", validate=at_most(40))

    def form(self, data: dict[str, Any]) -> ObjectionForm:
        """Take the content out of the rest."""
        return ObjectionForm(**{name: data.pop(name) for name in ("ground", "text", "name", "phone")})


class ObjectRequest(_ContentRequest):
    """An objection against the family with this number on the sheet."""

    token = Text(required=True, validate=at_most(32))
    number = Whole(required=True, validate=validate.Range(1, 1000, error="请填纸上的序号。"))

    @post_load
    def _objection(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"form": self.form(data), **data}


class EnterObjectionRequest(_ContentRequest):
    """An objection typed by staff for a person who came or called."""

    is_their_wish = fields.Boolean(load_default=False)

    @post_load
    def _objection(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"form": self.form(data), **data}


class ObjectionReceiptSchema(Schema):
    """The number to ask with."""

    receipt_no = fields.String(required=True)
    receipt_spoken = fields.String(required=True, metadata={"description": "in groups, as read over the phone"})


class ObjectionLookUpRequest(Schema):
    """The number on an objector's receipt."""

    receipt_no = Text(required=True, validate=at_most(40))


class ObjectorsViewSchema(Schema):
    """An objection as its objector reads it."""

    receipt_no = fields.String(required=True)
    status = fields.String(required=True)
    answer = fields.String(required=True)
    objected_at = fields.AwareDateTime(required=True)


class ObjectorsListSchema(Schema):
    """One's own objections, the newest first."""

    items = fields.List(fields.Nested(ObjectorsViewSchema), required=True)


class HeardSchema(Schema):
    """All that a village may know."""

    open = fields.Boolean(required=True)
    sentence = fields.String(required=True)


class ObjectionsQuery(Schema):
    """Which page of the township's list."""

    open_only = fields.Boolean(load_default=True)
    before = Id(load_default=None)
    size = Whole(load_default=20, validate=validate.Range(1, 100, error="每页 1 到 100 条。"))


class ListedObjectionSchema(Schema):
    """An objection in the township's list: no name and no text yet."""

    id = Id(required=True)
    receipt_no = fields.String(required=True)
    case_id = Id(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    ground_name = fields.String(required=True)
    objected_at = fields.AwareDateTime(required=True)
    due_on = Day(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True, metadata={"description": "of the open duty"})
    same = fields.Integer(required=True, metadata={"description": "objections of the same content"})
    outcome = fields.String(required=True)
    outcome_name = fields.String(required=True)


class ObjectionPage(Schema):
    """A page of the township's list, the newest first."""

    items = fields.List(fields.Nested(ListedObjectionSchema), required=True)
    before = Id(required=True, allow_none=True)


class ObjectionSchema(ListedObjectionSchema):
    """One objection in clear; opening it is in the case's audit."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    text = fields.String(required=True)
    answer = fields.String(required=True)


class ObjectionAnswerRequest(Schema):
    """The township's decision: `words` for family and village, `answer` for the objector."""

    action = fields.Enum(Action, by_value=True, required=True, validate=validate.OneOf(OUTCOMES, error="没有这一步。"))
    version = Whole(required=True)
    words = Text(required=True, validate=at_most(4000))
    answer = Text(required=True, validate=at_most(4000))
    reasons = fields.List(Text(validate=at_most(40)), load_default=list)
    alternative = Text(load_default="", validate=at_most(4000))
    transfer = Text(load_default="", validate=at_most(40))

    @post_load
    def _answer(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        action, version = data.pop("action"), data.pop("version")
        return {
            "action": action,
            "version": version,
            "form": AnswerForm(**data | {"reasons": tuple(data["reasons"])}),
        }
