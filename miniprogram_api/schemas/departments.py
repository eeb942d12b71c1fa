"""What a department's own program sends and is told: alerts row by row, and what became of each."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.alert_schedule import STANDING_NAMES
from backend.services.alerts import MOST_ROWS_AT_ONCE, AlertRow
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most, one_of


class AlertRowRequest(Schema):
    """One person of whom the department's register shows a sign of risk."""

    name = Text(required=True, validate=at_most(100))
    id_number = Text(required=True, validate=at_most(40))
    village = Text(load_default="", validate=at_most(80))
    amount = Text(load_default="", validate=at_most(20), metadata={"description": "yuan, where the topic has one"})
    happened_on = Text(load_default="", validate=at_most(10), metadata={"description": "2026-03-05"})
    words = Text(load_default="", validate=at_most(200), metadata={"description": "read by nobody and not kept"})

    @post_load
    def _row(self, data: dict[str, Any], **kwargs: Any) -> AlertRow:
        return AlertRow(**data)


class PushAlertsRequest(Schema):
    """Alerts of one topic: what a delivery owes (`delivery_id`), or at once."""

    topic = Text(required=True, validate=at_most(30), metadata={"description": "a code of alert_topics"})
    delivery_id = Id(load_default=None, allow_none=True)
    rows = fields.List(
        fields.Nested(AlertRowRequest), required=True, validate=validate.Length(min=1, max=MOST_ROWS_AT_ONCE)
    )


class NothingRequest(Schema):
    """There is nothing to report this time; the covering letter's number, where the county files it."""

    letter_no = Text(load_default="", validate=at_most(120))


class DeliverySchema(Schema):
    """One delivery: owed by a day, or pushed at once."""

    id = Id(required=True)
    topic = fields.String(required=True)
    due_on = Day(required=True, allow_none=True)
    standing = fields.String(required=True, validate=one_of(STANDING_NAMES))
    filed_on = Day(required=True, allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class DeliveriesSchema(Schema):
    """What is owed, the earliest first, and what was delivered, the newest first."""

    owed = fields.List(fields.Nested(DeliverySchema), required=True)
    delivered = fields.List(fields.Nested(DeliverySchema), required=True)


class RowVerdictSchema(Schema):
    """What became of one row: the first row that was sent is number 2, below the heading."""

    row_no = fields.Integer(required=True)
    outcome = fields.String(required=True, allow_none=True)
    verdict = fields.String(required=True, allow_none=True)
    words = fields.String(required=True)
    on = Day(required=True, allow_none=True)


class RowVerdictsSchema(Schema):
    """Rows that concern somebody of the county, by number; `after` reads on."""

    items = fields.List(fields.Nested(RowVerdictSchema), required=True)


class VerdictsQuery(Schema):
    """After which row to read on."""

    after = Whole(load_default=0, validate=validate.Range(min=0))
