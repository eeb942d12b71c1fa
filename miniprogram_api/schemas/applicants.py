"""The applicant's side: marks, consents, complaints and suggestions, dates told beforehand."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.services.appointments import AppointmentForm, CallForm
from backend.services.complaints import MOST_TEXT, ComplaintForm
from backend.services.sealing import MOST_SHORT, MOST_WORDS
from miniprogram_api.schemas.correction_requests import OwnCorrectionSchema
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most


class MarkRequest(Schema):
    """满意度: one mark, and words if one likes."""

    mark = Text(required=True, validate=at_most(20))
    words = Text(load_default="", validate=at_most(MOST_WORDS))


class OwnMarkSchema(Schema):
    """One's own mark, and what was answered to it."""

    mark = fields.String(required=True, metadata={"description": "empty: none yet"})
    words = fields.String(required=True)
    marked_at = fields.AwareDateTime(required=True, allow_none=True)
    may_mark_until = Day(required=True, allow_none=True)
    answer = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)


class ListQuery(Schema):
    """Which page."""

    before = Id(load_default=None)
    size = fields.Integer(load_default=20, validate=validate.Range(1, 100, error="每页 1 到 100 条。"))


class ComplaintsQuery(ListQuery):
    """Which page of the complaints, and whether the answered ones too."""

    open_only = fields.Boolean(load_default=True)


class CallBackLineSchema(Schema):
    """A family to call back; its words only where they were opened."""

    id = Id(required=True)
    case_id = Id(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    mark_name = fields.String(required=True)
    marked_at = fields.AwareDateTime(required=True)
    due_on = Day(required=True, allow_none=True)
    version = Whole(required=True, allow_none=True, metadata={"description": "of the open duty"})


class CallBackPage(Schema):
    """A page of families to call back."""

    items = fields.List(fields.Nested(CallBackLineSchema), required=True)
    before = Id(required=True, allow_none=True)


class CallBackSchema(CallBackLineSchema):
    """One mark in clear; opening it is in the case's audit."""

    words = fields.String(required=True)
    answer = fields.String(required=True)


class AnswerRequest(Schema):
    """An answer in words, which its reader gets as they are."""

    version = Whole(required=True)
    words = Text(required=True, validate=at_most(MOST_WORDS))


class ConsentRequest(Schema):
    """One consent, given or withdrawn."""

    consent = Text(required=True, validate=at_most(20))
    is_given = fields.Boolean(required=True)
    consequence_told = fields.Boolean(load_default=False, metadata={"description": "asked for when withdrawing"})


class ConsentChangeSchema(Schema):
    """One change of a consent."""

    is_given = fields.Boolean(required=True)
    changed_on = Day(required=True)


class OwnConsentSchema(Schema):
    """One consent as it stands, with every change."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    is_given = fields.Boolean(required=True)
    history = fields.List(fields.Nested(ConsentChangeSchema), required=True)


class OwnDataLineSchema(Schema):
    """What is held under one receipt of one's own, and what was agreed to for it."""

    declaration_id = Id(required=True)
    receipt_no = fields.String(required=True)
    head_name = fields.String(required=True)
    declared_at = fields.AwareDateTime(required=True)
    may_change = fields.Boolean(required=True)
    consequence = fields.String(required=True, metadata={"description": "what follows a withdrawal, to be shown first"})
    consents = fields.List(fields.Nested(OwnConsentSchema), required=True)


class LookSchema(Schema):
    """One look at one's own family: the day, the post of whoever looked, and what they saw."""

    looked_on = Day(required=True)
    who = fields.String(required=True)
    what = fields.String(required=True)


class OwnDataSchema(Schema):
    """My data, and who looked at it."""

    items = fields.List(fields.Nested(OwnDataLineSchema), required=True)
    looks = fields.List(
        fields.Nested(LookSchema),
        required=True,
        metadata={"description": "empty until the phone was confirmed"},
    )
    corrections = fields.List(fields.Nested(OwnCorrectionSchema), required=True)


class ComplaintRequest(Schema):
    """A complaint or suggestion; without a name nothing links it to an account."""

    kind = Text(required=True, validate=at_most(30))
    target = Text(required=True, validate=at_most(30))
    said_place = Text(load_default="", validate=at_most(15))
    text = Text(required=True, validate=at_most(MOST_TEXT))
    name = Text(load_default="", validate=at_most(200))
    phone = Text(load_default="", validate=at_most(40))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> ComplaintForm:
        return ComplaintForm(**data)


class ComplaintLineSchema(Schema):
    """One line of a complaint's timeline."""

    sentence = fields.String(required=True)
    detail = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class OwnComplaintSchema(Schema):
    """A complaint as its sender reads it."""

    receipt_no = fields.String(required=True)
    receipt_spoken = fields.String(required=True, metadata={"description": "in groups, as read over the phone"})
    kind_name = fields.String(required=True)
    status = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)
    whom = fields.String(required=True, metadata={"description": "who answers"})
    due_on = Day(required=True, allow_none=True)
    timeline = fields.List(fields.Nested(ComplaintLineSchema), required=True)


class OwnComplaintsSchema(Schema):
    """One's own complaints under a name, the newest first."""

    items = fields.List(fields.Nested(OwnComplaintSchema), required=True)


class ComplaintLookUpRequest(Schema):
    """The number on a complaint's receipt."""

    receipt_no = Text(required=True, validate=at_most(40))


class ListedComplaintSchema(Schema):
    """A complaint in the list of those who answer: no name and no text yet."""

    id = Id(required=True)
    receipt_no = fields.String(required=True)
    kind_name = fields.String(required=True)
    target_name = fields.String(required=True)
    place_name = fields.String(required=True)
    status = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)
    due_on = Day(required=True, allow_none=True)
    version = Whole(required=True, metadata={"description": "of its duty"})
    is_named = fields.Boolean(required=True)


class ComplaintPage(Schema):
    """A page of complaints, the newest first."""

    items = fields.List(fields.Nested(ListedComplaintSchema), required=True)
    before = Id(required=True, allow_none=True)


class ComplaintSchema(ListedComplaintSchema):
    """One complaint in clear; opening it is in its audit."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    text = fields.String(required=True)


class AppointmentRequest(Schema):
    """The day on which somebody comes."""

    on = Day(required=True)
    day_part = Text(required=True, validate=at_most(20))
    words = Text(load_default="", validate=at_most(MOST_SHORT))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> AppointmentForm:
        return AppointmentForm(**data)


class MeetingCallRequest(Schema):
    """The day and place of a meeting, and the families on its list."""

    case_ids = fields.List(Id(), required=True, validate=validate.Length(1, 200, error="一次最多 200 户。"))
    on = Day(required=True)
    place = Text(required=True, validate=at_most(MOST_SHORT))
    day_part = Text(load_default="", validate=at_most(20))

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"case_ids": data.pop("case_ids"), "form": CallForm(**data)}


class CalledSchema(Schema):
    """What became of one family."""

    case_id = Id(required=True)
    is_called = fields.Boolean(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class CalledListSchema(Schema):
    """What became of each family."""

    results = fields.List(fields.Nested(CalledSchema), required=True)
