"""Articles, cards, groups' meetings, one's own work and one's station on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.group_meetings import MOST_FAMILIES, GroupMeetingForm, Spoken
from backend.services.leaflets import MOST_AT_ONCE, LeafletForm
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most


class ArticleHeadSchema(Schema):
    """An article in a list."""

    id = Id(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    version = fields.Integer(required=True)
    published_on = Day(required=True)


class ArticleSchema(ArticleHeadSchema):
    """An article with its text."""

    text = fields.String(required=True)


class ArticlesSchema(Schema):
    """What may be read, the newest first."""

    items = fields.List(fields.Nested(ArticleHeadSchema), required=True)


class GuidesSchema(Schema):
    """What those who work with grids read up on, with texts: they read it where there is no signal."""

    items = fields.List(fields.Nested(ArticleSchema), required=True)


class LeafletRequest(Schema):
    """Which card was explained, when and how; to families by id, or to all of a grid."""

    article_id = Id(required=True)
    handed_on = Day(required=True)
    way = Text(required=True, validate=at_most(20))
    household_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=MOST_AT_ONCE))
    grid_code = Text(load_default="", validate=at_most(15))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> LeafletForm:
        return LeafletForm(**{**data, "household_ids": tuple(data["household_ids"])})


class CountSchema(Schema):
    """How many are new."""

    new = fields.Integer(required=True)


class SpokenRequest(Schema):
    """A family that was spoken of; words in `suspected` become a clue."""

    household_id = Id(required=True)
    suspected = Text(load_default="", validate=at_most(1000))
    risk = Text(load_default="other", validate=at_most(20))

    @post_load
    def _spoken(self, data: dict[str, Any], **kwargs: Any) -> Spoken:
        return Spoken(**data)


class GroupMeetingRequest(Schema):
    """A villagers' group's meeting."""

    group_name = Text(required=True, validate=at_most(40))
    held_on = Day(required=True)
    topics = Text(required=True, validate=at_most(200))
    people = Whole(required=True)
    grid_code = Text(load_default="", validate=at_most(15))
    words = Text(load_default="", validate=at_most(1000))
    families = fields.List(fields.Nested(SpokenRequest), load_default=list, validate=validate.Length(max=MOST_FAMILIES))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> GroupMeetingForm:
        return GroupMeetingForm(**{**data, "families": tuple(data["families"])})


class GroupMeetingSchema(Schema):
    """A meeting as it is listed."""

    id = Id(required=True)
    group_name = fields.String(required=True)
    held_on = Day(required=True)
    topics = fields.String(required=True)
    people = fields.Integer(required=True)
    recorded_by_name = fields.String(required=True)


class GroupMeetingsSchema(Schema):
    """Meetings of one's place, the newest first."""

    items = fields.List(fields.Nested(GroupMeetingSchema), required=True)


class AssignmentSchema(Schema):
    """What was handed out, by when, and who has answered; the answer itself is read where it is accepted."""

    id = Id(required=True)
    what = fields.String(required=True)
    due_on = Day(required=True)
    made_by_name = fields.String(required=True)
    answered_by_name = fields.String(required=True)
    closed_on = Day(required=True, allow_none=True)


class DaysQuery(Schema):
    """From which day to which, both included."""

    from_on = Day(required=True)
    until_on = Day(required=True)


class WorkSchema(Schema):
    """One kind of daily work, and how much of it one did."""

    kind = fields.String(required=True)
    name = fields.String(required=True)
    count = fields.Integer(required=True)


class WorkRecordSchema(Schema):
    """One's own record in seven kinds, made by the program."""

    items = fields.List(fields.Nested(WorkSchema), required=True)


class StationMemberSchema(Schema):
    """Somebody of a station, in words."""

    name = fields.String(required=True)
    identities = fields.List(fields.String(), required=True)
    posts = fields.List(fields.String(), required=True)
    is_full_time = fields.Boolean(required=True)
    is_head = fields.Boolean(required=True)


class StationSchema(Schema):
    """One's own place's station; `wrong` says in words what is vacant."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    founded_on = Day(required=True, allow_none=True)
    wrong = fields.String(required=True)
    members = fields.List(fields.Nested(StationMemberSchema), required=True)
