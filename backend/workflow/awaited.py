"""What an applicant waits for while a duty is open, in plain words; nothing of another family, nothing not promised."""

from collections.abc import Mapping

from backend.workflow.states import Kind

AWAITED: Mapping[Kind, str] = {
    Kind.ACCEPT: "联系您，看能不能受理",
    Kind.CLUE_VERDICT: "看这件事该怎么办",
    Kind.FETCH_INFORMATION: "补齐材料：您自己补，或者由村里上门帮您补",
    Kind.VISIT: "上门了解情况",
    Kind.COMPARE: "核对登记信息",
    Kind.CONSULT: "村两委研究您家的情况",
    Kind.MEETING: "开会评议",
    Kind.POST_NOTICE: "贴出公示，贴前念给您听",
    Kind.WATCH_NOTICE: "公示期满",
    Kind.OBJECTION: "核查公示期间的不同意见",
    Kind.DEPARTMENT_CHECK: "请有关部门核查",
    Kind.TOWN_REVIEW: "审核",
    Kind.COUNTY_DECISION: "作出决定",
    Kind.ANNOUNCE: "发布公告",
    Kind.REFERRAL: "把有关单位的答复告诉您",
    Kind.RECHECK: "换人复核",
    Kind.DELIVER_AID: "把先行帮扶送上门",
    Kind.IN_PERSON: "等家里人回来后当面核实",
    Kind.CALL_BACK: "给您回话",
}
"""Said of these kinds of duty."""

KEPT_QUIET: Mapping[Kind, str] = {
    Kind.JOIN: "it speaks of somebody else's declaration; its own sender reads of it as of an acceptance",
    Kind.DOUBLE_REGISTRATION: "it speaks of another household",
    Kind.GREEN_TOWN: "no promise of help before two offices agreed",
    Kind.GREEN_COUNTY: "no promise of help before two offices agreed",
    Kind.CONFIRM_CHECK: "the second visitor says the same as the first, and the family waits for the next step anyway",
    Kind.TAKE_DOWN_NOTICE: "a sheet of paper comes down on the day that was told",
    Kind.ENTER_NATIONAL: "an entry in another system: the outcome is told already",
    Kind.SIGN_LATER: "a leader signs what was told before",
    Kind.TELL: "it is said of news that stands on the receipt already",
    Kind.COMPLAINT: "it has a receipt of its own, and no case",
}
"""Kinds of which a declaration's receipt says nothing, and why."""
