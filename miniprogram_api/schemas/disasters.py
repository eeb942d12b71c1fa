"""Disaster events and their lists on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.disasters import MOST_ROWS, EventForm, Listed
from miniprogram_api.schemas.shared import Day, Id, Text, at_most


class EventRequest(Schema):
    """A named event with its document number, kind and area."""

    name = Text(required=True, validate=at_most(160))
    number = Text(required=True, validate=at_most(120))
    kind = Text(required=True, validate=at_most(20))
    area = fields.List(Text(validate=at_most(12)), required=True, validate=validate.Length(min=1, max=400))
    opened_on = Day(load_default=None, allow_none=True)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> EventForm:
        data["area"] = tuple(data["area"])
        return EventForm(**data)


class CloseEventRequest(Schema):
    """Under which document number it ends."""

    number = Text(required=True, validate=at_most(120))


class DisasterSchema(Schema):
    """An event."""

    id = Id(required=True)
    name = fields.String(required=True)
    number = fields.String(required=True)
    kind = fields.String(required=True)
    area = fields.List(fields.String(), required=True)
    opened_on = Day(required=True)
    closed_on = Day(required=True, allow_none=True)


class DisastersSchema(Schema):
    """The county's events, the newest first."""

    items = fields.List(fields.Nested(DisasterSchema), required=True)


class ListedRequest(Schema):
    """One line of a list."""

    village = Text(required=True, validate=at_most(80))
    head_name = Text(required=True, validate=at_most(200))
    phone = Text(required=True, validate=at_most(40))
    id_number = Text(load_default=None, allow_none=True, validate=at_most(40))
    risk = Text(load_default="disaster", validate=at_most(20))
    found_on = Day(load_default=None, allow_none=True)

    @post_load
    def _listed(self, data: dict[str, Any], **kwargs: Any) -> Listed:
        return Listed(**data)


class DisasterListRequest(Schema):
    """A list of struck households."""

    lines = fields.List(fields.Nested(ListedRequest), required=True, validate=validate.Length(min=1, max=MOST_ROWS))


class LineResultSchema(Schema):
    """What became of one line."""

    line = fields.Integer(required=True)
    outcome = fields.String(required=True)
    case_id = Id(required=True, allow_none=True)
    said = fields.String(required=True)


class DisasterListSchema(Schema):
    """What became of each line."""

    results = fields.List(fields.Nested(LineResultSchema), required=True)
