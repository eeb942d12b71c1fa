"""Batches, announcements, rechecks, referrals, green channels and lists on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.access.permissions import Action
from backend.services.batches import Proposal, Verdict
from backend.services.cases import Seen
from backend.services.lists import FOR_LISTS, MOST_LISTED, ListedCase
from miniprogram_api.schemas.shared import Day, Id, Text, Whole, at_most


class ProposalRequest(Schema):
    """What is proposed for one family."""

    case_id = Id(required=True)
    verdict = fields.Enum(Verdict, by_value=True, load_default=Verdict.APPROVE)
    reasons = fields.List(Text(validate=at_most(40)), load_default=list)
    words = Text(load_default="", validate=at_most(2000))
    alternative = Text(load_default="", validate=at_most(2000))
    transfer = Text(load_default=None, allow_none=True, validate=at_most(20))

    @post_load
    def _proposal(self, data: dict[str, Any], **kwargs: Any) -> Proposal:
        return Proposal(codes=tuple(data.pop("reasons")), **data)


class BatchRequest(Schema):
    """A batch: its document number and the day of its sitting."""

    number = Text(required=True, validate=at_most(120))
    sits_on = Day(required=True)
    proposals = fields.List(fields.Nested(ProposalRequest), load_default=list, validate=validate.Length(max=200))


class ProposalsRequest(Schema):
    """Families to add, or to propose anew."""

    proposals = fields.List(fields.Nested(ProposalRequest), required=True, validate=validate.Length(min=1, max=200))


class TakeOutRequest(Schema):
    """Which family is left out."""

    case_id = Id(required=True)


class BatchItemSchema(Schema):
    """One family of a batch and what became of it."""

    case_id = Id(required=True)
    verdict = fields.String(required=True)
    outcome = fields.String(required=True)
    said = fields.String(required=True, metadata={"description": "why it did not go through"})


class BatchHeadSchema(Schema):
    """A batch without its families."""

    id = Id(required=True)
    number = fields.String(required=True)
    sits_on = Day(required=True)
    prepared_by_name = fields.String(required=True)
    signed_by_name = fields.String(required=True)
    signed_at = fields.AwareDateTime(required=True, allow_none=True)
    phoned_by = fields.String(required=True, metadata={"description": "the leader who agreed by telephone"})
    phoned_at = fields.AwareDateTime(required=True, allow_none=True)
    noted_by_name = fields.String(required=True)


class BatchSchema(BatchHeadSchema):
    """A batch with its families."""

    items = fields.List(fields.Nested(BatchItemSchema), required=True)


class BatchesSchema(Schema):
    """The latest batches."""

    items = fields.List(fields.Nested(BatchHeadSchema), required=True)


class WaitingQuery(Schema):
    """The day of the next sitting."""

    sits_on = Day(required=True)


class WaitingCaseSchema(Schema):
    """A case that waits for the county."""

    case_id = Id(required=True)
    head_name = fields.String(required=True)
    village_name = fields.String(required=True)
    due_on = Day(required=True)
    passes_its_day = fields.Boolean(required=True, metadata={"description": "before the next sitting"})


class WaitingSchema(Schema):
    """The cases that wait for the county, the most pressing first."""

    items = fields.List(fields.Nested(WaitingCaseSchema), required=True)


class AnnounceRequest(Schema):
    """Under which document number."""

    version = Whole(required=True)
    number = Text(required=True, validate=at_most(120))


class AnnouncementSchema(Schema):
    """What was announced."""

    id = Id(required=True)
    number = fields.String(required=True)
    text = fields.String(required=True)
    announced_on = Day(required=True)


class NationalRequest(Schema):
    """The receipt of the national system, as typed."""

    version = Whole(required=True)
    receipt_no = Text(required=True, validate=at_most(60))
    entered_on = Day(required=True)


class NationalSchema(Schema):
    """The receipt as kept."""

    id = Id(required=True)
    receipt_no = fields.String(required=True)
    entered_on = Day(required=True)


class RecheckAnswerRequest(Schema):
    """Whether the outcome stands, and why."""

    version = Whole(required=True)
    overturn = fields.Boolean(required=True)
    words = Text(required=True, validate=at_most(2000))


class ReferralAnswerRequest(Schema):
    """Which office answered, and what."""

    version = Whole(required=True)
    office = Text(required=True, validate=at_most(120))
    words = Text(required=True, validate=at_most(2000))


class ProgressCallRequest(Schema):
    """What somebody reads out over the telephone."""

    receipt_no = Text(required=True, validate=at_most(40))
    last_four = Text(required=True, validate=at_most(8))


class StandingSchema(Schema):
    """Where a declaration stands, in the words of its receipt."""

    receipt_no = fields.String(required=True)
    status = fields.String(required=True)
    sentence = fields.String(required=True)
    due_on = Day(required=True, allow_none=True)
    promised_on = Day(required=True)
    is_closed = fields.Boolean(required=True)


class ListedCaseRequest(Schema):
    """One family of a list, as it was on the screen."""

    case_id = Id(required=True)
    version = Whole(required=True)
    content_version = Whole(load_default=None, allow_none=True)
    category = Text(load_default=None, allow_none=True, validate=at_most(20))

    @post_load
    def _listed(self, data: dict[str, Any], **kwargs: Any) -> ListedCase:
        return ListedCase(data["case_id"], Seen(data["version"], data["content_version"]), data["category"])


class ListDecisionRequest(Schema):
    """One step for a list of families."""

    action = fields.Enum(
        Action, by_value=True, required=True, validate=validate.OneOf(FOR_LISTS, error="这一步要一户一户办。")
    )
    opinion = Text(load_default="", validate=at_most(2000))
    cases = fields.List(
        fields.Nested(ListedCaseRequest), required=True, validate=validate.Length(min=1, max=MOST_LISTED)
    )


class ListedResultSchema(Schema):
    """What became of one family of a list."""

    case_id = Id(required=True)
    state = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class ListDecisionSchema(Schema):
    """What became of each."""

    results = fields.List(fields.Nested(ListedResultSchema), required=True)
