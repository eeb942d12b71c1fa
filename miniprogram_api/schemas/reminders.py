"""Shapes of what people do about reminders."""

from marshmallow import Schema, fields, validate

from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most

MOST_AT_ONCE = 100


class ReadRequest(Schema):
    """Which messages were read."""

    ids = fields.List(
        Id(), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE, error=f"一次最多{MOST_AT_ONCE}条。")
    )


class ReadSchema(Schema):
    """How many of them were new, and what the bell shows now (counted to a hundred)."""

    read = fields.Integer(required=True)
    unread = fields.Integer(required=True)


class UnreadSchema(Schema):
    """What the bell shows, counted to a hundred."""

    unread = fields.Integer(required=True)


class SnoozeRequest(Schema):
    """Until which morning, and why."""

    until_on = Day(required=True)
    why = Text(required=True, validate=at_most(200))


class SnoozeSchema(Schema):
    """A reminder put off."""

    id = Id(required=True)
    until_on = Day(required=True)


class NudgeSchema(Schema):
    """A duty pressed for."""

    id = Id(required=True)
    day = Day(required=True)
    at = fields.AwareDateTime(required=True, attribute="nudged_at")


class TellingRequest(Schema):
    """Who was told, how, when, and what they said."""

    version = Whole(required=True)
    way = Text(required=True, validate=at_most(30))
    told_whom = Text(required=True, validate=at_most(30))
    told_on = Day(required=True)
    words = Text(required=True, validate=at_most(1000))


class SupervisionSchema(Schema):
    """A 督办单 that was issued to one's desk, as it is printed."""

    id = Id(required=True, attribute="row.id")
    number = fields.String(required=True, attribute="row.number")
    task_id = Id(required=True, attribute="task.id")
    case_id = Id(required=True, allow_none=True, attribute="task.case_id")
    due_on = Day(required=True, attribute="task.due_on")
    lines = fields.List(fields.String(), required=True)


class SupervisionPage(Schema):
    """A page of them."""

    items = fields.List(fields.Nested(SupervisionSchema), required=True)
    before = Id(required=True, allow_none=True)
