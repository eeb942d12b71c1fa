"""Sends, channels and consents in words: for the pages of whoever looks after what goes out."""

from typing import Any

from backend import clock
from backend.models import Attempt, Circuit, Message, Quota
from backend.policy.ladder import WAY_NAMES
from backend.services.explanations import STATE_WORDS
from backend.services.resends import AGAIN, STOPPABLE
from backend.services.sends import Send, Tab, Tally
from backend.services.templates import TEMPLATES
from backend.workflow.outbox import ACCOUNT, DECLARATION, STAFF

TABS = {
    Tab.FAILED: ("没有发成", "没有没发成的消息，很好。"),
    Tab.UNCERTAIN: ("不确定", "没有不确定是否送达的消息。"),
    Tab.WAITING: ("等待发送", "没有在等的消息，该发的都发了。"),
    Tab.EXPIRED: ("过了时效", "没有过了时效的消息。"),
}
LEADS = {
    Tab.FAILED: "每条路都试过了，还是没有送到。站内一直看得到；要紧的，请打电话或者上门告诉本人。",
    Tab.UNCERTAIN: "发出去了，没有等到答复：对方可能收到了，也可能没有。程序不会自己再发，免得对方收到两次。",
    Tab.WAITING: "还没到时间、正在排队，或者在等通道恢复。办完的事、过了时效的，到时候自动不发。",
    Tab.EXPIRED: "耽搁得太久，内容已经不准，所以没有发。站内一直看得到。",
}
TRIES = {
    "calling": "正在发",
    "sent": "对方平台已收下",
    "uncertain": "没有等到答复",
    "retry": "没发成，过一会儿再试",
    "stop_channel": "通道停了",
    "fall_back": "这条路走不通",
    "bug": "内容或模板不合格",
    "refused": "被拒收",
    "reported": "收下以后报告没送到",
}
KINDS = {
    "duty": "待办提醒",
    "progress": "进度通知",
    "nudge": "催办",
    "digest": "每日摘要",
    "supervision": "督办通知",
}
NOBODYS_NAME = {ACCOUNT: "申报人的微信", STAFF: "工作人员", DECLARATION: "没有微信的申报人"}


def send_line(send: Send) -> dict[str, Any]:
    """Return a send as the lists show it; of a family nothing but that there is news."""
    message = send.message
    kind, _, row = message.recipient.partition(":")
    return {
        "id": message.id,
        "title": KINDS.get(message.kind) or _title(message.template),
        "about": _about(message),
        "recipient": send.name or NOBODYS_NAME.get(kind, "收件人"),
        "kind": kind,
        "row": row,
        "state": message.state,
        "state_words": STATE_WORDS[message.state],
        "why": message.why or _why_waiting(message),
        "not_before": message.not_before,
        "owed_at": message.owed_at,
        "read_at": message.read_at,
        "tries": [_try(each) for each in send.attempts],
        "may_retry": message.state in AGAIN and message.not_after >= clock.now(),
        "may_cancel": message.state in STOPPABLE,
        "may_ring_twice": message.state == "uncertain",
    }


def circuit_line(circuit: Circuit) -> dict[str, Any]:
    """Return a channel's circuit, or that of one template on it."""
    way, _, template = circuit.name.partition(":")
    is_stopped = circuit.open_until is not None and circuit.open_until > clock.now()
    return {
        "name": circuit.name,
        "way": WAY_NAMES.get(way, way),
        "template": _title(template) if template else "整个通道",
        "is_stopped": is_stopped,
        "until": circuit.open_until if is_stopped else None,
        "bugs": circuit.bugs,
        "counted": "不合格" if template else "停用",
        "why": circuit.why,
        "changed_at": circuit.changed_at,
        "may_close": is_stopped or circuit.bugs > 0,
    }


def tally_line(tally: Tally) -> dict[str, Any]:
    """Return how often a channel was called with one outcome."""
    return {
        "way": WAY_NAMES.get(tally.channel, tally.channel),
        "outcome": TRIES.get(tally.outcome, "没有发成"),
        "errcode": tally.errcode,
        "count": tally.count,
    }


def quota_line(quota: Quota) -> dict[str, Any]:
    """Return what a person still allows of one kind of message."""
    if quota.said_no:
        said = "不同意接收，或者次数已用完"
    elif quota.is_long_term:
        said = "长期同意"
    else:
        said = f"还能发{quota.remaining}条" if quota.remaining else "没有剩余次数"
    return {"template": _title(quota.template), "said": said, "changed_at": quota.changed_at}


def _title(template: str) -> str:
    known = TEMPLATES.get(template)
    return known.title if known else "其他消息"


def _about(message: Message) -> str:
    """Say what a duty's message is about; of a family's only its status, never its number."""
    data = message.data
    return "，".join(str(data[name]) for name in ("what", "where", "status") if data.get(name))


def _why_waiting(message: Message) -> str:
    if message.state == "owed":
        return "还没到发送时间" if message.not_before > clock.now() else "正在排队"
    return ""


def _try(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": attempt.called_at,
        "way": WAY_NAMES.get(attempt.channel, attempt.channel),
        "outcome": TRIES.get(attempt.state, "没有发成"),
        "errcode": attempt.errcode or "",
    }
