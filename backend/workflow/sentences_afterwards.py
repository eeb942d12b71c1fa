"""What a family reads after it was included: of its plan and help, of the way out, and of a warning about it."""

from backend.access.permissions import Action

TOLD_AFTERWARDS: dict[str, str] = {
    "planned": "和您家商量的帮扶计划已经定下，都有哪些帮扶、谁来办、什么时候办好，可以在这里看，也可以问{village}。",
    "help_delivered": "有一项帮扶已经办好，写在下面。没有收到的，请马上说一声，乡镇会去查。",
    "missing_taken_up": "您说有一项帮扶没有收到，{township}会在{due}前查清楚。",
    "missing_answered": "您说没有收到的帮扶已经查过，结果写在下面。",
    "paired": "您家有了结对联系的干部，名字和电话写在下面，有难处可以直接找。",
    "relief_asked": "已替您家申请防贫保，县里会在{due}前答复。办这件事不收任何费用。",
    "relief_decided": "防贫保的申请已有答复，写在下面。办这件事不收任何费用。",
    "struck_off": "经核实，您家不属于监测对象，已从名单里去掉，原因写在下面。您有不同意见，可以向县里反映。",
    "removal_proposed": "您家的情况已经好转，村里提出不再列入监测。{due}前会有人上门听您的意见。您不同意，请当面说。",
    "removal_checked": "已上门听了您的意见。接下来村里开会评议，{due}前办下一步。您不同意的，可以到会说。",
    "removal_met": "村里评议会认为您家的风险已经解除，接下来要在村公示栏公示，贴出前会先念给您听。",
    "removal_passed": "{township}已审核，县里会在{due}前决定。您有不同意见，现在还可以提出。",
    "removal_approved": "县里已同意，{due}前公告。",
    "removed": "您家的风险已经解除，不再列入监测。正在享受的政策按规定继续，每月还会有人来看您。"
    "不同意可以申请复核，有新的困难随时申报。",
    "kept": "您家继续列入监测，帮扶照常，原因写在下面。",
    "rolled_back": "县里决定您家重新列入监测，接着帮扶，原因写在下面。",
    "help_ordered": "您家的困难已交有关部门帮助解决，{due}前办好，说明写在下面。",
    "help_checked": "您家反映的困难已经解决，并有人看过。还有困难，随时说。",
}
"""`{due}` is the date of the duty that the step opened."""

NAMES_ON_THE_WAY_OUT: dict[Action, str] = {
    Action.HOLD_MEETING: "评议同意消除",
    Action.MEETING_SAID_NO: "评议不同意消除",
    Action.PASS_ON: "审核同意消除，报县",
    Action.REFUSE: "不同意消除",
    Action.TERMINATE: "停办消除",
    Action.COUNTY_APPROVE: "同意消除",
    Action.COUNTY_REJECT: "不同意消除",
    Action.ANNOUNCE: "公告风险消除",
    Action.ENTER_NATIONAL: "登记国家系统标注",
    Action.OVERTURN_OUTCOME: "复核后继续监测",
}
"""What a step is called where the family is on its way out."""
