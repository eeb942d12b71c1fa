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
    DEPT = "DEPT"
    INSPECTOR = "INSPECTOR"
    AUDIT = "AUDIT"
    SECURITY = "SECURITY"
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
    Role.DEPT: "行业部门联络员",
    Role.INSPECTOR: "检查人员",
    Role.AUDIT: "审计管理员",
    Role.SECURITY: "安全管理员",
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
    # A department is a place too: the county and two digits (practice P49).
    Role.DEPT: 8,
    Role.AUDIT: 6,
    Role.SECURITY: 6,
    Role.ADMIN: 6,
}
"""The digits of the region code that a role is given for: a village role needs a village.

An inspector is not in it: he is let into the townships or villages that were named to him.
"""

PLACES_OF_INSPECTORS = frozenset({9, 12})
"""The digits of a place into which an inspector may be let: a township or a village (practice P44)."""

ADMINISTRATORS = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDIT})
"""三员: accounts, safety and the trail are three people's, and none of them does the county's business."""
APART = ADMINISTRATORS | {Role.INSPECTOR}
"""Hats beside which nobody wears a hat of another kind; each waits until the security administrator has agreed."""
GIVES: dict[Role, frozenset[Role]] = {
    Role.ADMIN: frozenset(LEVEL_OF_ROLE) - APART,
    # The township's clerk makes and freezes the accounts of its villages (practice P43).
    Role.TOWN_OP: frozenset({Role.GRID, Role.VILLAGE, Role.HEAD}),
}
"""Whose accounts a role makes and keeps, in its own place."""


