"""The table of endpoints, and the way of one call: fault, quota, handler, history, answer."""

import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from flask import Response, jsonify, request

from backend import clock
from backend.wechat.emulator import accounts, contents, followers, messages
from backend.wechat.emulator.calls import Call
from backend.wechat.emulator.faults import Fault
from backend.wechat.emulator.refusals import Refusal
from backend.wechat.emulator.world import World

Result = dict[str, object] | bytes


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of WeChat's: the method it takes and what it does."""

    method: Literal["GET", "POST"]
    handle: Callable[[World, Call], Result]


ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType(
    {
        "/sns/jscode2session": Endpoint("GET", accounts.sign_in),
        "/cgi-bin/token": Endpoint("GET", accounts.classic_token),
        "/cgi-bin/stable_token": Endpoint("POST", accounts.stable_token),
        "/wxa/business/getuserphonenumber": Endpoint("POST", accounts.phone_number),
        "/cgi-bin/message/subscribe/send": Endpoint("POST", messages.send_subscribe),
        "/cgi-bin/message/template/send": Endpoint("POST", messages.send_template),
        "/cgi-bin/message/wxopen/template/send": Endpoint("POST", messages.withdrawn),
        "/cgi-bin/message/wxopen/template/uniform_send": Endpoint("POST", messages.withdrawn),
        "/cgi-bin/user/get": Endpoint("GET", followers.list_followers),
        "/cgi-bin/user/info/batchget": Endpoint("POST", followers.describe),
        "/wxa/getwxacodeunlimit": Endpoint("POST", contents.village_code),
        "/wxa/msg_sec_check": Endpoint("POST", contents.check_text),
    }
)


def answer(world: World, call: Call) -> Response:
    """Answer one call as WeChat would, or as a fault was ordered."""
    with world.lock:
        fault = world.faults.draw(call.path, call.addressee()) or Fault(call.path, "none")
    if fault.kind == "latency":
        time.sleep(fault.milliseconds / 1000)
    if fault.kind in {"timeout_before", "reset_before"}:
        _record(world, call, fault.kind, done=False)
        return _lost(fault)
    if fault.kind == "http":
        _record(world, call, f"http {fault.status}", done=False)
        return Response(status=fault.status)
    if fault.kind == "html":
        _record(world, call, "html", done=False)
        return Response("<!doctype html><title>请先登录网络</title>", content_type="text/html")
    with world.lock:
        result = _perform(world, call, fault)
        refused = isinstance(result, Refusal)
        lost = fault.kind in {"timeout_after", "reset_after"}
        outcome = str(result.errcode) if isinstance(result, Refusal) else "0"
        _record(world, call, fault.kind if lost else outcome, done=not refused)
    return _lost(fault) if lost else _response(result)


def _perform(world: World, call: Call, fault: Fault) -> Result | Refusal:
    if fault.kind == "invalidate_token":
        world.tokens.invalidate()
    if fault.kind == "expire_token":
        world.tokens.expire()
    if fault.kind == "errcode":
        return Refusal(fault.errcode)
    try:
        return _handled(world, call)
    except Refusal as refusal:
        return refusal


def _handled(world: World, call: Call) -> Result:
    endpoint = ENDPOINTS.get(call.path)
    if endpoint is None:
        raise Refusal(40066)
    if call.method != endpoint.method:
        raise Refusal(43001 if endpoint.method == "GET" else 43002)
    world.counters.take(call.path, world.today())
    return endpoint.handle(world, call)


def _record(world: World, call: Call, outcome: str, *, done: bool) -> None:
    with world.lock:
        at = clock.local(world.now()).isoformat(timespec="milliseconds")
        about = (call.openid or call.addressee() or None, call.template_id, call.msgid, call.data)
        world.history.add(at, call.path, outcome, done=done, about=about)


def _response(result: Result | Refusal) -> Response:
    if isinstance(result, bytes):
        return Response(result, content_type="image/png")
    return jsonify(result.as_json() if isinstance(result, Refusal) else result)


def _lost(fault: Fault) -> Response:
    """Return an answer that never comes: the connection breaks off at once, or after the time-out's length."""
    wait = fault.milliseconds / 1000 if fault.kind.startswith("timeout") else 0.0
    connection: socket.socket | None = request.environ.get("werkzeug.socket")

    def never() -> Iterator[bytes]:
        time.sleep(wait)
        if connection is not None:
            # Zero linger makes the kernel send a reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The server then reads an end of input instead of waiting for this client's next request, and closes.
            connection.shutdown(socket.SHUT_RD)
        raise ConnectionAbortedError
        yield b""

    return Response(never())
