"""Duties, cases, visits and decisions on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.access.permissions import Action
from backend.services.cases import DECISIONS, MOST_FINDINGS, MOST_WORDS, Seen, Spot, VisitForm
from backend.services.judgements import JudgementForm
from backend.services.reveals import MOST_REASON, Field
from backend.services.tasks import Whose
from backend.workflow.sentences import ACTION_NAMES, EVENT_NAMES
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from miniprogram_api.schemas.files import FileSchema
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most, one_of, sha256


class QueueQuery(Schema):
    """Which page of whose duties."""

    whose = fields.Enum(Whose, by_value=True, load_default=Whose.MINE)
    overdue = fields.Boolean(load_default=False)
    after = Text(load_default=None, validate=at_most(40))
    size = Whole(load_default=20, validate=validate.Range(1, 100, error="每页 1 到 100 条。"))


class TaskSchema(Schema):
    """A duty: what, for whom, by when."""

    id = Id(required=True)
    case_id = Id(required=True, allow_none=True, metadata={"description": "empty for a complaint"})
    kind = fields.String(required=True, validate=one_of(Kind))
    kind_name = fields.String(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    due_on = Day(required=True)
    is_overdue = fields.Boolean(required=True)
    is_provisional = fields.Boolean(required=True)
    asked = fields.List(fields.String(), required=True, metadata={"description": "what is asked for, in words"})
    declaration_id = Id(required=True, allow_none=True)
    clue_id = Id(required=True, allow_none=True)
    complaint_id = Id(required=True, allow_none=True)
    satisfaction_id = Id(required=True, allow_none=True, metadata={"description": "of a duty to call back"})
    change_id = Id(required=True, allow_none=True, metadata={"description": "of who came or went, to be confirmed"})
    assignment_id = Id(required=True, allow_none=True, metadata={"description": "of what was handed out (交办、整改)"})
    is_pressing = fields.Boolean(required=True, metadata={"description": "特急 or 加急: it leads the queue"})
    about = fields.String(required=True, metadata={"description": "the department, office or items it is about"})
    version = fields.Integer(required=True)
    desk_name = fields.String(required=True, metadata={"description": "the office that owes it"})
    is_own = fields.Boolean(required=True, metadata={"description": "whether this actor's own desk owes it"})
    may_press = fields.Boolean(required=True, metadata={"description": "whether this actor may press for it (催办)"})


class TaskPage(Schema):
    """A page of duties, the most pressing first."""

    items = fields.List(fields.Nested(TaskSchema), required=True)
    after = fields.String(required=True, allow_none=True)


class EventSchema(Schema):
    """Something that happened to a case."""

    action = fields.String(required=True, validate=one_of([*EVENT_NAMES, *ACTION_NAMES]))
    action_name = fields.String(required=True)
    who = fields.String(required=True)
    words = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class VisitSchema(Schema):
    """A home visit."""

    id = Id(required=True)
    visited_on = Day(required=True)
    way = fields.String(required=True)
    visitor_name = fields.String(required=True)
    companion = fields.String(required=True)
    findings = fields.String(required=True)
    conclusion = fields.String(required=True)


class StatementSchema(Schema):
    """A declaration as staff see it."""

    id = Id(required=True)
    receipt_no = fields.String(required=True)
    head_name = fields.String(required=True)
    relation = fields.String(required=True)
    declarer_name = fields.String(required=True, allow_none=True)
    hardship = fields.String(required=True)
    has_voice = fields.Boolean(required=True)
    joined = fields.Boolean(required=True)
    consents = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    declared_at = fields.AwareDateTime(required=True)


class CaseSchema(Schema):
    """One case with what belongs to it and what this actor may do now."""

    id = Id(required=True)
    household_id = Id(required=True)
    number = fields.String(required=True)
    procedure = fields.String(required=True, metadata={"description": "full, or short: which form a home visit takes"})
    state = fields.String(required=True, validate=one_of(State))
    state_name = fields.String(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    risk = fields.String(required=True)
    risk_name = fields.String(required=True)
    channel = fields.String(required=True)
    urgency = fields.String(required=True)
    discovered_on = Day(required=True)
    promised_on = Day(required=True)
    version = fields.Integer(required=True)
    content_version = fields.Integer(required=True)
    missing_photos = fields.Integer(required=True, metadata={"description": "announced and not arrived: 附件未齐"})
    masked = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    duties = fields.List(fields.Nested(TaskSchema), required=True)
    declarations = fields.List(fields.Nested(StatementSchema), required=True)
    visits = fields.List(fields.Nested(VisitSchema), required=True)
    events = fields.List(fields.Nested(EventSchema), required=True)
    files = fields.List(fields.Nested(FileSchema), required=True)
    actions = fields.List(
        fields.String(validate=one_of(Action)),
        required=True,
        metadata={"description": "what this actor may do now: no client repeats the rules"},
    )


class MovedSchema(Schema):
    """Where a case stands after a step."""

    id = Id(required=True)
    state = fields.String(required=True, validate=one_of(State))
    version = fields.Integer(required=True)
    content_version = fields.Integer(required=True)


class VersionRequest(Schema):
    """The version of the duty that was on the screen."""

    version = Whole(required=True)


class SpotRequest(Schema):
    """A place, only if the visitor chose to give it."""

    latitude = fields.Float(required=True, validate=validate.Range(-90, 90, error="纬度不对。"))
    longitude = fields.Float(required=True, validate=validate.Range(-180, 180, error="经度不对。"))

    @post_load
    def _spot(self, data: dict[str, Any], **kwargs: Any) -> Spot:
        return Spot(**data)


class VisitRequest(Schema):
    """What a home visit found."""

    version = Whole(required=True)
    findings = Text(required=True, validate=at_most(MOST_FINDINGS))
    conclusion = Text(required=True, validate=at_most(20))
    way = Text(load_default="home", validate=at_most(20))
    visited_on = Day(load_default=None, allow_none=True)
    companion = Text(load_default="", validate=at_most(50))
    spot = fields.Nested(SpotRequest, load_default=None, allow_none=True)
    photos = fields.List(Text(validate=sha256()), load_default=list)

    @post_load
    def _form(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        data["photos"] = tuple(data["photos"])
        return {"version": data.pop("version"), "form": VisitForm(**data)}


class VisitDoneSchema(Schema):
    """A visit as filed."""

    id = Id(required=True)
    case_id = Id(required=True)
    visited_on = Day(required=True)


class DecisionRequest(Schema):
    """A step that needs no form: which, why, and what was on the screen."""

    action = Text(required=True, validate=validate.OneOf(sorted(DECISIONS), error="没有这一步。"))
    version = Whole(required=True)
    content_version = Whole(load_default=None, allow_none=True)
    reasons = fields.List(Text(validate=at_most(40)), load_default=list)
    words = Text(load_default="", validate=at_most(MOST_WORDS))
    opinion = Text(load_default="", validate=at_most(MOST_WORDS))
    category = Text(load_default=None, allow_none=True, validate=at_most(20))
    category_reason = Text(load_default="", validate=at_most(MOST_WORDS))
    alternative = Text(load_default="", validate=at_most(MOST_WORDS))
    transfer = Text(load_default=None, allow_none=True, validate=at_most(20))

    @post_load
    def _decision(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        judged = ("opinion", "category", "category_reason", "alternative", "transfer")
        return {
            "action": Action(data["action"]),
            "seen": Seen(data["version"], data["content_version"]),
            "reason": Reason(tuple(data["reasons"]), data["words"]),
            "judgement": JudgementForm(**{name: data[name] for name in judged}),
        }


class FetchRequest(Schema):
    """What was completed at the door."""

    version = Whole(required=True)
    words = Text(required=True, validate=at_most(MOST_WORDS))


class JoinRequest(Schema):
    """Which declaration is the same matter."""

    version = Whole(required=True)
    declaration_id = Id(required=True)


class PhoneRequest(Schema):
    """Whose phone: that of the declaration."""

    declaration_id = Id(required=True)


class RevealRequest(Schema):
    """Which field, and why."""

    field = fields.Enum(Field, by_value=True, required=True)
    reason = Text(required=True, validate=at_most(MOST_REASON))


class RevealSchema(Schema):
    """One field in clear."""

    field = fields.String(required=True, validate=one_of(Field))
    value = fields.String(required=True)
