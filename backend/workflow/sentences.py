"""What an applicant reads at each step: plain words, no illness, no "poor", nothing about anybody else."""

from backend.access.permissions import Action

TOLD: dict[str, str] = {
    "received": "已收到您的申报。{village}会在{due}前联系您，最晚{promised}前给您答复。",
    "accepted": "{village}已经受理，{due}前会有人上门了解情况。",
    "returned": "还差一些材料，见下面的清单。您可以自己补，也可以等{village}在{due}前上门帮您补齐。",
    "supplemented": "补充的材料已收到，{village}会在{due}前接着办。",
    "not_accepted": "这次申报没有受理，原因写在下面。您有不同意见，可以向{township}提出复核。",
    "visited": "已上门了解情况，{township}会在{due}前审核。",
    "rescheduled": "今天上门时家里没人，{village}会再约时间。",
    "passed": "{township}已审核通过，县里会在{due}前作出决定。",
    "sent_back": "上一级请{office}再核实一下，{due}前会接着办。",
    "not_included": "经审核，这次没有纳入，原因写在下面。您有不同意见，可以提出复核。",
    "monitored": "县里已同意，接下来会和您家一起商量帮扶办法。",
    "withdrawn": "已按您的意思撤回。以后有困难随时可以再申报。",
    "joined": "您反映的情况已并入办理。",
    "refused_join": "您反映的情况已核对，原因写在下面。",
}
"""`{due}` is the date of the duty that the step opened, `{promised}` the date of the whole."""

STATUS_OF: dict[str, str] = {
    "received": "已收到",
    "accepted": "已受理",
    "returned": "待补充材料",
    "supplemented": "已收到",
    "not_accepted": "不予受理",
    "visited": "审核中",
    "passed": "审核中",
    "sent_back": "核实中",
    "not_included": "未纳入",
    "monitored": "已纳入",
    "withdrawn": "已撤回",
    "joined": "已并入办理",
}
"""What the receipt's head shows after each sentence."""

ACTION_NAMES: dict[Action, str] = {
    Action.ACCEPT: "受理",
    Action.RETURN_FOR_INFORMATION: "退回补充",
    Action.SUPPLEMENT: "补充材料",
    Action.REFUSE_FORMALLY: "不予受理",
    Action.FILE_VISIT: "填报入户核实",
    Action.RESCHEDULE: "改约时间",
    Action.PASS_ON: "审核通过，报县",
    Action.SEND_BACK: "退回再核实",
    Action.REFUSE: "不纳入",
    Action.COUNTY_APPROVE: "同意纳入",
    Action.COUNTY_SEND_BACK: "退回乡镇",
    Action.COUNTY_REJECT: "不同意纳入",
    Action.WITHDRAW: "撤回申报",
    Action.JOIN_DECLARATION: "并入在办",
}

EVENT_NAMES: dict[str, str] = {
    "begin": "申报",
    "join_asked": "又有人申报",
    "join_withdrawn": "后来的申报撤回",
    "confirm_phone": "确认家人手机",
    "withdraw_phone": "收回手机权限",
    "claim_receipt": "回执绑定到手机",
    "leave_receipt": "手机解绑回执",
    "release_receipt": "村里解绑回执",
}
"""What happened without moving the case."""


def action_name(action: str) -> str:
    """Return what an event of the history is called."""
    return EVENT_NAMES.get(action) or ACTION_NAMES[Action(action)]
