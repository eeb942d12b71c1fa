"""Shapes of the green channel: help that goes first."""

from typing import Any

from marshmallow import Schema, fields, post_load

from backend.services.green_channels import AidForm, Telephone
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most


class GreenRequest(Schema):
    """Why help must go first, in the committees' words."""

    cause = Text(required=True, validate=at_most(20))
    studied = Text(required=True, validate=at_most(2000))
    studied_on = Day(load_default=None, allow_none=True)


class TelephoneRequest(Schema):
    """Which leader agreed by telephone, and when."""

    leader = Text(required=True, validate=at_most(200))
    at = fields.AwareDateTime(required=True)

    @post_load
    def _telephone(self, data: dict[str, Any], **kwargs: Any) -> Telephone:
        return Telephone(**data)


class GreenOpinionRequest(Schema):
    """A level's word: agreed, perhaps by telephone, or declined with its reason."""

    version = Whole(required=True)
    agrees = fields.Boolean(required=True)
    words = Text(load_default="", validate=at_most(2000))
    phoned = fields.Nested(TelephoneRequest, load_default=None, allow_none=True)


class GreenOpinionSchema(Schema):
    """A level's word as kept."""

    id = Id(required=True)
    level = fields.String(required=True)
    agrees = fields.Boolean(required=True)
    phoned_by = fields.String(required=True)
    signed_by_name = fields.String(required=True)


class AidRequest(Schema):
    """What was delivered."""

    version = Whole(required=True)
    what = Text(required=True, validate=at_most(600))
    how_much = Text(load_default="", validate=at_most(200))
    cents = Whole(load_default=None, allow_none=True, metadata={"description": "分"})
    delivered_on = Day(load_default=None, allow_none=True)
    family_confirmed = fields.Boolean(load_default=False)
    receiver_checked = fields.Boolean(load_default=False)

    @post_load
    def _aid(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"version": data.pop("version"), "form": AidForm(**data)}


class GreenSchema(Schema):
    """A green channel as it stands."""

    id = Id(required=True)
    case_id = Id(required=True)
    cause = fields.String(required=True)
    delivered_on = Day(required=True, allow_none=True)
    family_confirmed = fields.Boolean(required=True)
