"""Reads what WeChat pushes to us: JSON or XML, plain or encrypted, in all its shapes, as one kind of value."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from xml.parsers.expat import ExpatError

import xmltodict

from backend.wechat.push_crypto import BadPush, decrypt, is_signed

Kind = Literal["subscribe_popup", "subscribe_change", "subscribe_sent", "template_sent", "other"]

_KINDS: Mapping[str, Kind] = {
    "subscribe_msg_popup_event": "subscribe_popup",
    "subscribe_msg_change_event": "subscribe_change",
    "subscribe_msg_sent_event": "subscribe_sent",
    "TEMPLATESENDJOBFINISH": "template_sent",
}
_WRAPPERS: Final = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")
_LARGEST: Final = 65_536
_MOST_ITEMS: Final = 50


@dataclass(frozen=True, slots=True)
class PushKeys:
    """What the operator typed into WeChat's page on message push; with an `aes_key`, plain pushes are refused."""

    token: str = field(repr=False)
    app_id: str
    aes_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PushItem:
    """One template of an event: `status` is accept or reject, or how a sent message ended (`success`)."""

    template_id: str
    status: str
    msgid: str | None = None
    errcode: int | None = None


@dataclass(frozen=True, slots=True)
class PushEvent:
    """One push; `created_at` in Unix seconds by WeChat's clock, `raw_key` is the same for each repeat of it.

    popup: somebody answered the question for permission. change: somebody withdrew it in the settings. subscribe_sent
    and template_sent: how a message ended that the mini-program or the service account had taken. other: anything else,
    without items.
    """

    kind: Kind
    openid: str
    created_at: int
    items: tuple[PushItem, ...]
    raw_key: str


def echo(keys: PushKeys, query: Mapping[str, str]) -> str:
    """Answer WeChat's question whether this address is ours (GET); raises `BadPush` unless it signed the question."""
    _check_signature(keys, query)
    return query.get("echostr", "")


def read(keys: PushKeys, query: Mapping[str, str], body: bytes) -> PushEvent:
    """Return what a POST says; raises `BadPush` for a wrong signature and for anything that is not WeChat's."""
    _check_signature(keys, query)
    outer = _parse(body)
    sealed = outer.get("Encrypt")
    if keys.aes_key is None:
        if sealed is not None:
            raise BadPush("encrypted, but no key is set")
        return _event(outer)
    if not isinstance(sealed, str):
        raise BadPush("not encrypted")
    _check_signature(keys, query, sealed)
    return _event(_parse(decrypt(keys.aes_key, keys.app_id, sealed)))


def _check_signature(keys: PushKeys, query: Mapping[str, str], *sealed: str) -> None:
    claimed = query.get("msg_signature" if sealed else "signature", "")
    if not is_signed(claimed, keys.token, query.get("timestamp", ""), query.get("nonce", ""), *sealed):
        raise BadPush("wrong signature")


def _parse(body: bytes) -> Mapping[str, object]:
    """Read JSON or XML into a mapping; XML entities are refused by xmltodict, depth by the parsers."""
    if len(body) > _LARGEST:
        raise BadPush("too large")
    try:
        text = body.decode()
        read = json.loads(text) if text.lstrip().startswith("{") else (xmltodict.parse(text) or {}).get("xml")
    except (ValueError, ExpatError, RecursionError, AttributeError):
        read = None
    if not isinstance(read, dict):
        raise BadPush("neither JSON nor XML")
    return read


def _event(body: Mapping[str, object]) -> PushEvent:
    name = _text(body, "Event") if "Event" in body else ""
    kind = _KINDS.get(name, "other")
    openid = _text(body, "FromUserName")
    created_at = _number(body.get("CreateTime"))
    items = _items(kind, body)
    if kind != "other" and not items:
        raise BadPush("an event without templates")
    return PushEvent(kind, openid, created_at, items, _key(openid, created_at, name, items, body.get("MsgId")))


def _items(kind: Kind, body: Mapping[str, object]) -> tuple[PushItem, ...]:
    if kind == "other":
        return ()
    if kind == "template_sent":  # one message, at the top, and the template is not said
        return (PushItem("", _text(body, "Status"), _text(body, "MsgID")),)
    return tuple(_item(each) for each in _list(body))


def _key(openid: str, created_at: int, name: str, items: tuple[PushItem, ...], msgid: object) -> str:
    parts = sorted(f"{item.template_id} {item.status} {item.msgid}" for item in items)
    told = json.dumps([openid, created_at, name, str(msgid), parts])
    return hashlib.sha256(told.encode()).hexdigest()


def _list(body: Mapping[str, object]) -> list[object]:
    """Return the templates of an event: JSON has them at the top, XML in a wrapper, one alone is not in a list."""
    holder: object = body
    for wrapper in _WRAPPERS:
        holder = body.get(wrapper, holder)
    found = holder.get("List") if isinstance(holder, dict) else None
    listed = found if isinstance(found, list) else [found]
    if len(listed) > _MOST_ITEMS:
        raise BadPush("too many templates")
    return listed


def _item(raw: object) -> PushItem:
    if not isinstance(raw, dict):
        raise BadPush("a template that is none")
    template_id = _text(raw, "TemplateId")
    if "MsgID" in raw:
        return PushItem(template_id, _text(raw, "ErrorStatus"), _text(raw, "MsgID"), _number(raw.get("ErrorCode")))
    return PushItem(template_id, _text(raw, "SubscribeStatusString"))


def _text(raw: Mapping[str, object], key: str) -> str:
    """Return a short text; WeChat writes numbers as strings, and some versions as numbers."""
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not 0 < len(str(value)) <= 128:
        raise BadPush(f"{key} is missing or wrong")
    return str(value)


def _number(value: object) -> int:
    text = str(value)
    if text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= 15:
        return int(text)
    raise BadPush("a number that is none")
