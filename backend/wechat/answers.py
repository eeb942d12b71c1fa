"""Reads WeChat's answers with the distrust that a captive portal or a changed interface deserves."""

from collections.abc import Mapping

from requests import Response

from backend.wechat.errors import Advice, WeChatError
from backend.wechat.gateway import Sent, Suggestion, TextVerdict


def text_in(answer: object, key: str, otherwise: Advice) -> str:
    """Return a text of a JSON answer; raises `WeChatError` with the advice `otherwise` if there is none."""
    value = answer.get(key) if isinstance(answer, Mapping) else None
    if isinstance(value, str) and value:
        return value
    raise WeChatError.unanswered(f"no {key} in the answer", otherwise)


def sent_in(answer: object) -> Sent:
    """Read the answer to a message; one that is no JSON of WeChat's leaves open whether the message went out."""
    if not isinstance(answer, Mapping) or "errcode" not in answer:
        raise WeChatError.unanswered("answer not understood", Advice.UNCERTAIN)
    msgid = answer.get("msgid")
    return Sent(None if msgid is None else str(msgid))


def openids_in(answer: object) -> list[str]:
    """Return a page of followers; the last page has none."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("count"), int):
        raise WeChatError.unanswered("no followers in the answer", Advice.RETRY)
    data = answer.get("data")
    listed = data.get("openid") if isinstance(data, Mapping) else None
    return [str(each) for each in listed] if isinstance(listed, list) else []


def unionids_in(answer: object) -> dict[str, str]:
    """Return the union id of each follower in an answer who has one; whoever has left has none."""
    listed = answer.get("user_info_list") if isinstance(answer, Mapping) else None
    if not isinstance(listed, list):
        raise WeChatError.unanswered("no followers in the answer", Advice.RETRY)
    known = [each for each in listed if isinstance(each, Mapping) and each.get("subscribe") and each.get("unionid")]
    return {str(each["openid"]): str(each["unionid"]) for each in known}


def picture_in(answer: object) -> bytes:
    """Return the picture in an answer."""
    if isinstance(answer, Response) and answer.headers.get("Content-Type", "").startswith("image/"):
        return answer.content
    raise WeChatError.unanswered("no picture in the answer", Advice.RETRY)


def verdict_in(answer: object) -> TextVerdict:
    """Return the judgement of a text; a word that we do not know is read as doubt."""
    result = answer.get("result") if isinstance(answer, Mapping) else None
    if not isinstance(answer, Mapping) or not isinstance(result, Mapping):
        raise WeChatError.unanswered("no verdict in the answer", Advice.RETRY)
    suggested, label = str(result.get("suggest")), result.get("label")
    suggestion = Suggestion(suggested) if suggested in set(Suggestion) else Suggestion.REVIEW
    return TextVerdict(suggestion, label if isinstance(label, int) else 0, str(answer.get("trace_id", "")))
