"""Shapes of campaigns on the phone: what runs, whom to go to, and what its questions found."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.campaign_findings import AnswerForm, GoesOn
from backend.services.campaigns import MOST_QUESTIONS
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most, one_of


class CampaignSchema(Schema):
    """A campaign that runs: its window, and what is asked besides the visit."""

    id = Id(required=True)
    name = fields.String(required=True)
    number = fields.String(required=True)
    from_on = Day(required=True)
    until_on = Day(required=True)
    questions = fields.List(fields.String(), required=True)


class CampaignsSchema(Schema):
    """The campaigns of one's place."""

    items = fields.List(fields.Nested(CampaignSchema), required=True)


class CampaignFamilySchema(Schema):
    """A family of a campaign: reached or not yet, and what was found."""

    id = Id(required=True)
    household_id = Id(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    reached_on = Day(required=True, allow_none=True)
    is_so = fields.List(fields.Integer(), required=True, metadata={"description": "the questions that are so, from 0"})
    words = fields.String(required=True)


class CampaignFamiliesSchema(Schema):
    """A page of families; `after` is what to ask the next one with."""

    items = fields.List(fields.Nested(CampaignFamilySchema), required=True)
    after = Id(required=True, allow_none=True)


class CampaignPageQuery(Schema):
    """Where a page begins."""

    after = Whole(load_default=0)


class CampaignAnswerRequest(Schema):
    """What the questions found: nothing, a suspicion that becomes a clue, or something to put right."""

    is_so = fields.List(Whole(), load_default=list, validate=validate.Length(max=MOST_QUESTIONS))
    goes_on = Text(load_default=GoesOn.NOTHING.value, validate=one_of(GoesOn))
    words = Text(load_default="", validate=at_most(1200))
    risk = Text(load_default="other", validate=at_most(30))
    put_right_by = Day(load_default=None, allow_none=True)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> AnswerForm:
        return AnswerForm(**(data | {"is_so": tuple(data["is_so"]), "goes_on": GoesOn(data["goes_on"])}))


class CampaignAnswerSchema(CampaignFamilySchema):
    """The answers as kept, and what came of them."""

    clue_id = Id(required=True, allow_none=True)
    warning_id = Id(required=True, allow_none=True)
    assignment_id = Id(required=True, allow_none=True)
