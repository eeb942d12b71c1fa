"""Where a case can stand, and what each standing is called."""

from enum import StrEnum


class State(StrEnum):
    """The standings of a case: on its way to inclusion, on its way out, and of a warning about a watched family."""

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
    REMOVED = "removed"
    KEPT = "kept"
    WARNED = "warned"
    WARNING_CHECKED = "warning_checked"
    WARNING_CONFIRMED = "warning_confirmed"
    WARNING_HELPED = "warning_helped"
    WARNING_CLOSED = "warning_closed"
    WARNING_DROPPED = "warning_dropped"
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
    State.REMOVED: "风险已消除",
    State.KEPT: "继续监测",
    State.WARNED: "预警待乡镇初审",
    State.WARNING_CHECKED: "预警待县级确认",
    State.WARNING_CONFIRMED: "部门补短帮扶",
    State.WARNING_HELPED: "待县级核实销号",
    State.WARNING_CLOSED: "已销号",
    State.WARNING_DROPPED: "不作预警",
    State.NOT_INCLUDED: "未纳入",
    State.NOT_ACCEPTED: "不予受理",
    State.WITHDRAWN: "已撤回",
    State.TERMINATED: "已终止",
    State.TRANSFERRED: "已转办",
}

ENDS = frozenset(
    {
        State.MONITORED,
        State.REMOVED,
        State.KEPT,
        State.WARNING_CLOSED,
        State.WARNING_DROPPED,
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
    CHECK_ANEW = "check_anew"
    CONFIRM_CHECK = "confirm_check"
    IN_PERSON = "in_person"
    DOUBLE_REGISTRATION = "double_registration"
    CALL_BACK = "call_back"
    COMPLAINT = "complaint"
    TELL = "tell"
    ROSTER_DOUBT = "roster_doubt"
    ALERT_BATCH = "alert_batch"
    PLAN = "plan"
    PAIR = "pair"
    MEASURE = "measure"
    AID_MISSING = "aid_missing"
    SAFETY_NET = "safety_net"
    CARE = "care"
    RELIEF = "relief"
    HAZARD = "hazard"
    REGULAR_VISIT = "regular_visit"
    MEMBER_CHANGE = "member_change"
    REMOVAL_CHECK = "removal_check"
    WARNING_CHECK = "warning_check"
    WARNING_CONFIRM = "warning_confirm"
    WARNING_HELP = "warning_help"
    WARNING_CLOSE = "warning_close"
    OFFICE_UPDATE = "office_update"
    ASSIGNMENT = "assignment"
    VACANCY = "vacancy"
    CORRECTION = "correction"


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
    Kind.CHECK_ANEW: "分户后重新核实",
    Kind.CONFIRM_CHECK: "同行人确认核实",
    Kind.IN_PERSON: "返乡后当面核实",
    Kind.DOUBLE_REGISTRATION: "核对重复登记",
    Kind.CALL_BACK: "回访答复",
    Kind.COMPLAINT: "答复投诉建议",
    Kind.TELL: "打电话或上门告知",
    Kind.ROSTER_DOUBT: "核对花名册疑点",
    Kind.ALERT_BATCH: "推送部门预警",
    Kind.PLAN: "制定帮扶计划",
    Kind.PAIR: "落实结对干部",
    Kind.MEASURE: "落实帮扶措施",
    Kind.AID_MISSING: "核查帮扶没有收到",
    Kind.SAFETY_NET: "兜底保障转办民政",
    Kind.CARE: "访视照料",
    Kind.RELIEF: "审批防贫保",
    Kind.HAZARD: "整改安全隐患",
    Kind.REGULAR_VISIT: "日常走访",
    Kind.MEMBER_CHANGE: "确认人口变动",
    Kind.REMOVAL_CHECK: "风险消除入户核实",
    Kind.WARNING_CHECK: "预警初审",
    Kind.WARNING_CONFIRM: "预警确认交办",
    Kind.WARNING_HELP: "补短帮扶、申请销号",
    Kind.WARNING_CLOSE: "核实销号",
    Kind.OFFICE_UPDATE: "更新本部门系统",
    Kind.ASSIGNMENT: "办理交办事项",
    Kind.VACANCY: "补齐监测站和网格的人手",
    Kind.CORRECTION: "答复更正申请",
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
        Kind.PLAN,
        Kind.PAIR,
        Kind.MEASURE,
        Kind.AID_MISSING,
        Kind.SAFETY_NET,
        Kind.CARE,
        Kind.RELIEF,
        Kind.HAZARD,
        Kind.REGULAR_VISIT,
        Kind.MEMBER_CHANGE,
        Kind.OFFICE_UPDATE,
        Kind.ASSIGNMENT,
        Kind.VACANCY,
        Kind.CORRECTION,
    }
)
"""What is still owed after the case is closed: answers to others, entries, a sheet to take down, help, visits."""
