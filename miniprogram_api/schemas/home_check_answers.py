"""Shapes of what the program answers about a home check."""

from marshmallow import Schema, fields, validate

from miniprogram_api.schemas.shared import Day, Id


class DraftSchema(Schema):
    """One's own draft; the next save has a larger `number`, also after the check was filed and `content` is gone."""

    content = fields.Dict(required=True, allow_none=True)
    number = fields.Integer(required=True)
    saved_at = fields.AwareDateTime(required=True, allow_none=True)


class SavedDraftSchema(Schema):
    """Whether a save was kept; if not, `number` and `saved_at` are those of what is kept, and `said` says why."""

    is_kept = fields.Boolean(required=True)
    said = fields.String(required=True)
    number = fields.Integer(required=True)
    saved_at = fields.AwareDateTime(required=True, allow_none=True)


class PrefillSchema(Schema):
    """What is known already."""

    content = fields.Dict(required=True)


class FindingSchema(Schema):
    """A rule that the form breaks: an error blocks, a warning is kept."""

    rule = fields.String(required=True)
    level = fields.String(required=True, validate=validate.OneOf(["error", "warning"]))
    field = fields.String(required=True)
    sentence = fields.String(required=True)


class ReviewSchema(Schema):
    """What filing would say: the formula with its numbers, the proposed category, and every finding."""

    formula = fields.List(fields.String(), required=True)
    window_from = Day(required=True)
    window_until = Day(required=True)
    category = fields.String(required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)


class HomeCheckSchema(Schema):
    """A check as filed: what was computed, without the form, for answers are kept to be replayed."""

    id = Id(required=True)
    case_id = Id(required=True)
    conclusion = fields.String(required=True)
    is_on_site = fields.Boolean(required=True)
    window_from = Day(required=True)
    window_until = Day(required=True)
    heads = fields.Integer(required=True)
    net_fen = fields.Integer(required=True)
    net_per_head_fen = fields.Integer(required=True)
    reference_per_head_fen = fields.Integer(required=True)
    line_yuan = fields.Integer(required=True)
    formula = fields.List(fields.String(), required=True)
    category_proposed = fields.String(required=True)
    category = fields.String(required=True)
    warnings = fields.List(fields.Dict(), required=True)
    agrees = fields.Boolean(required=True, allow_none=True)
    filed_at = fields.AwareDateTime(required=True)


class WholeHomeCheckSchema(HomeCheckSchema):
    """A check with its form; ID numbers are masked."""

    content = fields.Dict(required=True)


class HomeChecksSchema(Schema):
    """All checks of a case, the newest first."""

    items = fields.List(fields.Nested(WholeHomeCheckSchema), required=True)
