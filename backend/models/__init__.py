"""The tables, one small aggregate a file; importing this package makes them all known."""

from backend.models.accounts import Account, AccountHousehold, Quota
from backend.models.alerts import Alert, AlertBatch, AlertItem, StagedRow
from backend.models.articles import Article, Leaflet
from backend.models.audit import AuditBatch, AuditRow
from backend.models.authorizations import Authorization
from backend.models.batches import Announcement, BatchItem, CountyBatch, NationalEntry
from backend.models.benefits import InsuranceYear, ReliefClaim
from backend.models.campaigns import Campaign, CampaignFamily
from backend.models.cases import Case, CaseEvent, Declaration, ReceiptLine
from backend.models.channels import Circuit, Follower
from backend.models.checks import DepartmentCheck
from backend.models.clues import Clue, Reporter
from backend.models.comparisons import Comparison, ComparisonAnswer, ComparisonResult
from backend.models.complaints import Complaint, ComplaintLine
from backend.models.consents import ConsentChange
from backend.models.correction_requests import CorrectionRequest
from backend.models.counties import County, DemoClock, Leader, PolicyVersion, Region, WorkdayOverride
from backend.models.disasters import DisasterEvent, DisasterHousehold
from backend.models.exports import Export, LedgerSnapshot
from backend.models.figures import Figures
from backend.models.files import RecordingText, StoredFile
from backend.models.green_channels import GreenChannel, GreenOpinion
from backend.models.grids import Grid, GridChange, GridPost, TrainingTaken
from backend.models.group_meetings import GroupMeeting, SpokenOf
from backend.models.handovers import Absence, Handover
from backend.models.home_checks import HomeCheck, HomeCheckDraft
from backend.models.households import Household, Person, PersonDigest
from backend.models.idempotency import IdempotencyKey
from backend.models.imports import ImportBatch, ImportNote
from backend.models.judgements import Judgement
from backend.models.judging_groups import JudgingMember
from backend.models.kinships import Kinship
from backend.models.list_differences import ListDifference
from backend.models.meetings import Meeting, MeetingItem
from backend.models.messages import Attempt, Message, PushedEvent
from backend.models.notices import Notice, NoticeItem, NoticeReading
from backend.models.objections import Objection
from backend.models.offices import DepartmentKey, Office
from backend.models.pairings import Pairing
from backend.models.paper_templates import PaperTemplate
from backend.models.phone_codes import PhoneCode
from backend.models.phone_confirmations import PhoneConfirmation
from backend.models.plans import Measure, MeasureLine, Offer, Plan
from backend.models.queue_habits import QueueHabits
from backend.models.region_changes import RegionChange
from backend.models.reminding import Deputy, Nudge, Snooze, Supervision
from backend.models.removals import RemovalCheck, WarningNote
from backend.models.roster_doubts import RosterDoubt
from backend.models.rounds import BusyTime, Hazard, MemberChange, RegularVisit, VisitTurn
from backend.models.safety import CountySafety, HatRequest, RecoveryCode, SecondFactor
from backend.models.satisfactions import Satisfaction
from backend.models.sessions import OneTimeCode, SignIn, Throttle
from backend.models.slips import Slip
from backend.models.staff import Identity, Staff
from backend.models.stations import Station, StationMember
from backend.models.supervising import Assignment, Inspected, Inspection, OfficeMeeting, Publicity
from backend.models.tasks import Task
from backend.models.visits import Visit
from backend.models.watches import Watch

__all__ = [
    "Absence",
    "Account",
    "AccountHousehold",
    "Alert",
    "AlertBatch",
    "AlertItem",
    "Announcement",
    "Article",
    "Assignment",
    "Attempt",
    "AuditBatch",
    "AuditRow",
    "Authorization",
    "BatchItem",
    "BusyTime",
    "Campaign",
    "CampaignFamily",
    "Case",
    "CaseEvent",
    "Circuit",
    "Clue",
    "Comparison",
    "ComparisonAnswer",
    "ComparisonResult",
    "Complaint",
    "ComplaintLine",
    "ConsentChange",
    "CorrectionRequest",
    "County",
    "CountyBatch",
    "CountySafety",
    "Declaration",
    "DemoClock",
    "DepartmentCheck",
    "DepartmentKey",
    "Deputy",
    "DisasterEvent",
    "DisasterHousehold",
    "Export",
    "Figures",
    "Follower",
    "GreenChannel",
    "GreenOpinion",
    "Grid",
    "GridChange",
    "GridPost",
    "GroupMeeting",
    "Handover",
    "HatRequest",
    "Hazard",
    "HomeCheck",
    "HomeCheckDraft",
    "Household",
    "IdempotencyKey",
    "Identity",
    "ImportBatch",
    "ImportNote",
    "Inspected",
    "Inspection",
    "InsuranceYear",
    "Judgement",
    "JudgingMember",
    "Kinship",
    "Leader",
    "Leaflet",
    "LedgerSnapshot",
    "ListDifference",
    "Measure",
    "MeasureLine",
    "Meeting",
    "MeetingItem",
    "MemberChange",
    "Message",
    "NationalEntry",
    "Notice",
    "NoticeItem",
    "NoticeReading",
    "Nudge",
    "Objection",
    "Offer",
    "Office",
    "OfficeMeeting",
    "OneTimeCode",
    "Pairing",
    "PaperTemplate",
    "Person",
    "PersonDigest",
    "PhoneCode",
    "PhoneConfirmation",
    "Plan",
    "PolicyVersion",
    "Publicity",
    "PushedEvent",
    "QueueHabits",
    "Quota",
    "ReceiptLine",
    "RecordingText",
    "RecoveryCode",
    "Region",
    "RegionChange",
    "RegularVisit",
    "ReliefClaim",
    "RemovalCheck",
    "Reporter",
    "RosterDoubt",
    "Satisfaction",
    "SecondFactor",
    "SignIn",
    "Slip",
    "Snooze",
    "SpokenOf",
    "Staff",
    "StagedRow",
    "Station",
    "StationMember",
    "StoredFile",
    "Supervision",
    "Task",
    "Throttle",
    "TrainingTaken",
    "Visit",
    "VisitTurn",
    "WarningNote",
    "Watch",
    "WorkdayOverride",
]