class Action(StrEnum):
    """Everything somebody can do that is not open to all."""

    # with one's own declaration
    DECLARE = "declare"
    READ_RECEIPTS = "read_receipts"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"
    CLAIM_RECEIPT = "claim_receipt"
    READ_INBOX = "read_inbox"
    LEAVE_MARK = "leave_mark"
    CHANGE_CONSENT = "change_consent"
    ASK_CORRECTION = "ask_correction"
    COMPLAIN = "complain"
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
    FIND_NO_RISK = "find_no_risk"
    HAND_UP_CLUE = "hand_up_clue"
    CLOSE_CLUE = "close_clue"
    TRANSFER = "transfer"
    CHECK_ANEW = "check_anew"
    CONFIRM_CHECK = "confirm_check"
    SEE_IN_PERSON = "see_in_person"
    SETTLE_DOUBLE = "settle_double"
    FILE_COMPARISON = "file_comparison"
    SKIP_COMPARISON = "skip_comparison"
    HOLD_CONSULTATION = "hold_consultation"
    HOLD_MEETING = "hold_meeting"
    MEETING_SAID_NO = "meeting_said_no"
    MEETING_FAILED = "meeting_failed"
    POST_NOTICE = "post_notice"
    CLOSE_NOTICE = "close_notice"
    OBJECT = "object"
    KEEP_AFTER_OBJECTION = "keep_after_objection"
    VISIT_AFTER_OBJECTION = "visit_after_objection"
    UPHOLD_OBJECTION = "uphold_objection"
    CHECK_DEPARTMENT = "check_department"
    ANNOUNCE = "announce"
    ENTER_NATIONAL = "enter_national"
    TAKE_DOWN_NOTICE = "take_down_notice"
    READ_PROCEEDINGS = "read_proceedings"
    READ_OBJECTIONS = "read_objections"
    ANSWER_REFERRAL = "answer_referral"
    APPOINT_VISIT = "appoint_visit"
    CALL_MEETING = "call_meeting"
    CALL_BACK = "call_back"
    ANSWER_CORRECTION = "answer_correction"
    ENTER_COMPLAINT = "enter_complaint"
    ANSWER_COMPLAINT = "answer_complaint"
    TERMINATE = "terminate"
    ASK_RECHECK = "ask_recheck"
    CONFIRM_OUTCOME = "confirm_outcome"
    OVERTURN_OUTCOME = "overturn_outcome"
    ASK_GREEN_CHANNEL = "ask_green_channel"
    GREEN_TOWN_AGREES = "green_town_agrees"
    GREEN_COUNTY_AGREES = "green_county_agrees"
    GREEN_DECLINED = "green_declined"
    DELIVER_AID = "deliver_aid"
    TELL_IN_PERSON = "tell_in_person"
    SIGN_LATER = "sign_later"
    COUNTY_AGREES_BY_PHONE = "county_agrees_by_phone"
    AUTHORIZE = "authorize"
    EXPLAIN_HIT = "explain_hit"
    PREPARE_BATCH = "prepare_batch"
    SIGN_BATCH = "sign_batch"
    LOOK_UP_STATUS = "look_up_status"
    GIVE_SLIP = "give_slip"
    MANAGE_DISASTER = "manage_disaster"
    IMPORT_DISASTER_LIST = "import_disaster_list"
    # clues, and a wrong turn mended
    REPORT_CLUE = "report_clue"
    READ_CLUES = "read_clues"
    SET_URGENCY = "set_urgency"
    NOTE_TALK = "note_talk"
    AUTHORISE_REPORTER = "authorise_reporter"
    BECOME_REPORTER = "become_reporter"
    REGISTER_KIN = "register_kin"
    READ_KIN = "read_kin"
    HAND_OVER = "hand_over"
    MERGE_CASES = "merge_cases"
    CORRECT_ID = "correct_id"
    CORRECT_FAMILY = "correct_family"
    # after inclusion
    READ_WATCHES = "read_watches"
    MAKE_PLAN = "make_plan"
    ADD_MEASURE = "add_measure"
    NOTE_MEASURE = "note_measure"
    DELIVER_MEASURE = "deliver_measure"
    STOP_MEASURE = "stop_measure"
    CONFIRM_AID = "confirm_aid"
    SAY_NOT_RECEIVED = "say_not_received"
    ANSWER_MISSING = "answer_missing"
    PAIR = "pair"
    END_PAIRING = "end_pairing"
    ANSWER_SAFETY_NET = "answer_safety_net"
    GIVE_CARE = "give_care"
    END_CARE = "end_care"
    MANAGE_OFFERS = "manage_offers"
    CLAIM_RELIEF = "claim_relief"
    DECIDE_RELIEF = "decide_relief"
    PAY_RELIEF = "pay_relief"
    NOTE_INSURANCE = "note_insurance"
    END_NATURALLY = "end_naturally"
    STRIKE_OFF = "strike_off"
    # regular visits
    FILE_ROUND = "file_round"
    PLAN_ROUNDS = "plan_rounds"
    TELL_CHANGE = "tell_change"
    SETTLE_CHANGE = "settle_change"
    CLOSE_HAZARD = "close_hazard"
    # the way out, and warnings about watched families
    PROPOSE_REMOVAL = "propose_removal"
    CHECK_REMOVAL = "check_removal"
    KEEP_WATCHING = "keep_watching"
    ROLL_BACK = "roll_back"
    MARK_WARNING = "mark_warning"
    CHECK_WARNING = "check_warning"
    DROP_WARNING = "drop_warning"
    CONFIRM_WARNING = "confirm_warning"
    ASK_TO_CLOSE_WARNING = "ask_to_close_warning"
    RETURN_WARNING = "return_warning"
    CLOSE_WARNING = "close_warning"
    UPDATE_OFFICE = "update_office"
    # meetings of offices, what they hand out, inspections
    HOLD_OFFICE_MEETING = "hold_office_meeting"
    ANSWER_ASSIGNMENT = "answer_assignment"
    INSPECT = "inspect"
    NOTE_PUBLICITY = "note_publicity"
    RUN_CAMPAIGN = "run_campaign"
    # stations, grids, groups, and what people are told
    READ_STATIONS = "read_stations"
    KEEP_STATION = "keep_station"
    CHOOSE_HEAD = "choose_head"
    CHANGE_GRIDS = "change_grids"
    HOLD_GROUP_MEETING = "hold_group_meeting"
    KEEP_WORK_GROUP = "keep_work_group"
    READ_ASSESSMENT = "read_assessment"
    PUBLISH_ARTICLE = "publish_article"
    READ_GUIDES = "read_guides"
    HAND_LEAFLET = "hand_leaflet"
    READ_OWN_WORK = "read_own_work"
    OVERSEE = "oversee"
    # around a case
    READ_TASKS = "read_tasks"
    READ_HOME = "read_home"
    SNOOZE = "snooze"
    NUDGE = "nudge"
    SUPERVISE = "supervise"
    READ_SUPERVISIONS = "read_supervisions"
    READ_OWN_SUPERVISIONS = "read_own_supervisions"
    NAME_DEPUTY = "name_deputy"
    READ_CASES = "read_cases"
    ADD_FILE = "add_file"
    READ_FILE = "read_file"
    WRITE_DOWN_RECORDING = "write_down_recording"
    REVEAL = "reveal"
    MAKE_PAPER = "make_paper"
    CHANGE_TEMPLATES = "change_templates"
    CONFIRM_PHONE = "confirm_phone"
    CONFIRM_BY_CODE = "confirm_by_code"
    RELEASE_RECEIPT = "release_receipt"
    # around the program
    READ_AUDIT = "read_audit"
    MANAGE_STAFF = "manage_staff"
    IMPORT_STAFF = "import_staff"
    PLAN_HANDOVER = "plan_handover"
    SAY_ABSENT = "say_absent"
    MERGE_PLACES = "merge_places"
    KEEP_PRACTICE = "keep_practice"
    COMPARE_NATIONAL = "compare_national"
    IMPORT_WATCHES = "import_watches"
    ASK_FOR_HAT = "ask_for_hat"
    GRANT_HAT = "grant_hat"
    GUARD_ACCOUNTS = "guard_accounts"
    SET_SAFETY = "set_safety"
    CONFIRM_CONSOLE = "confirm_console"
    TAKE_OFFLINE = "take_offline"
    CHANGE_POLICY = "change_policy"
    CHANGE_CALENDAR = "change_calendar"
    MOVE_DEMO_CLOCK = "move_demo_clock"
    READ_OUTBOX = "read_outbox"
    MANAGE_OUTBOX = "manage_outbox"
    # lists in and out
    HAND_OUT_LIST = "hand_out_list"
    READ_LEDGER = "read_ledger"
    EXPORT_LEDGER = "export_ledger"
    PRINT_FAMILY_FILE = "print_family_file"
    READ_BOARD = "read_board"
    # the roster, and what departments hand in
    IMPORT_ROSTER = "import_roster"
    EXPORT_ROSTER = "export_roster"
    SETTLE_ROSTER = "settle_roster"
    READ_GRIDS = "read_grids"
    PUSH_ALERTS = "push_alerts"
    READ_ALERTS = "read_alerts"
    SEND_ALERTS = "send_alerts"
    MANAGE_OFFICES = "manage_offices"
    ASK_REGISTERS = "ask_registers"
    IMPORT_PLACES = "import_places"


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
    Action.LEAVE_MARK: frozenset({Role.FARMER}),
    Action.CHANGE_CONSENT: frozenset({Role.FARMER}),
    Action.ASK_CORRECTION: frozenset({Role.FARMER}),
    Action.COMPLAIN: frozenset({Role.FARMER, Role.GRID}) | _OFFICES,
    # Never the village: it is the one that is judged and complained about (practice P31).
    Action.CALL_BACK: _TOWN_DESK,
    Action.ANSWER_CORRECTION: _TOWN_DESK,
    Action.ENTER_COMPLAINT: _TOWN_DESK | _COUNTY,
    Action.ANSWER_COMPLAINT: _TOWN_DESK | _COUNTY,
    Action.APPOINT_VISIT: _VILLAGE | _TOWN_DESK,
    Action.CALL_MEETING: _VILLAGE,
    Action.ACCEPT: _VILLAGE | _TOWN_DESK,
    Action.RETURN_FOR_INFORMATION: _VILLAGE | _TOWN_DESK,
    # The village alone never says no (practice P2, P3): formal refusal is the township's.
    Action.REFUSE_FORMALLY: _TOWN_DESK,
    # The township goes itself where the village may not: relatives of somebody in office (practice P32).
    Action.FILE_VISIT: _VILLAGE | _TOWN_DESK,
    Action.RESCHEDULE: _VILLAGE | _TOWN_DESK,
    Action.CHECK_ANEW: _VILLAGE | _TOWN_DESK,
    Action.CONFIRM_CHECK: _VILLAGE | _TOWN_DESK,
    Action.SEE_IN_PERSON: _VILLAGE | _TOWN_DESK,
    Action.SETTLE_DOUBLE: _TOWN_DESK,
    Action.HAND_UP_CLUE: _VILLAGE,
    Action.CLOSE_CLUE: _TOWN_DESK,
    Action.TRANSFER: _TOWN_DESK | _COUNTY,
    # A villager only with the village's authorisation, which the service looks up.
    Action.REPORT_CLUE: frozenset({Role.FARMER, Role.GRID}) | _OFFICES,
    Action.READ_CLUES: _OFFICES,
    Action.SET_URGENCY: _OFFICES,
    Action.NOTE_TALK: _OFFICES,
    Action.AUTHORISE_REPORTER: _VILLAGE,
    Action.BECOME_REPORTER: frozenset({Role.FARMER}),
    Action.REGISTER_KIN: _OFFICES,
    # Discipline inspection has the list (practice P32).
    Action.READ_KIN: _TOWN_DESK | _COUNTY | {Role.AUDIT},
    Action.HAND_OVER: _TOWN_JUDGES | _COUNTY,
    Action.MERGE_CASES: _TOWN_DESK,
    Action.CORRECT_ID: _TOWN_DESK,
    Action.CORRECT_FAMILY: _VILLAGE | _TOWN_DESK,
    Action.PASS_ON: _TOWN_JUDGES,
    Action.SEND_BACK: _TOWN_JUDGES,
    Action.REFUSE: _TOWN_JUDGES,
    # The county's clerk prepares, its leader signs (practice P11).
    Action.COUNTY_APPROVE: frozenset({Role.COUNTY_LEAD}),
    # What the leader agreed to by telephone is noted by whoever took the call, and signed later (practice P17).
    Action.COUNTY_AGREES_BY_PHONE: _COUNTY,
    Action.COUNTY_SEND_BACK: _COUNTY,
    Action.COUNTY_REJECT: frozenset({Role.COUNTY_LEAD}),
    Action.FIND_NO_RISK: _VILLAGE | _TOWN_DESK,
    Action.FILE_COMPARISON: _COUNTY,
    # A comparison is skipped by a leader with a written reason, never by a clerk (seed 004).
    Action.SKIP_COMPARISON: frozenset({Role.COUNTY_LEAD}),
    Action.HOLD_CONSULTATION: _VILLAGE,
    Action.HOLD_MEETING: _VILLAGE,
    Action.MEETING_SAID_NO: _VILLAGE,
    Action.MEETING_FAILED: _VILLAGE,
    Action.POST_NOTICE: _VILLAGE,
    # At the end of its days the program closes the notice itself, so that nobody's forgetting costs a family a day.
    Action.CLOSE_NOTICE: _VILLAGE | _TOWN_DESK | {Role.SYSTEM},
    # Whoever objects, the case's history says "the system": who it was is for the township (practice P31).
    Action.OBJECT: frozenset({Role.FARMER, Role.SYSTEM}) | _OFFICES,
    # Sittings and sheets are the village's own; who objects never is.
    Action.READ_PROCEEDINGS: _OFFICES,
    Action.READ_OBJECTIONS: _TOWN_DESK | _COUNTY,
    Action.KEEP_AFTER_OBJECTION: _TOWN_JUDGES,
    Action.VISIT_AFTER_OBJECTION: _TOWN_JUDGES,
    Action.UPHOLD_OBJECTION: frozenset({Role.TOWN_LEAD}),
    Action.CHECK_DEPARTMENT: _TOWN_JUDGES,
    Action.ANNOUNCE: _TOWN_DESK | _COUNTY,
    Action.ENTER_NATIONAL: _TOWN_DESK,
    Action.TAKE_DOWN_NOTICE: _VILLAGE,
    Action.ANSWER_REFERRAL: _TOWN_DESK,
    Action.TERMINATE: _TOWN_DESK,
    Action.ASK_RECHECK: frozenset({Role.FARMER}) | _VILLAGE | _TOWN_DESK,
    # What the township's lead or the county decided is rechecked at the county.
    Action.CONFIRM_OUTCOME: frozenset({Role.TOWN_LEAD}) | _COUNTY,
    Action.OVERTURN_OUTCOME: frozenset({Role.TOWN_LEAD}) | _COUNTY,
    Action.ASK_GREEN_CHANNEL: _VILLAGE,
    # Whoever is no lead types what the lead said by telephone, and the lead signs it later (practice P17).
    Action.GREEN_TOWN_AGREES: _TOWN_DESK,
    Action.GREEN_COUNTY_AGREES: _COUNTY,
    Action.SIGN_LATER: frozenset({Role.TOWN_LEAD, Role.COUNTY_LEAD}),
    Action.GREEN_DECLINED: frozenset({Role.TOWN_LEAD}) | _COUNTY,
    Action.DELIVER_AID: _VILLAGE | _TOWN_DESK,
    Action.TELL_IN_PERSON: _VILLAGE | _TOWN_DESK,
    # A family signs on its own phone, and takes its word back there (practice P13).
    Action.AUTHORIZE: frozenset({Role.FARMER}) | _VILLAGE | _TOWN_DESK,
    Action.EXPLAIN_HIT: _VILLAGE | _TOWN_DESK,
    Action.PREPARE_BATCH: _COUNTY,
    Action.SIGN_BATCH: frozenset({Role.COUNTY_LEAD}),
    Action.LOOK_UP_STATUS: _OFFICES,
    Action.GIVE_SLIP: _TOWN_DESK | _COUNTY,
    Action.MANAGE_DISASTER: _COUNTY,
    Action.IMPORT_DISASTER_LIST: _TOWN_DESK | _COUNTY,
    Action.JOIN_DECLARATION: _VILLAGE | _TOWN_DESK,
    # A watched family: the village plans with it, the level above hears whether help arrived (practice P30).
    Action.READ_WATCHES: _OFFICES,
    Action.MAKE_PLAN: _VILLAGE | _TOWN_DESK,
    Action.ADD_MEASURE: _VILLAGE | _TOWN_DESK | _COUNTY,
    Action.NOTE_MEASURE: _OFFICES,
    Action.DELIVER_MEASURE: _OFFICES,
    Action.STOP_MEASURE: _OFFICES,
    Action.CONFIRM_AID: frozenset({Role.FARMER}) | _OFFICES,
    Action.SAY_NOT_RECEIVED: frozenset({Role.FARMER}) | _OFFICES,
    Action.ANSWER_MISSING: _TOWN_DESK,
    Action.PAIR: _TOWN_DESK,
    Action.END_PAIRING: _TOWN_DESK | {Role.SYSTEM},  # whose helper's account was closed
    Action.ANSWER_SAFETY_NET: _TOWN_DESK,
    Action.GIVE_CARE: _VILLAGE | _TOWN_DESK,
    Action.END_CARE: _VILLAGE | _TOWN_DESK,
    Action.MANAGE_OFFERS: _COUNTY,
    Action.CLAIM_RELIEF: _VILLAGE | _TOWN_DESK,
    Action.DECIDE_RELIEF: frozenset({Role.COUNTY_LEAD}),
    Action.PAY_RELIEF: _COUNTY,
    Action.NOTE_INSURANCE: _OFFICES,
    Action.END_NATURALLY: _TOWN_DESK,
    # A wrong inclusion is put right by the county, with its reason (domain 2.3).
    Action.STRIKE_OFF: frozenset({Role.COUNTY_LEAD}),
    # A visit by anybody closes every duty that it satisfies (practice P40).
    Action.FILE_ROUND: frozenset({Role.GRID}) | _OFFICES,
    Action.PLAN_ROUNDS: _VILLAGE | _TOWN_DESK,
    Action.TELL_CHANGE: frozenset({Role.GRID}) | _OFFICES,
    Action.SETTLE_CHANGE: _VILLAGE,
    # Whoever lives beside it does not say alone that it is safe.
    Action.CLOSE_HAZARD: _TOWN_DESK,
    Action.PROPOSE_REMOVAL: _VILLAGE | _TOWN_DESK,
    Action.CHECK_REMOVAL: _VILLAGE | _TOWN_DESK,
    Action.KEEP_WATCHING: _VILLAGE | _TOWN_DESK,
    Action.ROLL_BACK: _COUNTY,
    Action.MARK_WARNING: _VILLAGE | _TOWN_DESK,
    Action.CHECK_WARNING: _TOWN_DESK,
    Action.DROP_WARNING: _TOWN_JUDGES | _COUNTY,
    Action.CONFIRM_WARNING: _COUNTY,
    # A department without an account here is served by the county (practice S8).
    Action.ASK_TO_CLOSE_WARNING: _COUNTY,
    Action.RETURN_WARNING: _COUNTY,
    Action.CLOSE_WARNING: frozenset({Role.COUNTY_LEAD}),
    Action.UPDATE_OFFICE: _COUNTY,
    Action.HOLD_OFFICE_MEETING: _TOWN_DESK | _COUNTY,
    Action.ANSWER_ASSIGNMENT: _OFFICES,
    # By the level above, at places drawn by lot (seed 000); discipline inspection reads (seed 003).
    Action.INSPECT: _TOWN_DESK | _COUNTY,
    Action.NOTE_PUBLICITY: _OFFICES,
    Action.RUN_CAMPAIGN: _TOWN_DESK | _COUNTY,
    Action.READ_STATIONS: _OFFICES | {Role.AUDIT},
    # A station keeps its own register; it is founded, and its head chosen against the rule, from above (seed 000).
    Action.KEEP_STATION: frozenset({Role.HEAD}) | _TOWN_DESK | _COUNTY,
    Action.CHOOSE_HEAD: _TOWN_DESK | _COUNTY,
    Action.CHANGE_GRIDS: _TOWN_DESK,
    Action.HOLD_GROUP_MEETING: frozenset({Role.GRID}) | _VILLAGE,
    Action.KEEP_WORK_GROUP: _TOWN_DESK,
    # Figures of offices, for the county and for discipline inspection (seeds 003 and 004).
    Action.READ_ASSESSMENT: _COUNTY | {Role.AUDIT},
    Action.PUBLISH_ARTICLE: _COUNTY,
    Action.READ_GUIDES: frozenset({Role.GRID}) | _OFFICES,
    Action.HAND_LEAFLET: frozenset({Role.GRID}) | _VILLAGE | _TOWN_DESK,
    # One's own record, made by the program; nobody reads another's (practice S9).
    Action.READ_OWN_WORK: frozenset({Role.GRID}) | _OFFICES,
    # 纪委: reads, masked, and changes nothing (seed 003).
    Action.OVERSEE: frozenset({Role.AUDIT, Role.COUNTY_LEAD, Role.INSPECTOR}),
    Action.READ_TASKS: frozenset({Role.GRID}) | _OFFICES,
    # What one's own desk owes, in numbers: a department's too.
    Action.READ_HOME: frozenset({Role.GRID, Role.DEPT}) | _OFFICES,
    # Whoever owes it puts it off; the desk is looked at by the service.
    Action.SNOOZE: _OFFICES,
    # Whoever stands above the desk that owes it, which the service looks at.
    Action.NUDGE: frozenset({Role.HEAD}) | _TOWN_DESK | _COUNTY,
    # A 督办单 is drafted by the program and issued by a leader by name (practice P16).
    Action.SUPERVISE: frozenset({Role.COUNTY_LEAD}),
    Action.READ_SUPERVISIONS: _TOWN_DESK | _COUNTY,
    # What was issued to one's own desk: whoever has to answer for it reads it.
    Action.READ_OWN_SUPERVISIONS: frozenset({Role.GRID}) | _OFFICES,
    Action.NAME_DEPUTY: frozenset({Role.HEAD, Role.TOWN_LEAD, Role.COUNTY_LEAD, Role.ADMIN}),
    # A farmer's scope holds only the households that the village confirmed for that phone.
    Action.READ_CASES: frozenset({Role.FARMER}) | _OFFICES,
    # Township and county bring papers, and photos of the visits that they make themselves.
    Action.ADD_FILE: frozenset({Role.FARMER}) | _OFFICES,
    Action.READ_FILE: _OFFICES,
    Action.WRITE_DOWN_RECORDING: _VILLAGE | _TOWN_DESK,
    Action.REVEAL: _OFFICES,
    # Which papers somebody may make depends on what each is about as well.
    Action.MAKE_PAPER: _OFFICES,
    # What the county's papers say is the county's own.
    Action.CHANGE_TEMPLATES: _COUNTY,
    Action.CONFIRM_PHONE: _VILLAGE,
    # By a code sent to the number on the household's file, where nobody is at the door.
    Action.CONFIRM_BY_CODE: frozenset({Role.FARMER}),
    Action.RELEASE_RECEIPT: _VILLAGE,
    Action.READ_AUDIT: frozenset({Role.AUDIT}),
    # The county decides its own rules; the administrator of the machine does not (domain 1.2).
    Action.CHANGE_POLICY: frozenset({Role.COUNTY_LEAD}),
    Action.CHANGE_CALENDAR: _COUNTY,
    Action.MANAGE_STAFF: frozenset(GIVES),
    Action.IMPORT_STAFF: frozenset({Role.ADMIN}),
    # Whoever keeps the accounts of a place hands its posts over (practice P43).
    Action.PLAN_HANDOVER: frozenset(GIVES),
    Action.SAY_ABSENT: frozenset({Role.GRID}) | _OFFICES,
    # Families move with it: the county's own decision, not that of whoever runs the machine.
    Action.MERGE_PLACES: _COUNTY,
    Action.KEEP_PRACTICE: frozenset({Role.ADMIN}),
    Action.COMPARE_NATIONAL: _TOWN_DESK | _COUNTY,
    # Families are watched by it without a step of ours: the county's own word, once, at the beginning.
    Action.IMPORT_WATCHES: _COUNTY,
    # Whoever makes accounts asks for a further hat or an administrator's; another person agrees (三员分立).
    Action.ASK_FOR_HAT: frozenset({Role.ADMIN}),
    Action.GRANT_HAT: frozenset({Role.SECURITY}),
    Action.GUARD_ACCOUNTS: frozenset({Role.SECURITY}),
    Action.SET_SAFETY: frozenset({Role.SECURITY}),
    # The bound phone says whether it is really its owner who sits at the console (practice P48).
    Action.CONFIRM_CONSOLE: frozenset(LEVEL_OF_ROLE),
    # The leader too: a leak does not wait for one person's return.
    Action.TAKE_OFFLINE: frozenset({Role.SECURITY, Role.COUNTY_LEAD}),
    Action.MOVE_DEMO_CLOCK: frozenset({Role.ADMIN}),
    Action.READ_OUTBOX: frozenset({Role.ADMIN}) | _COUNTY,
    # Again, never again, a stopped channel set going: the county's clerk and whoever runs the machine.
    Action.MANAGE_OUTBOX: frozenset({Role.ADMIN, Role.COUNTY_OP}),
    Action.HAND_OUT_LIST: _COUNTY,
    Action.READ_LEDGER: _OFFICES,
    # A file that leaves is the township's or the county's to take, never a village's.
    Action.EXPORT_LEDGER: _TOWN_DESK | _COUNTY,
    # 一户一档 is kept where the family is known, one family at a time, numbers masked (practice P44).
    Action.PRINT_FAMILY_FILE: _OFFICES,
    Action.READ_BOARD: _OFFICES,
    # The administrator of the machine sees no household (domain 1.2): the roster is the desks' affair.
    Action.IMPORT_ROSTER: _TOWN_DESK | _COUNTY,
    Action.EXPORT_ROSTER: _TOWN_DESK | _COUNTY,
    Action.SETTLE_ROSTER: _TOWN_DESK,
    Action.READ_GRIDS: _OFFICES,
    # The county files for a department without an account, under its covering letter (practice S8).
    Action.PUSH_ALERTS: frozenset({Role.DEPT}) | _COUNTY,
    Action.READ_ALERTS: _OFFICES,
    Action.SEND_ALERTS: _COUNTY,
    Action.MANAGE_OFFICES: _COUNTY,
    Action.ASK_REGISTERS: _COUNTY,
    Action.IMPORT_PLACES: frozenset({Role.ADMIN}) | _COUNTY,
}


def may(role: Role, action: Action) -> bool:
    """Say whether the role's hat covers the action."""
    return role in PERMISSIONS[action]


def require(role: Role, action: Action) -> None:
    """Raise `NotAllowed` unless the role covers the action."""
    if not may(role, action):
        raise NotAllowed
