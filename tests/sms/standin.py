"""A stand-in for Aliyun's short message service, as strict as the original's page: written apart from our signing."""

import hashlib
import hmac
import json
import re
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from backend import clock
from tests.wechat.emulation import Quiet

KEY_ID, SECRET, SIGN_NAME = "LTAI5tStandIn", "the-stand-ins-secret", "灵寿防贫"
TEMPLATES = {
    "SMS_PROGRESS": {"number", "status", "office", "at"},
    "SMS_DUTY": {"what", "where", "due", "hint"},
    "SMS_CODE": {"code", "minutes"},
}
_AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
_LATE = timedelta(minutes=15)


class Refused(Exception):
    def __init__(self, code: str, status: int = 200) -> None:
        self.code, self.status = code, status


@dataclass
class StandIn:
    """What arrived, and what was ordered to go wrong, one order a call."""

    url: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    orders: deque[str] = field(default_factory=deque)
    calls: int = 0
    nonces: set[str] = field(default_factory=set)
    per_phone: Counter[str] = field(default_factory=Counter)

    def handle(self) -> Response:
        self.calls += 1
        order = self.orders.popleft() if self.orders else ""
        try:
            if order == "http 500":
                return Response(status=500)
            if order.startswith(("isv", "isp")):
                _refuse(order)
            self._check_signature()
            body = self._accept()
        except Refused as refused:
            body = {"Code": refused.code, "Message": "refused", "RequestId": "REQ-1"}
            return Response(json.dumps(body), refused.status, content_type="application/json")
        if order == "lose answer":
            sleep(1.2)
        return jsonify(body)

    def _check_signature(self) -> None:
        """Build the canonical request from what really came over the wire."""
        headers = request.headers
        found = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
        if not found:
            raise Refused("IncompleteSignature", 400)
        key_id, signed, claimed = found.groups()
        if key_id != KEY_ID:
            raise Refused("InvalidAccessKeyId.NotFound", 404)
        names = signed.split(";")
        needed = {"host", *(name.lower() for name, _ in headers.items() if name.lower().startswith("x-acs-"))}
        if names != sorted(names) or not needed <= set(names):
            raise Refused("IncompleteSignature", 400)
        at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(clock.real_now() - at) > _LATE:
            raise Refused("InvalidTimeStamp.Expired", 400)
        if headers["x-acs-signature-nonce"] in self.nonces:
            raise Refused("SignatureNonceUsed", 400)
        digest = hashlib.sha256(request.get_data()).hexdigest()
        pairs = sorted((_escape(name), _escape(value)) for name, value in request.args.items())
        query = "&".join("=".join(pair) for pair in pairs)
        lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
        canonical = f"{request.method}\n{request.path}\n{query}\n{lines}\n{signed}\n{digest}"
        told = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        right = hmac.new(SECRET.encode(), told.encode(), hashlib.sha256).hexdigest()
        if digest != headers["x-acs-content-sha256"] or not hmac.compare_digest(right, claimed):
            raise Refused("SignatureDoesNotMatch", 400)
        self.nonces.add(headers["x-acs-signature-nonce"])

    def _accept(self) -> dict[str, str]:
        asked = request.args
        if (request.headers["x-acs-action"], request.headers["x-acs-version"]) != ("SendSms", "2017-05-25"):
            raise Refused("InvalidAction.NotFound", 404)
        phone = asked.get("PhoneNumbers", "")
        if not re.fullmatch(r"1[3-9][0-9]{9}", phone):
            raise Refused("isv.MOBILE_NUMBER_ILLEGAL")
        if asked.get("SignName") != SIGN_NAME:
            raise Refused("isv.SMS_SIGNATURE_ILLEGAL")
        given = _words(asked.get("TemplateCode", ""), asked.get("TemplateParam", ""))
        self.per_phone[phone] += 1
        if self.per_phone[phone] > 10:
            raise Refused("isv.BUSINESS_LIMIT_CONTROL")
        self.received.append({"phone": phone, "out_id": asked.get("OutId"), **given})
        return {"Code": "OK", "Message": "OK", "BizId": f"BIZ-{len(self.received)}", "RequestId": "REQ-1"}


def _words(code: str, text: str) -> dict[str, str]:
    if code not in TEMPLATES:
        raise Refused("isv.SMS_TEMPLATE_ILLEGAL")
    try:
        given = json.loads(text)
    except ValueError:
        raise Refused("isv.INVALID_JSON_PARAM") from None
    if set(given) != TEMPLATES[code]:
        raise Refused("isv.TEMPLATE_MISSING_PARAMETERS")
    if any(not value or len(value) > 35 for value in given.values()):
        raise Refused("isv.PARAM_LENGTH_LIMIT")
    return given


def _refuse(code: str) -> None:
    raise Refused(code)


def _escape(text: str) -> str:
    return quote(text, safe="~")


@contextmanager
def running() -> Iterator[StandIn]:
    app, standin = Flask("sms"), StandIn()
    app.add_url_rule("/", "send", standin.handle, methods=["POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    standin.url = f"http://127.0.0.1:{server.port}"
    yield standin
    server.shutdown()
    thread.join()
    server.server_close()
