"""What a farmer sends, and the receipt that comes back."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.declarations import MOST_HARDSHIP, DeclarationForm
from miniprogram_api.schemas.applicants import OwnMarkSchema
from miniprogram_api.schemas.shared import Day, Id, Text, at_most, sha256


class ConsentsRequest(Schema):
    """Three separate consents; each may stay unticked, and none is a gate."""

    health = fields.Boolean(load_default=False)
    assets = fields.Boolean(load_default=False)
    minors = fields.Boolean(load_default=False)


class DeclarationRequest(Schema):
    """Six fields, and what goes with them."""

    village_code = Text(required=True, validate=at_most(15))
    head_name = Text(required=True, validate=at_most(200))
    phone = Text(required=True, validate=at_most(40))
    hardship = Text(load_default="", validate=at_most(MOST_HARDSHIP))
    risk = Text(required=True, validate=at_most(20))
    id_number = Text(load_default=None, allow_none=True, validate=at_most(40))
    voice_sha256 = Text(load_default=None, allow_none=True, validate=sha256())
    relation = Text(load_default="self", validate=at_most(20))
    declarer_name = Text(load_default=None, allow_none=True, validate=at_most(200))
    consents = fields.Nested(ConsentsRequest, load_default=dict)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> DeclarationForm:
        return DeclarationForm(**data)


class ClaimRequest(Schema):
    """The number on the receipt, and the last four signs of the ID number."""

    receipt_no = Text(required=True, validate=at_most(40))
    last_four = Text(required=True, validate=at_most(8))


class WordsRequest(Schema):
    """A few words."""

    words = Text(required=True, validate=at_most(MOST_HARDSHIP))


class WithdrawRequest(Schema):
    """A few words, if one likes."""

    words = Text(load_default="", validate=at_most(MOST_HARDSHIP))


class LineSchema(Schema):
    """One line of a timeline."""

    kind = fields.String(required=True)
    sentence = fields.String(required=True)
    detail = fields.String(required=True, metadata={"description": "the reason, or what to bring"})
    due_on = Day(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)


class AwaitedSchema(Schema):
    """Something that a declaration waits for now."""

    what = fields.String(required=True)
    whom = fields.String(required=True, metadata={"description": "who is on turn"})
    due_on = Day(required=True)


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
    promised_on = Day(required=True)
    call = fields.String(required=True, metadata={"description": "whom to call about it"})
    actions = fields.List(
        fields.String(validate=validate.OneOf(["supplement", "withdraw", "add_file", "ask_recheck"])), required=True
    )
    awaiting = fields.List(fields.Nested(AwaitedSchema), required=True)
    satisfaction = fields.Nested(
        OwnMarkSchema, required=True, allow_none=True, metadata={"description": "not in lists"}
    )
    timeline = fields.List(fields.Nested(LineSchema), required=True)


class ReceiptPage(Schema):
    """A page of receipts, the newest first."""

    items = fields.List(fields.Nested(ReceiptSchema), required=True)
    before = Id(required=True, allow_none=True)
