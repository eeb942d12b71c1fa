"""Clues, reporters, kin and corrections on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.clues import ClueForm
from backend.services.kin import KinForm
from backend.workflow.steps import Reason
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most


class ClueRequest(Schema):
    """Who, where and what is wrong; day 0 apart from today, with a word of reason when it is earlier."""

    channel = Text(load_default="grid_find", validate=at_most(20))
    village_code = Text(required=True, validate=at_most(15))
    head_name = Text(required=True, validate=at_most(200))
    what = Text(required=True, validate=at_most(2000))
    risk = Text(load_default="other", validate=at_most(20))
    urgency = Text(load_default="normal", validate=at_most(20))
    discovered_on = Day(load_default=None, allow_none=True)
    late_because = Text(load_default="", validate=at_most(400))
    source_no = Text(load_default="", validate=at_most(60))
    phone = Text(load_default="", validate=at_most(40))
    id_number = Text(load_default=None, allow_none=True, validate=at_most(40))
    household_id = Id(load_default=None, allow_none=True)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> ClueForm:
        return ClueForm(**data)


class ClueQuery(Schema):
    """Which part of the stream."""

    channel = Text(load_default=None, validate=at_most(20))
    without_verdict = fields.Boolean(load_default=False)
    before = Id(load_default=None)
    size = Whole(load_default=20, validate=validate.Range(1, 100, error="每页 1 到 100 条。"))


class ReportSchema(Schema):
    """A report as its sender sees it: a receipt number, and how far it is."""

    id = Id(required=True)
    receipt_no = fields.String(required=True)
    receipt_spoken = fields.String(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    channel = fields.String(required=True)
    risk = fields.String(required=True)
    discovered_on = Day(required=True)
    entered_at = fields.AwareDateTime(required=True)
    status = fields.String(required=True)


class ReportPage(Schema):
    """A page of one's own reports, the newest first."""

    items = fields.List(fields.Nested(ReportSchema), required=True)
    before = Id(required=True, allow_none=True)


class ClueSchema(Schema):
    """A clue as an office sees it."""

    id = Id(required=True)
    case_id = Id(required=True)
    receipt_no = fields.String(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    channel = fields.String(required=True)
    channel_name = fields.String(required=True)
    risk = fields.String(required=True)
    urgency = fields.String(required=True)
    joined = fields.Boolean(required=True)
    verdict = fields.String(required=True, allow_none=True)
    verdict_name = fields.String(required=True)
    what = fields.String(required=True)
    discovered_on = Day(required=True)
    entered_at = fields.AwareDateTime(required=True)


class CluePage(Schema):
    """A page of the stream, the newest first."""

    items = fields.List(fields.Nested(ClueSchema), required=True)
    before = Id(required=True, allow_none=True)


class ClosingRequest(Schema):
    """Why a clue is no case."""

    version = Whole(required=True)
    reasons = fields.List(Text(validate=at_most(40)), required=True)
    words = Text(required=True, validate=at_most(2000))

    @post_load
    def _closing(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"version": data["version"], "reason": Reason(tuple(data["reasons"]), data["words"])}


class TransferRequest(Schema):
    """To whom a matter is handed on."""

    version = Whole(required=True)
    to = Text(required=True, validate=at_most(30))
    words = Text(required=True, validate=at_most(2000))


class JoinClueRequest(Schema):
    """The version of the duty that asks whether a clue is the same matter."""

    version = Whole(required=True)


class UrgencyRequest(Schema):
    """How much a case presses, and why."""

    urgency = Text(required=True, validate=at_most(20))
    words = Text(required=True, validate=at_most(2000))


class TalkRequest(Schema):
    """One talk with the family."""

    way = Text(required=True, validate=at_most(20))
    words = Text(required=True, validate=at_most(2000))
    talked_on = Day(load_default=None, allow_none=True)


class InviteRequest(Schema):
    """Whom the village authorises to report."""

    name = Text(required=True, validate=at_most(200))
    standing = Text(required=True, validate=at_most(30))


class InvitationSchema(Schema):
    """A one-time code for the villager's own phone."""

    id = Id(required=True)
    code = fields.String(required=True)


class InvitationRequest(Schema):
    """The code as the village gave it."""

    code = Text(required=True, validate=at_most(20))


class ReporterSchema(Schema):
    """An authorised villager."""

    id = Id(required=True)
    name = fields.String(required=True)
    standing = fields.String(required=True)
    authorised_at = fields.AwareDateTime(required=True)


class ReportersSchema(Schema):
    """Whom the village has authorised."""

    items = fields.List(fields.Nested(ReporterSchema), required=True)


class KinRequest(Schema):
    """Whose relative the family is."""

    post = Text(required=True, validate=at_most(30))
    relation = Text(required=True, validate=at_most(30))
    official_name = Text(load_default="", validate=at_most(200))
    staff_id = Id(load_default=None, allow_none=True)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> KinForm:
        return KinForm(**data)


class KinSchema(Schema):
    """An entry of the register of kin."""

    id = Id(required=True)
    household_id = Id(required=True)
    village_name = fields.String(required=True)
    official_name = fields.String(required=True)
    post_name = fields.String(required=True)
    relation_name = fields.String(required=True)
    registered_at = fields.AwareDateTime(required=True)


class KinListSchema(Schema):
    """The register."""

    items = fields.List(fields.Nested(KinSchema), required=True)


class HandOverRequest(Schema):
    """The village where the case belongs, and why."""

    village_code = Text(required=True, validate=at_most(15))
    words = Text(required=True, validate=at_most(1000))


class MergeRequest(Schema):
    """The other case of the same family."""

    other_id = Id(required=True)
    words = Text(required=True, validate=at_most(1000))


class CorrectIdRequest(Schema):
    """The right number."""

    person_id = Id(required=True)
    number = Text(required=True, validate=at_most(40))
    words = Text(required=True, validate=at_most(1000))


class CorrectedSchema(Schema):
    """Both numbers, masked."""

    before = fields.String(required=True)
    after = fields.String(required=True)


class HeadRequest(Schema):
    """Another head, and what the old one is to the new one."""

    person_id = Id(required=True)
    old_head_is = Text(required=True, validate=at_most(30))
    words = Text(required=True, validate=at_most(1000))


class DeathRequest(Schema):
    """Who died, when, and who is the head now."""

    person_id = Id(required=True)
    died_on = Day(required=True)
    new_head_id = Id(load_default=None, allow_none=True)
