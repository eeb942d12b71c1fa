"""What a farmer sends, and the receipt that comes back."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.declarations import DeclarationForm
from miniprogram_api.schemas.shared import Id, at_most, sha256


class ConsentsRequest(Schema):
    """Three separate consents; each may stay unticked, and none is a gate."""

    health = fields.Boolean(load_default=False)
    assets = fields.Boolean(load_default=False)
    minors = fields.Boolean(load_default=False)


class DeclarationRequest(Schema):
    """Six fields, and what goes with them."""

    village_code = fields.String(required=True, validate=at_most(15))
    head_name = fields.String(required=True, validate=at_most(200))
    phone = fields.String(required=True, validate=at_most(40))
    hardship = fields.String(load_default="", validate=at_most(2000))
    risk = fields.String(required=True, validate=at_most(20))
    id_number = fields.String(load_default=None, allow_none=True, validate=at_most(40))
    voice_sha256 = fields.String(load_default=None, allow_none=True, validate=sha256())
    relation = fields.String(load_default="self", validate=at_most(20))
    declarer_name = fields.String(load_default=None, allow_none=True, validate=at_most(200))
    consents = fields.Nested(ConsentsRequest, load_default=dict)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> DeclarationForm:
        return DeclarationForm(**data)


class ClaimRequest(Schema):
    """The number on the receipt, and the last four signs of the ID number."""

    receipt_no = fields.String(required=True, validate=at_most(40))
    last_four = fields.String(required=True, validate=at_most(8))


class WordsRequest(Schema):
    """A few words."""

    words = fields.String(required=True, validate=at_most(2000))


class WithdrawRequest(Schema):
    """A few words, if one likes."""

    words = fields.String(load_default="", validate=at_most(2000))


class LineSchema(Schema):
    """One line of a timeline."""

    kind = fields.String(required=True)
    sentence = fields.String(required=True)
    detail = fields.String(required=True, metadata={"description": "the reason, or what to bring"})
    due_on = fields.Date(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)


class ReceiptSchema(Schema):
    """A declaration as its sender sees it: the same fields whether or not anything was known before."""

    id = Id(required=True)
    receipt_no = fields.String(required=True)
    receipt_spoken = fields.String(required=True, metadata={"description": "in groups, as read over the phone"})
    status = fields.String(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    relation = fields.String(required=True)
    declarer_name = fields.String(required=True, allow_none=True)
    declared_at = fields.AwareDateTime(required=True)
    promised_on = fields.Date(required=True)
    call = fields.String(required=True, metadata={"description": "whom to call about it"})
    actions = fields.List(
        fields.String(validate=validate.OneOf(["supplement", "withdraw", "add_file", "ask_recheck"])), required=True
    )
    timeline = fields.List(fields.Nested(LineSchema), required=True)


class ReceiptPage(Schema):
    """A page of receipts, the newest first."""

    items = fields.List(fields.Nested(ReceiptSchema), required=True)
    before = Id(required=True, allow_none=True)
