"""Fields and shapes that every part of the API shares, with plain Chinese words for what is wrong."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from marshmallow.utils import get_value

from backend import clock
from backend.privacy.signs import CONTROL_SENTENCE

REQUIRED = "这一项要填。"
NULL = "这一项不能为空。"
LARGEST_ID = 2**63 - 1
_HALF = re.compile("[\ud800-\udfff]")
NOT_TEXT = "这一项应是文字。"

fields.Field.default_error_messages["required"] = REQUIRED
fields.Field.default_error_messages["null"] = NULL
fields.Field.default_error_messages["validator_failed"] = "这一项不对。"
fields.String.default_error_messages["invalid"] = NOT_TEXT
fields.Integer.default_error_messages["invalid"] = "这一项应是整数。"
fields.Boolean.default_error_messages["invalid"] = "这一项应是“是”或“否”。"
fields.Date.default_error_messages["invalid"] = "日期应写成 2026-03-05 这样。"
fields.Date.default_error_messages["format"] = "日期不对。"
for _told in ("invalid", "invalid_awareness", "format"):
    fields.DateTime.default_error_messages[_told] = "时间应写成 2026-03-05T09:30:00+08:00 这样。"
fields.List.default_error_messages["invalid"] = "这一项应是一个列表。"
fields.Nested.default_error_messages["type"] = "这一项的写法不对。"
fields.Integer.default_error_messages["too_large"] = "这个数太大了。"
fields.Float.default_error_messages["invalid"] = "这一项应是数字。"
fields.Float.default_error_messages["too_large"] = "这个数太大了。"
fields.Float.default_error_messages["special"] = "这一项应是数字。"
fields.Dict.default_error_messages["invalid"] = "这一项的写法不对。"
fields.Enum.default_error_messages["unknown"] = "请从列出的里面选一项。"
validate.Length.message_min = "太少了，最少要{min}。"
validate.Length.message_max = "太多了，最多{max}。"
validate.Length.message_all = "数目要在{min}到{max}之间。"
validate.Length.message_equal = "数目应是{equal}。"
validate.Range.message_min = validate.Range.message_max = validate.Range.message_all = "这个数超出了范围。"
validate.OneOf.default_message = "请从列出的里面选一项。"
Schema.error_messages["unknown"] = "没有这一项。"
Schema.error_messages["type"] = "发来的内容读不懂。"
# smorest copies a view's description with every decorator; its schemas never change, and copying them took a second
Schema.__deepcopy__ = lambda schema, _: schema  # type: ignore[attr-defined]


def _held(_: Schema, obj: Any, attr: str, default: Any) -> Any:
    """Return what is to be sent: mostly out of a dict, and looking at it as if it might be anything costs a tenth."""
    return obj[attr] if type(obj) is dict and attr in obj else get_value(obj, attr, default)


Schema.get_attribute = _held  # type: ignore[assignment,method-assign]


class Text(fields.String):
    """Text that can be kept: no null byte, no half of a character, which JSON can spell and nobody can read."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text is not None and ("\0" in text or _HALF.search(text)):
            raise ValidationError(CONTROL_SENTENCE)
        return text


class Day(fields.Date):
    """A day that somebody can mean: with one at the end of the calendar nothing can be counted."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if day.year not in clock.YEARS:
            raise self.make_error("format", input=value, obj_type="date")
        return day


class Whole(fields.Integer):
    """A whole number that the database can hold."""

    def _validated(self, value: Any) -> int:
        number: int = super()._validated(value)
        if abs(number) > LARGEST_ID:
            raise self.make_error("too_large", input=value)
        return number


class Id(fields.Field[int]):
    """A row id: a string on the wire, for JavaScript cannot hold 63 bits."""

    default_error_messages = {"invalid": "编号不对。"}  # noqa: RUF012 - marshmallow's own way

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not value.isdecimal() or len(value) > 19 or int(value) > LARGEST_ID:
            raise self.make_error("invalid")
        return int(value)


def at_most(length: int) -> validate.Length:
    """Return the check of a text's length, in words."""
    return validate.Length(max=length, error=f"太长了，最多{length}个字。")


def sha256() -> validate.Regexp:
    """Return the check of a content hash."""
    return validate.Regexp(r"^[0-9a-f]{64}$", error="附件标识不对。")


def one_of(codes: Iterable[str]) -> validate.OneOf:
    """Return the check that names every code there is, so that clients know them too."""
    return validate.OneOf([str(code) for code in codes], error="没有这个选项。")


class ErrorSchema(Schema):
    """The one shape of every error."""

    code = fields.String(required=True, metadata={"description": "stable, for programs"})
    message = fields.String(required=True, metadata={"description": "plain Chinese, for people"})
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), data_key="fields", attribute="fields", required=True
    )
    done_id = fields.String(metadata={"description": "with key_reused: what the first request under this key made"})


class DoneSchema(Schema):
    """Something was done and there is nothing more to say."""

    done = fields.Boolean(required=True)
