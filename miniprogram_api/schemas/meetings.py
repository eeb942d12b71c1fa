"""What a village sends and sees of its sittings."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.meeting_items import ItemForm
from backend.services.sittings import SittingForm
from backend.workflow.voting import Attendee, Votes
from miniprogram_api.schemas.cases import TaskSchema
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most


class AttendeeRequest(Schema):
    """Somebody who was asked, and whether they came."""

    name = Text(required=True, validate=at_most(200))
    standing = Text(required=True, validate=at_most(30))
    presence = Text(required=True, validate=at_most(30))

    @post_load
    def _attendee(self, data: dict[str, Any], **kwargs: Any) -> Attendee:
        return Attendee(**data)


class SittingRequest(Schema):
    """When, where and with whom."""

    held_on = Day(required=True)
    place = Text(required=True, validate=at_most(400))
    chair = Text(required=True, validate=at_most(200))
    recorder = Text(required=True, validate=at_most(200))
    form = Text(load_default="", validate=at_most(30))
    minutes = Text(load_default="", validate=at_most(16000))
    attendance = fields.List(fields.Nested(AttendeeRequest), required=True)

    @post_load
    def _sitting(self, data: dict[str, Any], **kwargs: Any) -> SittingForm:
        return SittingForm(**data | {"attendance": tuple(data["attendance"])})


class VotesRequest(Schema):
    """How those present voted."""

    agree = Whole(required=True, validate=validate.Range(0, 1000, error="票数不对。"))
    against = Whole(required=True, validate=validate.Range(0, 1000, error="票数不对。"))
    abstained = Whole(required=True, validate=validate.Range(0, 1000, error="票数不对。"))

    @post_load
    def _votes(self, data: dict[str, Any], **kwargs: Any) -> Votes:
        return Votes(**data)


class MeetingItemRequest(Schema):
    """What the sitting says of one family."""

    case_id = Id(required=True)
    version = Whole(required=True)
    category = Text(load_default="", validate=at_most(30))
    risks = fields.List(Text(validate=at_most(30)), load_default=list)
    help = Text(load_default="", validate=at_most(4000))
    words = Text(load_default="", validate=at_most(4000))
    group_name = Text(load_default="", validate=at_most(40))
    people = Whole(load_default=None, allow_none=True)
    votes = fields.Nested(VotesRequest, load_default=Votes)
    recused = fields.List(Text(validate=at_most(200)), load_default=list)

    @post_load
    def _item(self, data: dict[str, Any], **kwargs: Any) -> ItemForm:
        return ItemForm(**data | {"risks": tuple(data["risks"]), "recused": tuple(data["recused"])})


class MeetingRequest(Schema):
    """A sitting and its families."""

    sitting = fields.Nested(SittingRequest, required=True)
    items = fields.List(fields.Nested(MeetingItemRequest), required=True)


class MeetingResultSchema(Schema):
    """What became of one family: an outcome, or why nothing was written for it."""

    case_id = Id(required=True)
    outcome = fields.String(required=True)
    state = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class HeldSchema(Schema):
    """A sitting as written down."""

    meeting_id = Id(required=True)
    results = fields.List(fields.Nested(MeetingResultSchema), required=True)


class AgendaLineSchema(Schema):
    """A family that waits for a sitting."""

    duty = fields.Nested(TaskSchema, required=True)
    case_number = fields.String(required=True)
    risk_name = fields.String(required=True)
    failed_calls = fields.Integer(required=True)
    forms = fields.List(fields.String(), required=True, metadata={"description": "the forms of meeting allowed now"})
    category = fields.String(required=True, metadata={"description": "proposed by the last 会商"})
    risks = fields.List(fields.String(), required=True)


class AgendaSchema(Schema):
    """Every family whose sitting is due, the most pressing first."""

    items = fields.List(fields.Nested(AgendaLineSchema), required=True)


class MeetingItemSchema(Schema):
    """What a sitting said of one family."""

    case_id = Id(required=True)
    outcome = fields.String(required=True)
    category = fields.String(required=True)
    risks = fields.List(fields.String(), required=True)
    help = fields.String(required=True)
    words = fields.String(required=True)
    group_name = fields.String(required=True)
    people = fields.Integer(required=True, allow_none=True)
    votes_for = fields.Integer(required=True)
    votes_against = fields.Integer(required=True)
    votes_abstained = fields.Integer(required=True)
    voters = fields.Integer(required=True)
    present = fields.Integer(required=True)
    recused = fields.List(fields.String(), required=True)


class AttendeeSchema(Schema):
    """Somebody who was asked."""

    name = fields.String(required=True)
    standing = fields.String(required=True)
    presence = fields.String(required=True)


class MeetingSchema(Schema):
    """One sitting, whole."""

    id = Id(required=True)
    kind = fields.String(required=True)
    form = fields.String(required=True)
    held_on = Day(required=True)
    place = fields.String(required=True)
    chair = fields.String(required=True)
    recorder = fields.String(required=True)
    minutes = fields.String(required=True)
    attendance = fields.List(fields.Nested(AttendeeSchema), required=True)
    items = fields.List(fields.Nested(MeetingItemSchema), required=True)
