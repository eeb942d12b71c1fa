"""Shapes of what the console asks somebody's bound phone."""

from marshmallow import Schema, fields

from backend.services.phone_confirmations import PURPOSE_NAMES
from miniprogram_api.schemas.shared import Id, Text, at_most, one_of


class ConfirmationSchema(Schema):
    """What waits for an answer: what for, since when, and where the console is; its number is shown there alone."""

    id = Id(required=True)
    purpose = fields.String(required=True, validate=one_of(PURPOSE_NAMES))
    purpose_name = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "whose account it is"})
    county_name = fields.String(required=True)
    address = fields.String(required=True, metadata={"description": "the network address of the console"})
    device = fields.String(required=True, metadata={"description": "browser and system, in words"})
    asked_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class ConfirmationsSchema(Schema):
    """Everything that waits for an answer of this phone, the newest first."""

    items = fields.List(fields.Nested(ConfirmationSchema), required=True)


class AgreeRequest(Schema):
    """The number that the console shows."""

    number = Text(required=True, validate=at_most(10))
