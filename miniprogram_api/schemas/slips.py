"""Shapes of the slip for a farmer of another county."""

from marshmallow import Schema, fields

from miniprogram_api.schemas.shared import Id, Text, at_most


class SlipRequest(Schema):
    """The village that was scanned or chosen."""

    village_code = Text(required=True, validate=at_most(15))


class SlipSchema(Schema):
    """A slip (指引单): where the matter belongs and whom to call there."""

    id = Id(required=True)
    number = fields.String(required=True)
    number_spoken = fields.String(required=True, metadata={"description": "in groups, as read over the phone"})
    given_at = fields.AwareDateTime(required=True)
    given_by = fields.String(required=True, metadata={"description": "the county whose door this was"})
    village_code = fields.String(required=True)
    county_name = fields.String(required=True, metadata={"description": "empty: not known here"})
    call = fields.String(required=True, metadata={"description": "whom to call there, in words"})
    county_code = fields.String(
        required=True, allow_none=True, metadata={"description": "to sign in there: that county works with this too"}
    )
    message = fields.String(required=True)


class SlipPage(Schema):
    """A page of slips, the newest first."""

    items = fields.List(fields.Nested(SlipSchema), required=True)
    before = Id(required=True, allow_none=True)
