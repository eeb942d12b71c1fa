"""Shapes of what is given by rule: the departments' menu, 防贫保, and the subsidy of medical insurance."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.offers import OfferForm
from backend.services.relief import ClaimForm
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most

CODE = at_most(30)


class OfferRequest(Schema):
    """A dish of a department's menu."""

    department = Text(required=True, validate=CODE)
    category = Text(required=True, validate=CODE)
    name = Text(required=True, validate=at_most(240))
    who = Text(required=True, validate=at_most(1200))
    year = Whole(required=True)
    amount = Text(load_default="", validate=at_most(400))
    risks = fields.List(Text(validate=CODE), load_default=list, validate=validate.Length(max=20))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> OfferForm:
        return OfferForm(**(data | {"risks": tuple(data["risks"])}))


class OfferSchema(Schema):
    """A dish as the menu shows it."""

    id = Id(required=True)
    department_name = fields.String(required=True)
    category = fields.String(required=True)
    category_name = fields.String(required=True)
    name = fields.String(required=True)
    who = fields.String(required=True)
    amount = fields.String(required=True)
    year = Whole(required=True)


class MenuSchema(Schema):
    """What departments offer."""

    items = fields.List(fields.Nested(OfferSchema), required=True)


class ReliefClaimRequest(Schema):
    """A claim on 防贫保; there is no field for a fee."""

    cause = Text(required=True, validate=CODE)
    words = Text(required=True, validate=at_most(4000))
    asked_fen = Whole(required=True, metadata={"description": "分"})

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> ClaimForm:
        return ClaimForm(**data)


class ReliefDecisionRequest(Schema):
    """The county's answer to a claim: a sum, or none and why."""

    granted_fen = Whole(load_default=None, allow_none=True, metadata={"description": "分"})
    words = Text(required=True, validate=at_most(4000))


class DayRequest(Schema):
    """A day, today where none is said."""

    on = Day(load_default=None, allow_none=True)


class ReliefClaimSchema(Schema):
    """A claim as it stands."""

    id = Id(required=True)
    outcome = fields.String(required=True)
    asked_fen = Whole(required=True, metadata={"description": "分"})
    granted_fen = Whole(required=True, allow_none=True, metadata={"description": "分"})
    paid_on = Day(required=True, allow_none=True)


class YearQuery(Schema):
    """Which year's list."""

    year = Whole(required=True)
    unpaid_only = fields.Boolean(load_default=False)


class InsuredSchema(Schema):
    """One person of the list."""

    person_id = Id(required=True)
    person_name = fields.String(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    is_paid = fields.Boolean(required=True)
    subsidy_fen = Whole(required=True, metadata={"description": "分"})


class InsuranceListSchema(Schema):
    """Everybody of the three categories, with what is known of the year."""

    items = fields.List(fields.Nested(InsuredSchema), required=True)


class InsuredRequest(Schema):
    """Whether somebody is insured for a year."""

    person_id = Id(required=True)
    year = Whole(required=True)
    is_paid = fields.Boolean(required=True)
    subsidy_fen = Whole(load_default=0, metadata={"description": "分"})
