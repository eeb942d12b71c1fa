"""Shapes of requests for correction: what is asked for, and where it stands."""

from typing import Any

from marshmallow import Schema, fields, post_load

from backend.services.correction_requests import CorrectionForm
from miniprogram_api.schemas.shared import Day, Id, Text, at_most


class CorrectionRequestSchema(Schema):
    """Which fact is wrong and what is right: on a receipt of one's own, or on a case of one's confirmed family."""

    declaration_id = Id(load_default=None, allow_none=True)
    case_id = Id(load_default=None, allow_none=True)
    fact = Text(required=True, validate=at_most(20))
    whose = Text(load_default="", validate=at_most(200))
    right = Text(required=True, validate=at_most(1200))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> CorrectionForm:
        return CorrectionForm(**data)


class WhomToAskSchema(Schema):
    """A published telephone, and whose it is."""

    whose = fields.String(required=True)
    number = fields.String(required=True)


class OwnCorrectionSchema(Schema):
    """One request for correction: where it stands, the answer, and whom to ask."""

    id = Id(required=True)
    fact_name = fields.String(required=True)
    whose = fields.String(required=True)
    right = fields.String(required=True, metadata={"description": "as it was typed; numbers masked"})
    asked_on = Day(required=True)
    status = fields.String(required=True, metadata={"description": "asked, corrected or declined"})
    status_name = fields.String(required=True)
    due_on = Day(required=True, allow_none=True)
    whom = fields.String(required=True)
    phones = fields.List(fields.Nested(WhomToAskSchema), required=True)
    answer = fields.String(required=True)
    answered_on = Day(required=True, allow_none=True)
