"""Authorizations, checks, comparisons and judgements on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.authorization_forms import MARKS, AuthorizationForm, Witness
from backend.services.checks import CheckForm
from backend.services.comparisons import Finding
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most, sha256


class WitnessRequest(Schema):
    """A witness, and whether a cadre."""

    name = Text(required=True, validate=at_most(200))
    is_cadre = fields.Boolean(load_default=False)

    @post_load
    def _witness(self, data: dict[str, Any], **kwargs: Any) -> Witness:
        return Witness(**data)


class AuthorizationRequest(Schema):
    """How one member gave their word."""

    person_id = Id(required=True)
    way = Text(required=True, validate=at_most(20))
    signed_on = Day(load_default=None, allow_none=True)
    until_on = Day(load_default=None, allow_none=True)
    filled_in_by = Text(load_default="", validate=at_most(200))
    mark = Text(load_default=None, allow_none=True, validate=validate.OneOf(MARKS, error="请选择按手印或画押。"))
    witnesses = fields.List(fields.Nested(WitnessRequest), load_default=list, validate=validate.Length(max=5))
    was_read_aloud = fields.Boolean(load_default=False)
    guardian = Text(load_default="", validate=at_most(200))
    paper_sha256 = Text(
        load_default=None,
        allow_none=True,
        validate=sha256(),
        metadata={"description": "announces the scan of the signed paper, which may be sent later"},
    )

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> AuthorizationForm:
        data["witnesses"] = tuple(data["witnesses"])
        return AuthorizationForm(**data)


class NotReachedRequest(Schema):
    """Which member could not be reached, and why."""

    person_id = Id(required=True)
    why = Text(required=True, validate=at_most(600))


class WithdrawAuthorizationRequest(Schema):
    """That whoever takes their word back was told what follows."""

    consequence_told = fields.Boolean(required=True)


class AuthorizationSchema(Schema):
    """One member's word."""

    id = Id(required=True)
    person_id = Id(required=True)
    status = fields.String(required=True)
    way = fields.String(required=True, allow_none=True)
    signed_on = Day(required=True, allow_none=True)
    until_on = Day(required=True, allow_none=True)
    withdrawn_on = Day(required=True, allow_none=True)


class MemberSchema(Schema):
    """One member, and whether they may be compared."""

    person_id = Id(required=True)
    name = fields.String(required=True)
    relation = fields.String(required=True)
    may_be_compared = fields.Boolean(required=True)
    why_not = fields.String(required=True, metadata={"description": "in words; empty when they may"})
    authorization = fields.Nested(AuthorizationSchema, required=True, allow_none=True)


class MembersSchema(Schema):
    """Every member, the words that are signed, and what follows when somebody takes them back."""

    text = fields.String(required=True)
    consequence = fields.String(required=True)
    members = fields.List(fields.Nested(MemberSchema), required=True)


class CheckRequest(Schema):
    """One department's check."""

    version = Whole(required=True)
    opinion = Text(required=True, validate=at_most(20))
    findings = Text(required=True, validate=at_most(2000))
    second_name = Text(required=True, validate=at_most(200))
    checked_on = Day(load_default=None, allow_none=True)

    @post_load
    def _check(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"version": data.pop("version"), "form": CheckForm(**data)}


class CheckSchema(Schema):
    """One department's check as filed."""

    id = Id(required=True)
    department = fields.String(required=True)
    opinion = fields.String(required=True)
    checked_on = Day(required=True)
    checker_name = fields.String(required=True)
    second_name = fields.String(required=True)


class FindingRequest(Schema):
    """One item of one member."""

    person_id = Id(required=True)
    item = Text(required=True, validate=at_most(20))
    result = Text(required=True, validate=at_most(20))
    why = Text(load_default=None, allow_none=True, validate=at_most(20))
    remark = Text(load_default="", validate=at_most(600))
    explanation = Text(load_default="", validate=at_most(600))

    @post_load
    def _finding(self, data: dict[str, Any], **kwargs: Any) -> Finding:
        return Finding(**data)


class ComparisonRequest(Schema):
    """The comparison of a family; who may not be compared is left out."""

    version = Whole(required=True)
    results = fields.List(fields.Nested(FindingRequest), required=True, validate=validate.Length(max=300))


class SkipRequest(Schema):
    """Items that a leader lets go, and why."""

    version = Whole(required=True)
    items = fields.List(Text(validate=at_most(20)), required=True, validate=validate.Length(max=20))
    words = Text(required=True, validate=at_most(2000))


class ComparisonSchema(Schema):
    """A comparison as filed."""

    id = Id(required=True)
    kind = fields.String(required=True)
    skipped = fields.List(fields.String(), required=True)
    by_name = fields.String(required=True)
    filed_at = fields.AwareDateTime(required=True)


class ResultSchema(Schema):
    """One item of one member: never a balance."""

    id = Id(required=True)
    person_id = Id(required=True)
    name = fields.String(required=True)
    item = fields.String(required=True)
    item_name = fields.String(required=True)
    result = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)
    remark = fields.String(required=True)
    explanation = fields.String(required=True)
    asks_for_explanation = fields.Boolean(required=True)


class ExplainedSchema(Schema):
    """That a hit has its explanation now."""

    id = Id(required=True)
    result = fields.String(required=True)


class DepartmentCheckSchema(CheckSchema):
    """A check with its findings."""

    department_name = fields.String(required=True)
    findings = fields.String(required=True)


class JudgementSchema(Schema):
    """One decision with its opinion."""

    id = Id(required=True)
    action = fields.String(required=True)
    category_proposed = fields.String(required=True, allow_none=True)
    category = fields.String(required=True, allow_none=True)
    opinion = fields.String(required=True)
    alternative = fields.String(required=True)
    transfer = fields.String(required=True, allow_none=True)
    by_name = fields.String(required=True)
    judged_at = fields.AwareDateTime(required=True)


class StepSchema(Schema):
    """A step to make up, and when it was."""

    name = fields.String(required=True)
    done_on = Day(required=True, allow_none=True)


class DossierSchema(Schema):
    """What township and county gathered on one family."""

    proposed_category = fields.String(required=True, allow_none=True)
    members = fields.List(fields.Nested(MemberSchema), required=True)
    checks = fields.List(fields.Nested(DepartmentCheckSchema), required=True)
    comparisons = fields.List(fields.Nested(ComparisonSchema), required=True)
    results = fields.List(fields.Nested(ResultSchema), required=True)
    judgements = fields.List(fields.Nested(JudgementSchema), required=True)
    backfill_by = Day(required=True, allow_none=True)
    to_make_up = fields.List(fields.Nested(StepSchema), required=True)
    aid_booked_as = fields.String(required=True, allow_none=True)
    announcement = fields.String(required=True, allow_none=True)


class WordsBody(Schema):
    """A few words that must be there."""

    words = Text(required=True, validate=at_most(2000))
