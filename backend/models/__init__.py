"""The tables, one small aggregate a file; importing this package makes them all known."""

from backend.models.accounts import Account, AccountHousehold, Quota
from backend.models.audit import AuditBatch, AuditRow
from backend.models.authorizations import Authorization
from backend.models.batches import Announcement, BatchItem, CountyBatch, NationalEntry
from backend.models.cases import Case, CaseEvent, Declaration, ReceiptLine
from backend.models.channels import Circuit, Follower
from backend.models.checks import DepartmentCheck
from backend.models.clues import Clue, Reporter
from backend.models.comparisons import Comparison, ComparisonResult
from backend.models.complaints import Complaint, ComplaintLine
from backend.models.consents import ConsentChange
from backend.models.counties import County, DemoClock, Leader, PolicyVersion, Region, WorkdayOverride
from backend.models.disasters import DisasterEvent, DisasterHousehold
from backend.models.files import StoredFile
from backend.models.green_channels import GreenChannel, GreenOpinion
from backend.models.home_checks import HomeCheck, HomeCheckDraft
from backend.models.households import Household, Person, PersonDigest
from backend.models.idempotency import IdempotencyKey
from backend.models.judgements import Judgement
from backend.models.kinships import Kinship
from backend.models.meetings import Meeting, MeetingItem
from backend.models.messages import Attempt, Message, PushedEvent
from backend.models.notices import Notice, NoticeItem, NoticeReading
from backend.models.objections import Objection
from backend.models.reminding import Deputy, Nudge, Snooze, Supervision
from backend.models.satisfactions import Satisfaction
from backend.models.sessions import OneTimeCode, SignIn, Throttle
from backend.models.staff import Identity, Staff
from backend.models.tasks import Task
from backend.models.visits import Visit

__all__ = [
    "Account",
    "AccountHousehold",
    "Announcement",
    "Attempt",
    "AuditBatch",
    "AuditRow",
    "Authorization",
    "BatchItem",
    "Case",
    "CaseEvent",
    "Circuit",
    "Clue",
    "Comparison",
    "ComparisonResult",
    "Complaint",
    "ComplaintLine",
    "ConsentChange",
    "County",
    "CountyBatch",
    "Declaration",
    "DemoClock",
    "DepartmentCheck",
    "Deputy",
    "DisasterEvent",
    "DisasterHousehold",
    "Follower",
    "GreenChannel",
    "GreenOpinion",
    "HomeCheck",
    "HomeCheckDraft",
    "Household",
    "IdempotencyKey",
    "Identity",
    "Judgement",
    "Kinship",
    "Leader",
    "Meeting",
    "MeetingItem",
    "Message",
    "NationalEntry",
    "Notice",
    "NoticeItem",
    "NoticeReading",
    "Nudge",
    "Objection",
    "OneTimeCode",
    "Person",
    "PersonDigest",
    "PolicyVersion",
    "PushedEvent",
    "Quota",
    "ReceiptLine",
    "Region",
    "Reporter",
    "Satisfaction",
    "SignIn",
    "Snooze",
    "Staff",
    "StoredFile",
    "Supervision",
    "Task",
    "Throttle",
    "Visit",
    "WorkdayOverride",
]
