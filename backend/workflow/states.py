"""Where a case can stand, and what each standing is called."""

from enum import StrEnum


class State(StrEnum):
    """The standings of a case in the identification procedure."""

    DECLARED = "declared"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    FOUND = "found"
    CONSULTED = "consulted"
    REVIEWED = "reviewed"
    PUBLIC = "public"
    VISITED = "visited"
    PASSED = "passed"
    APPROVED = "approved"
    RECHECKING = "rechecking"
    MONITORED = "monitored"
    NOT_INCLUDED = "not_included"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    TRANSFERRED = "transferred"


STATE_NAMES = {
    State.DECLARED: "待受理",
    State.RETURNED: "待补充材料",
    State.ACCEPTED: "待入户核实",
    State.FOUND: "待村级会商",
    State.CONSULTED: "待民主评议",
    State.REVIEWED: "待公示",
    State.PUBLIC: "公示中",
    State.VISITED: "待乡镇审核",
    State.PASSED: "待县级审定",
    State.APPROVED: "待公告",
    State.RECHECKING: "复核中",
    State.MONITORED: "已纳入监测",
    State.NOT_INCLUDED: "未纳入",
    State.NOT_ACCEPTED: "不予受理",
    State.WITHDRAWN: "已撤回",
    State.TERMINATED: "已终止",
    State.TRANSFERRED: "已转办",
}

ENDS = frozenset(
    {
        State.MONITORED,
        State.NOT_INCLUDED,
        State.NOT_ACCEPTED,
        State.WITHDRAWN,
        State.TERMINATED,
        State.TRANSFERRED,
    }
)
"""Standings in which the case is closed; what may still be owed then is in `OUTLIVING`."""


class Kind(StrEnum):
    """The kinds of duty (待办)."""

    ACCEPT = "accept"
    VISIT = "visit"
    FETCH_INFORMATION = "fetch_information"
    COMPARE = "compare"
    CONSULT = "consult"
    MEETING = "meeting"
    POST_NOTICE = "post_notice"
    WATCH_NOTICE = "watch_notice"
    TAKE_DOWN_NOTICE = "take_down_notice"
    OBJECTION = "objection"
    DEPARTMENT_CHECK = "department_check"
    TOWN_REVIEW = "town_review"
    COUNTY_DECISION = "county_decision"
    ANNOUNCE = "announce"
    ENTER_NATIONAL = "enter_national"
    REFERRAL = "referral"
    RECHECK = "recheck"
    GREEN_TOWN = "green_town"
    GREEN_COUNTY = "green_county"
    DELIVER_AID = "deliver_aid"
    SIGN_LATER = "sign_later"
    JOIN = "join"
    CLUE_VERDICT = "clue_verdict"
    CONFIRM_CHECK = "confirm_check"
    IN_PERSON = "in_person"
    DOUBLE_REGISTRATION = "double_registration"
    CALL_BACK = "call_back"
    COMPLAINT = "complaint"
    TELL = "tell"


KIND_NAMES = {
    Kind.ACCEPT: "受理申报",
    Kind.VISIT: "入户核实",
    Kind.FETCH_INFORMATION: "协助补齐材料",
    Kind.COMPARE: "县级信息比对",
    Kind.CONSULT: "村两委会商",
    Kind.MEETING: "民主评议",
    Kind.POST_NOTICE: "张贴公示",
    Kind.WATCH_NOTICE: "公示期满",
    Kind.TAKE_DOWN_NOTICE: "取下公示",
    Kind.OBJECTION: "核查异议",
    Kind.DEPARTMENT_CHECK: "归口核查",
    Kind.TOWN_REVIEW: "乡镇审核",
    Kind.COUNTY_DECISION: "县级审定",
    Kind.ANNOUNCE: "发布公告",
    Kind.ENTER_NATIONAL: "录入国家系统",
    Kind.REFERRAL: "跟踪转介答复",
    Kind.RECHECK: "复核",
    Kind.GREEN_TOWN: "绿色通道乡镇意见",
    Kind.GREEN_COUNTY: "绿色通道县级意见",
    Kind.DELIVER_AID: "先行帮扶",
    Kind.SIGN_LATER: "补签电话同意",
    Kind.JOIN: "核对新的申报",
    Kind.CLUE_VERDICT: "线索研判",
    Kind.CONFIRM_CHECK: "同行人确认核实",
    Kind.IN_PERSON: "返乡后当面核实",
    Kind.DOUBLE_REGISTRATION: "核对重复登记",
    Kind.CALL_BACK: "回访答复",
    Kind.COMPLAINT: "答复投诉建议",
    Kind.TELL: "打电话或上门告知",
}

OUTLIVING = frozenset(
    {
        Kind.JOIN,
        Kind.ENTER_NATIONAL,
        Kind.REFERRAL,
        Kind.TAKE_DOWN_NOTICE,
        Kind.DELIVER_AID,
        Kind.SIGN_LATER,
        Kind.IN_PERSON,
        Kind.DOUBLE_REGISTRATION,
        Kind.CALL_BACK,
        Kind.COMPLAINT,
        Kind.TELL,
    }
)
"""What is still owed after the case is closed: answers to others, entries, a sheet to take down, help, a signature."""
