"""What a village sends and sees of its public notices, and what anybody sees."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.notices import PostingForm, ReadingForm
from backend.services.sheets import MOST_ON_A_SHEET
from miniprogram_api.schemas.cases import TaskSchema
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most, sha256

_some_cases = validate.Length(1, MOST_ON_A_SHEET, error=f"一张公示放1到{MOST_ON_A_SHEET}户。")


class PreviewQuery(Schema):
    """Which families, and for which day."""

    case_id = fields.List(Id(), required=True, validate=_some_cases)
    posts_on = Day(load_default=None)


class PrepareNoticeRequest(Schema):
    """Which families go on the sheet, and the day printed on it."""

    case_ids = fields.List(Id(), required=True, validate=_some_cases)
    posts_on = Day(load_default=None, allow_none=True)


class NoticeReadingRequest(Schema):
    """How the family heard its line, or why nobody could be reached."""

    way = Text(required=True, validate=at_most(20))
    told_whom = Text(load_default="", validate=at_most(30))
    read_on = Day(load_default=None, allow_none=True)
    words = Text(load_default="", validate=at_most(2000))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> ReadingForm:
        return ReadingForm(**data)


class SeenDutyRequest(Schema):
    """One family's duty as it was on the screen."""

    case_id = Id(required=True)
    version = Whole(required=True)


class NoticePostingRequest(Schema):
    """Where the sheet hangs, with a photo to come or a named witness."""

    place = Text(required=True, validate=at_most(400))
    photo_sha256 = Text(load_default=None, allow_none=True, validate=sha256())
    witness = Text(load_default="", validate=at_most(200))
    posted_on = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "the day on which it was hung up, where that is not today; the printed one"},
    )
    seen = fields.List(fields.Nested(SeenDutyRequest), required=True)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> PostingForm:
        versions = {each["case_id"]: each["version"] for each in data.pop("seen")}
        return PostingForm(versions=versions, **data)


class CloseNoticeRequest(Schema):
    """The version of the duty that was on the screen."""

    version = Whole(required=True)


class SheetLineSchema(Schema):
    """One family's line, and whether the family has heard it."""

    case_id = Id(required=True)
    number = fields.Integer(required=True)
    line = fields.String(required=True)
    has_heard = fields.Boolean(required=True)


class PreviewSchema(Schema):
    """The exact text, and what must not be public in it."""

    text = fields.String(required=True)
    posts_on = Day(required=True)
    until = Day(required=True)
    findings = fields.List(fields.String(), required=True)
    lines = fields.List(fields.Nested(SheetLineSchema), required=True)


class NoticeLineSchema(Schema):
    """A family of a sheet by its number there."""

    case_id = Id(required=True)
    number = fields.Integer(required=True)


class NoticeSchema(Schema):
    """A sheet as printed: its text, and the code that proves it genuine."""

    id = Id(required=True)
    text = fields.String(required=True)
    page = fields.String(required=True, metadata={"description": "address behind the code"})
    code_svg = fields.String(required=True)
    posts_on = Day(required=True)
    until = Day(required=True)
    posted_on = Day(required=True, allow_none=True)
    place = fields.String(required=True)
    witness = fields.String(required=True)
    photo_sha256 = fields.String(required=True, allow_none=True)
    taken_down_on = Day(required=True, allow_none=True)
    lines = fields.List(fields.Nested(NoticeLineSchema), required=True)


class SheetFamilySchema(NoticeLineSchema):
    """A family of a sheet to be posted: whether it has heard its line, and the duty that the sheet answers."""

    has_heard = fields.Boolean(required=True)
    duty = fields.Nested(TaskSchema, required=True)


class PreparedSheetSchema(Schema):
    """A sheet that was made and has not been said to hang."""

    id = Id(required=True)
    posts_on = Day(required=True)
    until = Day(required=True)
    prepared_at = fields.AwareDateTime(required=True)
    text = fields.String(required=True)
    families = fields.List(fields.Nested(SheetFamilySchema), required=True)


class PreparedSheetsSchema(Schema):
    """The sheets of a family that wait to be posted, the newest first."""

    items = fields.List(fields.Nested(PreparedSheetSchema), required=True)


class NoticeDoneSchema(Schema):
    """Where a sheet stands after a step; its names are read with it, not kept with the answer."""

    id = Id(required=True)
    posts_on = Day(required=True)
    until = Day(required=True)
    posted_on = Day(required=True, allow_none=True)
    taken_down_on = Day(required=True, allow_none=True)


class ListedNoticeSchema(NoticeDoneSchema):
    """A sheet in the list: how many families are on it, and where it hangs."""

    families = fields.Integer(required=True)
    place = fields.String(required=True)


class NoticesSchema(Schema):
    """A page of sheets, the newest first."""

    items = fields.List(fields.Nested(ListedNoticeSchema), required=True)
    before = Id(required=True, allow_none=True)


class TelephoneSchema(Schema):
    """A published number."""

    whose = fields.String(required=True)
    number = fields.String(required=True)


class PublicNoticeSchema(Schema):
    """What anybody may see of a sheet: no name, and nothing at all after its last day."""

    is_over = fields.Boolean(required=True)
    village = fields.String(required=True)
    place = fields.String(required=True)
    posted_on = Day(required=True, allow_none=True)
    until = Day(required=True, allow_none=True)
    families = fields.Integer(required=True)
    telephones = fields.List(fields.Nested(TelephoneSchema), required=True)
