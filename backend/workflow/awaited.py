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
    Kind.CHECK_ANEW: "家里分户后，再上门了解一次",
    Kind.IN_PERSON: "等家里人回来后当面核实",
    Kind.CALL_BACK: "给您回话",
    Kind.PLAN: "和您家一起商量帮扶计划",
    Kind.PAIR: "给您家安排结对联系的干部",
    Kind.MEASURE: "把定下的帮扶办好",
    Kind.AID_MISSING: "查清没有收到的帮扶",
    Kind.SAFETY_NET: "请民政部门办兜底保障",
    Kind.RELIEF: "答复防贫保的申请",
    Kind.REMOVAL_CHECK: "上门听您对不再监测的意见",
    Kind.WARNING_HELP: "请有关部门解决您家的困难",
    Kind.WARNING_CLOSE: "看看困难是不是解决了",
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
    Kind.CARE: "a rhythm of visits, of which nobody need be reminded on a receipt",
    Kind.REGULAR_VISIT: "it is a household's turn and no answer to anything that was declared",
    Kind.HAZARD: "offices put it right; a visit tells the family",
    Kind.MEMBER_CHANGE: "a register is put right",
    Kind.WARNING_CHECK: "offices agree among themselves before anything is promised",
    Kind.WARNING_CONFIRM: "offices agree among themselves before anything is promised",
    Kind.OFFICE_UPDATE: "a department's own books, after the family was told",
    Kind.ASSIGNMENT: "what a meeting handed out, about no declaration",
    Kind.ALERT_BATCH: "what a department owes the county",
    Kind.ROSTER_DOUBT: "two registers are put right",
    Kind.VACANCY: "an office looks for people",
    Kind.CORRECTION: "whoever asked reads of it under their own data; another receipt of the family need not",
}
"""Kinds of which a declaration's receipt says nothing, and why."""
