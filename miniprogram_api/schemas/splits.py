"""A family that parts, on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.splits import KINDS, SplitForm
from miniprogram_api.schemas.shared import Id, Text, at_most, one_of


class SplitRequest(Schema):
    """Whom the case follows when a family parts, why it parts, and the head of each part where they are new."""

    follows = fields.List(Id(), required=True, validate=validate.Length(1, 50))
    kind = Text(required=True, validate=one_of(KINDS))
    head_id = Id(load_default=None, allow_none=True)
    other_head_id = Id(load_default=None, allow_none=True)
    visit_others = fields.Boolean(load_default=True)
    words = Text(required=True, validate=at_most(1000))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        words = data.pop("words")
        return {"form": SplitForm(**{**data, "follows": tuple(data["follows"])}), "words": words}
