"""Who may do what: one table of actions and roles, read by views, screens and the workflow alike."""

from enum import StrEnum

from backend.errors import NotAllowed


class Role(StrEnum):
    """The hats people wear (domain roles of the seed documents 000, 001 and 004)."""

    FARMER = "FARMER"
    GRID = "GRID"
    VILLAGE = "VILLAGE"
    HEAD = "HEAD"
    TOWN_OP = "TOWN_OP"
    TOWN_REVIEW = "TOWN_REVIEW"
    TOWN_LEAD = "TOWN_LEAD"
    COUNTY_OP = "COUNTY_OP"
    COUNTY_LEAD = "COUNTY_LEAD"
    AUDIT = "AUDIT"
    ADMIN = "ADMIN"
    SYSTEM = "SYSTEM"


ROLE_NAMES = {
    Role.FARMER: "农户",
    Role.GRID: "村组网格员",
    Role.VILLAGE: "村干部",
    Role.HEAD: "监测站站长",
    Role.TOWN_OP: "乡镇信息员",
    Role.TOWN_REVIEW: "乡镇研判组成员",
    Role.TOWN_LEAD: "乡镇分管负责人",
    Role.COUNTY_OP: "县业务员",
    Role.COUNTY_LEAD: "县分管负责人",
    Role.AUDIT: "审计员",
    Role.ADMIN: "系统管理员",
    Role.SYSTEM: "系统",
}

LEVEL_OF_ROLE = {
    Role.GRID: 15,
    Role.VILLAGE: 12,
    Role.HEAD: 12,
    Role.TOWN_OP: 9,
    Role.TOWN_REVIEW: 9,
    Role.TOWN_LEAD: 9,
    Role.COUNTY_OP: 6,
    Role.COUNTY_LEAD: 6,
    Role.AUDIT: 6,
    Role.ADMIN: 6,
}
"""The digits of the region code that a role is given for: a village role needs a village."""


class Action(StrEnum):
    """Everything somebody can do that is not open to all."""

    # with one's own declaration
    DECLARE = "declare"
    READ_RECEIPTS = "read_receipts"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"
    CLAIM_RECEIPT = "claim_receipt"
    READ_INBOX = "read_inbox"
    # in the procedure
    ACCEPT = "accept"
    RETURN_FOR_INFORMATION = "return_for_information"
    REFUSE_FORMALLY = "refuse_formally"
    FILE_VISIT = "file_visit"
    RESCHEDULE = "reschedule"
    PASS_ON = "pass_on"  # noqa: S105 - the name of a step
    SEND_BACK = "send_back"
    REFUSE = "refuse"
    COUNTY_APPROVE = "county_approve"
    COUNTY_SEND_BACK = "county_send_back"
    COUNTY_REJECT = "county_reject"
    JOIN_DECLARATION = "join_declaration"
    # around a case
    READ_TASKS = "read_tasks"
    READ_CASES = "read_cases"
    ADD_FILE = "add_file"
    READ_FILE = "read_file"
    REVEAL = "reveal"
    CONFIRM_PHONE = "confirm_phone"
    RELEASE_RECEIPT = "release_receipt"
    # around the program
    READ_AUDIT = "read_audit"
    MANAGE_STAFF = "manage_staff"
    CHANGE_POLICY = "change_policy"
    CHANGE_CALENDAR = "change_calendar"
    MOVE_DEMO_CLOCK = "move_demo_clock"
    READ_OUTBOX = "read_outbox"


_VILLAGE = frozenset({Role.VILLAGE, Role.HEAD})
_TOWN_DESK = frozenset({Role.TOWN_OP, Role.TOWN_REVIEW, Role.TOWN_LEAD})
_TOWN_JUDGES = frozenset({Role.TOWN_REVIEW, Role.TOWN_LEAD})
_COUNTY = frozenset({Role.COUNTY_OP, Role.COUNTY_LEAD})
_OFFICES = _VILLAGE | _TOWN_DESK | _COUNTY

PERMISSIONS: dict[Action, frozenset[Role]] = {
    Action.DECLARE: frozenset({Role.FARMER, Role.GRID}) | _OFFICES,
    Action.READ_RECEIPTS: frozenset({Role.FARMER, Role.GRID}) | _OFFICES,
    Action.SUPPLEMENT: frozenset({Role.FARMER}) | _VILLAGE,
    Action.WITHDRAW: frozenset({Role.FARMER}),
    Action.CLAIM_RECEIPT: frozenset({Role.FARMER}),
    Action.READ_INBOX: frozenset({Role.FARMER, Role.GRID}) | _OFFICES,
    Action.ACCEPT: _VILLAGE | _TOWN_DESK,
    Action.RETURN_FOR_INFORMATION: _VILLAGE | _TOWN_DESK,
    # The village alone never says no (practice P2, P3): formal refusal is the township's.
    Action.REFUSE_FORMALLY: _TOWN_DESK,
    Action.FILE_VISIT: _VILLAGE,
    Action.RESCHEDULE: _VILLAGE,
    Action.PASS_ON: _TOWN_JUDGES,
    Action.SEND_BACK: _TOWN_JUDGES,
    Action.REFUSE: _TOWN_JUDGES,
    # The county's clerk prepares, its leader signs (practice P11).
    Action.COUNTY_APPROVE: frozenset({Role.COUNTY_LEAD}),
    Action.COUNTY_SEND_BACK: _COUNTY,
    Action.COUNTY_REJECT: frozenset({Role.COUNTY_LEAD}),
    Action.JOIN_DECLARATION: _VILLAGE | _TOWN_DESK,
    Action.READ_TASKS: frozenset({Role.GRID}) | _OFFICES,
    # A farmer's scope holds only the households that the village confirmed for that phone.
    Action.READ_CASES: frozenset({Role.FARMER}) | _OFFICES,
    Action.ADD_FILE: frozenset({Role.FARMER}) | _VILLAGE,
    Action.READ_FILE: _OFFICES,
    Action.REVEAL: _OFFICES,
    Action.CONFIRM_PHONE: _VILLAGE,
    Action.RELEASE_RECEIPT: _VILLAGE,
    Action.READ_AUDIT: frozenset({Role.AUDIT}),
    # The county decides its own rules; the administrator of the machine does not (domain 1.2).
    Action.CHANGE_POLICY: frozenset({Role.COUNTY_LEAD}),
    Action.CHANGE_CALENDAR: _COUNTY,
    Action.MANAGE_STAFF: frozenset({Role.ADMIN}),
    Action.MOVE_DEMO_CLOCK: frozenset({Role.ADMIN}),
    Action.READ_OUTBOX: frozenset({Role.ADMIN, Role.COUNTY_OP}),
}


def may(role: Role, action: Action) -> bool:
    """Say whether the role's hat covers the action."""
    return role in PERMISSIONS[action]


def require(role: Role, action: Action) -> None:
    """Raise `NotAllowed` unless the role covers the action."""
    if not may(role, action):
        raise NotAllowed
