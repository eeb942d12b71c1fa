"""The tables, one small aggregate a file; importing this package makes them all known."""

from backend.models.accounts import Account, AccountHousehold, Quota
from backend.models.audit import AuditBatch, AuditRow
from backend.models.cases import Case, CaseEvent, Declaration, ReceiptLine
from backend.models.counties import County, DemoClock, Leader, PolicyVersion, Region, WorkdayOverride
from backend.models.files import StoredFile
from backend.models.households import Household, Person, PersonDigest
from backend.models.idempotency import IdempotencyKey
from backend.models.messages import Attempt, Message, PushedEvent
from backend.models.sessions import OneTimeCode, SignIn, Throttle
from backend.models.staff import Identity, Staff
from backend.models.tasks import Task
from backend.models.visits import Visit

__all__ = [
    "Account",
    "AccountHousehold",
    "Attempt",
    "AuditBatch",
    "AuditRow",
    "Case",
    "CaseEvent",
    "County",
    "Declaration",
    "DemoClock",
    "Household",
    "IdempotencyKey",
    "Identity",
    "Leader",
    "Message",
    "OneTimeCode",
    "Person",
    "PersonDigest",
    "PolicyVersion",
    "PushedEvent",
    "Quota",
    "ReceiptLine",
    "Region",
    "SignIn",
    "Staff",
    "StoredFile",
    "Task",
    "Throttle",
    "Visit",
    "WorkdayOverride",
]
