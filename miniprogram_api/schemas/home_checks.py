"""The full home check on the wire; money is whole 分, dates are days in Asia/Shanghai."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.policy.assessment import Assessments, AssetCheck, HomeCheckForm, Income, Member, OffSite, SafetyItem
from backend.services.check_consents import ASKED
from backend.services.home_checks import AFTER_CHECK
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most, one_of, sha256

MOST_FEN = 10**13


def code() -> Text:
    """Return a code of a dictionary; an unknown one is named by the service."""
    return Text(load_default="", validate=at_most(30))


def words(most: int) -> Text:
    """Return a short text that may be empty."""
    return Text(load_default="", validate=at_most(most))


def codes() -> "fields.List[Any]":
    """Return a few codes."""
    return fields.List(Text(validate=at_most(30)), load_default=list, validate=validate.Length(max=20))


def fen() -> fields.Integer:
    """Return an amount in 分."""
    return fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MOST_FEN, error="金额不对。"))


class MemberRequest(Schema):
    """One person; a known one has `person_id` and leaves the number empty."""

    name = Text(required=True, validate=at_most(200))
    relation = Text(required=True, validate=at_most(30))
    sex = code()
    person_id = Id(load_default=None, allow_none=True)
    id_number = words(60)
    no_document = code()
    birth_on = Day(load_default=None, allow_none=True)
    education = code()
    student = code()
    health = codes()
    labour = code()
    work_place = words(60)
    work_months = Whole(
        load_default=None, allow_none=True, validate=validate.Range(0, 12, error="务工月数是 0 到 12。")
    )
    medical_insurance = code()
    pension = code()
    allowances = codes()
    on_register = fields.Boolean(load_default=True)
    shares = fields.Boolean(load_default=True)
    split_off = fields.Boolean(load_default=False)
    gives = fen()

    @post_load
    def _member(self, data: dict[str, Any], **kwargs: Any) -> Member:
        return Member(**{**data, "health": tuple(data["health"]), "allowances": tuple(data["allowances"])})


class IncomeRequest(Schema):
    """A year's money, in 分."""

    wages = fen()
    business = fen()
    property = fen()
    transfer = fen()
    costs = fen()
    claims = fen()
    out_of_pocket = fen()

    @post_load
    def _income(self, data: dict[str, Any], **kwargs: Any) -> Income:
        return Income(**data)


class SafetyRequest(Schema):
    """One of 两不愁三保障 and water."""

    state = Text(required=True, validate=at_most(30))
    note = words(200)

    @post_load
    def _item(self, data: dict[str, Any], **kwargs: Any) -> SafetyItem:
        return SafetyItem(**data)


class AssetRequest(Schema):
    """One exclusion hint; a hit asks for an explanation and never decides."""

    item = Text(required=True, validate=at_most(30))
    hit = fields.Boolean(required=True)
    whom = words(50)
    explanation = words(200)
    reasonable = fields.Boolean(load_default=None, allow_none=True)

    @post_load
    def _asset(self, data: dict[str, Any], **kwargs: Any) -> AssetCheck:
        return AssetCheck(**data)


class AssessmentsRequest(Schema):
    """The four views."""

    income = code()
    expense = code()
    difficulty = code()
    coping = code()
    note = words(500)

    @post_load
    def _views(self, data: dict[str, Any], **kwargs: Any) -> Assessments:
        return Assessments(**data)


class OffSiteRequest(Schema):
    """A check from afar (非现场)."""

    why = Text(required=True, validate=at_most(200))
    witnesses = fields.List(Text(validate=at_most(50)), load_default=list, validate=validate.Length(max=5))
    house_seen_by = words(50)
    back_on = Day(load_default=None, allow_none=True)

    @post_load
    def _away(self, data: dict[str, Any], **kwargs: Any) -> OffSite:
        return OffSite(**{**data, "witnesses": tuple(data["witnesses"])})


class HomeCheckRequest(Schema):
    """The whole form."""

    conclusion = Text(required=True, validate=at_most(30))
    visited_on = Day(required=True)
    findings = Text(required=True, validate=at_most(8000))
    way = Text(load_default="home", validate=at_most(30))
    companion = words(50)
    second_id = Id(load_default=None, allow_none=True)
    phone = words(40)
    was_lifted = fields.Boolean(load_default=False)
    members = fields.List(fields.Nested(MemberRequest), required=True, validate=validate.Length(max=30))
    income = fields.Nested(IncomeRequest, load_default=Income)
    safety = fields.Dict(keys=Text(validate=at_most(30)), values=fields.Nested(SafetyRequest), required=True)
    risks = codes()
    assessments = fields.Nested(AssessmentsRequest, load_default=Assessments)
    assets = fields.List(fields.Nested(AssetRequest), load_default=list, validate=validate.Length(max=20))
    wishes = words(1000)
    language = words(50)
    interpreter = words(50)
    guardian = words(50)
    off_site = fields.Nested(OffSiteRequest, load_default=None, allow_none=True)
    category = code()
    category_reason = words(500)
    photos = fields.List(Text(validate=sha256()), load_default=list, validate=validate.Length(max=9))
    consents = fields.Dict(
        keys=Text(validate=one_of(ASKED)),
        values=fields.Boolean(allow_none=True),
        load_default=dict,
        metadata={"description": "what was said at the table; null, as in what is known already: nobody has asked"},
    )

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> HomeCheckForm:
        lists = {name: tuple(data[name]) for name in ("members", "risks", "assets", "photos")}
        said = {code: word for code, word in data["consents"].items() if word is not None}
        return HomeCheckForm(**{**data, **lists, "consents": said})


class FileCheckRequest(Schema):
    """The form, and the version of the duty that was on the screen."""

    version = Whole(required=True)
    form = fields.Nested(HomeCheckRequest, required=True)


class DraftRequest(Schema):
    """Whatever was typed so far, right or not; `number` grows by one with every save, from 1 or from what was read."""

    content = fields.Dict(required=True)
    number = Whole(required=True)


class ConfirmCheckRequest(Schema):
    """Whether the second visitor saw the same."""

    version = Whole(required=True)
    agrees = fields.Boolean(required=True)
    words = words(2000)


class AnswerCheckRequest(Schema):
    """What a check left open, answered."""

    action = Text(required=True, validate=one_of(sorted(AFTER_CHECK)))
    version = Whole(required=True)
    words = Text(required=True, validate=at_most(2000))
