"""Pushes events to the backend as WeChat does: JSON or XML, plain or encrypted, signed, three attempts."""

import base64
import hashlib
import json
import os
import secrets
import struct
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import requests
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from markupsafe import escape

from backend import clock
from backend.wechat.emulator.config import Push

_ACCOUNT: Final = "gh_0123456789ab"
_WRAPPERS: Mapping[str, str] = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}
_AT_THE_TOP: Final = "TEMPLATESENDJOBFINISH"
"""An event that is about one message and lists nothing."""
SUCCESS: Final = "success"
_ATTEMPTS: Final = 3
_PATIENCE: Final = 5


@dataclass(frozen=True, slots=True)
class Event:
    """An event before it is written down; `items` are the templates with their fields, all as strings."""

    name: str
    openid: str
    created_at: int
    items: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A push as it goes over the wire."""

    query: Mapping[str, str]
    body: bytes
    content_type: str


def popup(openid: str, created_at: int, choices: Mapping[str, str]) -> Event:
    """Make the event of somebody answering the question for permission (template: accept or reject)."""
    items = [
        {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"}
        for template_id, status in choices.items()
    ]
    return Event("subscribe_msg_popup_event", openid, created_at, items)


def change(openid: str, created_at: int, template_ids: Sequence[str]) -> Event:
    """Make the event of somebody switching templates off in the settings; WeChat pushes refusals only."""
    items = [{"TemplateId": template_id, "SubscribeStatusString": "reject"} for template_id in template_ids]
    return Event("subscribe_msg_change_event", openid, created_at, items)


def sent(
    openid: str, created_at: int, template_id: str, msgid: str, *, status: str = SUCCESS, code: str = "0"
) -> Event:
    """Make the event of how a message ended that was taken: it arrived, unless `status` and `code` say otherwise."""
    item = {"TemplateId": template_id, "MsgID": msgid, "ErrorCode": code, "ErrorStatus": status}
    return Event("subscribe_msg_sent_event", openid, created_at, [item])


def job_finished(openid: str, created_at: int, msgid: str, status: str = SUCCESS) -> Event:
    """Make the event of how a service account's template message ended; `openid` is the one there."""
    return Event("TEMPLATESENDJOBFINISH", openid, created_at, [{"MsgID": msgid, "Status": status}])


def envelope(event: Event, push: Push, app_id: str) -> Envelope:
    """Write an event down, sign it and, if the push has a key, encrypt it."""
    is_json = push.format == "json"
    body = _as_json(event) if is_json else _as_xml(event)
    timestamp, nonce = str(int(clock.real_now().timestamp())), secrets.token_hex(5)
    query = {"timestamp": timestamp, "nonce": nonce, "openid": event.openid}
    query["signature"] = _sign(push.token, timestamp, nonce)
    if push.aes_key:
        sealed = _encrypt(push.aes_key, app_id, body.encode())
        query |= {"encrypt_type": "aes", "msg_signature": _sign(push.token, timestamp, nonce, sealed)}
        outer = {"ToUserName": _ACCOUNT, "Encrypt": sealed}
        body = json.dumps(outer) if is_json else f"<xml>{_tags(outer)}</xml>"
    return Envelope(query, body.encode(), "application/json" if is_json else "text/xml")


class Pusher:
    """Sends events one after the other, in the background."""

    def __init__(self, push: Push, app_id: str) -> None:
        self._push = push
        self._app_id = app_id
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="push")
        self._http = requests.Session()
        self._http.trust_env = False

    def send(self, event: Event) -> Future[bool]:
        """Queue an event; the future says whether the backend took it within three attempts."""
        return self._worker.submit(self._deliver, envelope(event, self._push, self._app_id))

    def close(self) -> None:
        """Drop what waits and stop."""
        self._worker.shutdown(wait=True, cancel_futures=True)
        self._http.close()

    def _deliver(self, letter: Envelope) -> bool:
        return any(self._attempt(letter) for _ in range(_ATTEMPTS))

    def _attempt(self, letter: Envelope) -> bool:
        try:
            answer = self._http.post(
                self._push.url,
                params=dict(letter.query),
                data=letter.body,
                headers={"Content-Type": letter.content_type},
                timeout=_PATIENCE,
            )
        except requests.RequestException:
            return False
        return answer.ok and answer.content.strip() in {b"", b"success"}


def _head(event: Event) -> dict[str, str]:
    return {
        "ToUserName": _ACCOUNT,
        "FromUserName": event.openid,
        "CreateTime": str(event.created_at),
        "MsgType": "event",
        "Event": event.name,
    }


def _as_json(event: Event) -> str:
    """In JSON the list stands at the top, and one template alone is a bare object."""
    if event.name == _AT_THE_TOP:
        return json.dumps({**_head(event), **event.items[0]}, ensure_ascii=False)
    items = list(event.items) if len(event.items) > 1 else event.items[0]
    return json.dumps({**_head(event), "List": items}, ensure_ascii=False)


def _as_xml(event: Event) -> str:
    """In XML the lists stand inside an element named after the event."""
    if event.name == _AT_THE_TOP:
        return f"<xml>{_tags({**_head(event), **event.items[0]})}</xml>"
    wrapper = _WRAPPERS[event.name]
    lists = "".join(f"<List>{_tags(item)}</List>" for item in event.items)
    return f"<xml>{_tags(_head(event))}<{wrapper}>{lists}</{wrapper}></xml>"


def _tags(values: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())


def _sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _encrypt(aes_key: str, app_id: str, message: bytes) -> str:
    key = base64.b64decode(aes_key + "=")
    plain = os.urandom(16) + struct.pack(">I", len(message)) + message + app_id.encode()
    padding = 32 - len(plain) % 32
    sealer = Cipher(AES(key), CBC(key[:16])).encryptor()
    return base64.b64encode(sealer.update(plain + bytes([padding]) * padding) + sealer.finalize()).decode()
