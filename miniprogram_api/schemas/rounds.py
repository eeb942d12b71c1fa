"""Shapes of regular visits, changes of members and hidden dangers."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.member_changes import ChangeForm
from backend.services.round_forms import RoundForm, Topic
from backend.services.round_traits import TraitsForm
from miniprogram_api.schemas.files import AttachmentSchema
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most, sha256

CODE = at_most(30)
MOST_TOPICS = 20


class TopicSchema(Schema):
    """How one topic stands."""

    state = Text(required=True, validate=CODE)
    words = Text(load_default="", dump_default="", validate=at_most(1200))


class TopicRequest(TopicSchema):
    """How one topic stands now."""

    @post_load
    def _topic(self, data: dict[str, Any], **kwargs: Any) -> Topic:
        return Topic(**data)


class PictureSchema(Schema):
    """Last time's picture, with which the form begins."""

    topics = fields.Dict(keys=fields.String(), values=fields.Nested(TopicSchema), required=True)
    visited_on = Day(required=True, allow_none=True)


class RoundRequest(Schema):
    """One visit: only what changed; nothing at all where nothing did. Photos and place are never demanded."""

    way = Text(required=True, validate=CODE)
    conclusion = Text(required=True, validate=CODE)
    changes = fields.Dict(
        keys=Text(validate=CODE),
        values=fields.Nested(TopicRequest),
        load_default=dict,
        validate=validate.Length(max=MOST_TOPICS),
    )
    visited_on = Day(load_default=None, allow_none=True)
    reports = fields.Boolean(load_default=False)
    risk = Text(load_default="other", validate=CODE)
    photos = fields.List(Text(validate=sha256()), load_default=list, validate=validate.Length(max=9))
    key = Text(load_default="", validate=at_most(36))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> RoundForm:
        return RoundForm(**(data | {"photos": tuple(data["photos"])}))


class RoundSchema(Schema):
    """A visit as kept, and what it closed."""

    id = Id(required=True)
    visited_on = Day(required=True)
    way = fields.String(required=True)
    conclusion = fields.String(required=True)
    changed = fields.List(fields.String(), required=True)
    by_name = fields.String(required=True)
    closed = fields.List(fields.String(), required=True)
    clue_id = Id(required=True, allow_none=True)
    warning_id = Id(required=True, allow_none=True)


class ListedRoundSchema(RoundSchema):
    """A visit with the photos that have come; nothing waits for those that have not."""

    photos = fields.List(fields.Nested(AttachmentSchema), required=True)
    missing_photos = fields.Integer(required=True)


class RoundsSchema(Schema):
    """A household's visits."""

    items = fields.List(fields.Nested(ListedRoundSchema), required=True)


class DueRoundSchema(Schema):
    """A visit that is owed."""

    household_id = Id(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    class_name = fields.String(required=True)
    due_on = Day(required=True)
    is_overdue = fields.Boolean(required=True)


class DueRoundsSchema(Schema):
    """The visits that are owed in one's place."""

    items = fields.List(fields.Nested(DueRoundSchema), required=True)


class TraitsRequest(Schema):
    """How a household is best visited."""

    is_lifted = fields.Boolean(load_default=False)
    is_away = fields.Boolean(load_default=False)
    tags = fields.List(Text(validate=CODE), load_default=list, validate=validate.Length(max=10))
    difficulty = Text(load_default="", validate=CODE)
    best_way = Text(load_default="", validate=CODE)
    best_time = Text(load_default="", validate=CODE)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> TraitsForm:
        return TraitsForm(**(data | {"tags": tuple(data["tags"])}))


class TraitsSchema(Schema):
    """How a household is visited."""

    household_id = Id(required=True)
    is_lifted = fields.Boolean(required=True)
    is_away = fields.Boolean(required=True)
    tags = fields.List(fields.String(), required=True)
    best_way = fields.String(required=True)
    best_time = fields.String(required=True)
    last_on = Day(required=True, allow_none=True)


class BusyRequest(Schema):
    """Weeks without visitors."""

    region_code = Text(required=True, validate=at_most(12))
    from_on = Day(required=True)
    until_on = Day(required=True)
    why = Text(required=True, validate=at_most(240))


class BusySchema(BusyRequest):
    """Busy weeks as kept."""

    id = Id(required=True)


class ChangeRequest(Schema):
    """Who came or went."""

    kind = Text(required=True, validate=CODE)
    happened_on = Day(required=True)
    person_id = Id(load_default=None, allow_none=True)
    name = Text(load_default="", validate=at_most(200))
    relation = Text(load_default="other", validate=CODE)
    other_household_id = Id(load_default=None, allow_none=True)
    words = Text(load_default="", validate=at_most(4000))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> ChangeForm:
        return ChangeForm(**data)


class ChangeSchema(Schema):
    """One line of a household's history of members."""

    id = Id(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    happened_on = Day(required=True)
    outcome = fields.String(required=True)
    told_by_name = fields.String(required=True)


class ChangesSchema(Schema):
    """A household's history of members."""

    items = fields.List(fields.Nested(ChangeSchema), required=True)


class SettleRequest(Schema):
    """Whether a change is so."""

    version = Whole(required=True)
    confirmed = fields.Boolean(required=True)


class HazardSchema(Schema):
    """An entry of the ledger."""

    id = Id(required=True)
    head_name = fields.String(required=True)
    item_name = fields.String(required=True)
    found_on = Day(required=True)
    due_on = Day(required=True)
    words = fields.String(required=True)
    version = Whole(required=True)


class HazardsSchema(Schema):
    """The ledger of hidden dangers."""

    items = fields.List(fields.Nested(HazardSchema), required=True)
