"""The tool for demonstrators and tests: phones, taps, faults, time, history; bodies are JSON, no page's forms."""

import dataclasses
import secrets
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from backend import clock
from backend.wechat.emulator import pushes
from backend.wechat.emulator.config import Quota
from backend.wechat.emulator.faults import FAULT_KINDS, Fault
from backend.wechat.emulator.store import Phone, Template
from backend.wechat.emulator.templates_table import read_templates
from backend.wechat.emulator.world import World

blueprint = Blueprint("control", __name__, url_prefix="/_emulator")
_MOST = 10_000
_OFF = -1_000_000


def world() -> World:
    """Return the world of this application."""
    found: World = current_app.extensions["wechat_world"]
    return found


def _body(**kinds: type) -> dict[str, Any]:  # JSON values
    """Return the JSON body; answers 415 for another content type and 400 for a field of another type."""
    read = request.get_json()
    if not isinstance(read, dict):
        abort(400, "a JSON object is expected")
    for name, kind in kinds.items():
        if name in read and not isinstance(read[name], kind):
            abort(400, f"{name} must be {kind.__name__}")
    return read


def _phone(openid: str) -> Phone:
    return world().store.phone(openid) or abort(404, "no such phone")


@blueprint.post("/phones")
def make_phone() -> tuple[Response, int]:
    """Make a phone, or find the one with the given openid again."""
    body = _body(nickname=str, phone_number=str, openid=str, follows=bool, high_risk=bool)
    with world().lock:
        known = world().store.phone(body.get("openid", ""))
        if known:
            return jsonify(dataclasses.asdict(known)), 200
        phone = Phone(
            openid=body.get("openid") or f"o{secrets.token_urlsafe(20)}0"[:28],
            service_openid=f"s{secrets.token_urlsafe(20)}0"[:28],
            unionid=f"u{secrets.token_urlsafe(20)}0"[:28],
            nickname=body.get("nickname") or "微信用户",
            phone_number=body.get("phone_number"),
            follows=body.get("follows", True),
            high_risk=body.get("high_risk", False),
            visited_at=None,
        )
        world().store.add_phone(phone)
    return jsonify(dataclasses.asdict(phone)), 201


@blueprint.get("/phones")
def list_phones() -> Response:
    """List the phones."""
    with world().lock:
        return jsonify([dataclasses.asdict(phone) for phone, _ in world().store.phones(_MOST)])


@blueprint.get("/phones/<openid>/messages")
def list_messages(openid: str) -> Response:
    """List what a phone received, newest first."""
    with world().lock:
        _phone(openid)
        return jsonify([dataclasses.asdict(message) for message in world().store.messages(openid, _MOST)])


@blueprint.post("/phones/<openid>/login")
def open_app(openid: str) -> Response:
    """Open the mini-program: what `wx.login` returns on this phone."""
    with world().lock:
        return jsonify(js_code=world().login_codes.issue(_phone(openid).openid))


@blueprint.post("/phones/<openid>/phone-code")
def press_phone_button(openid: str) -> Response:
    """Press the phone-number button: what the page gets."""
    with world().lock:
        return jsonify(code=world().phone_codes.issue(_phone(openid).openid))


@blueprint.post("/phones/<openid>/follow")
def follow(openid: str) -> Response:
    """Follow the service account or leave it."""
    body = _body(follows=bool)
    with world().lock:
        world().store.set_follows(_phone(openid).openid, body.get("follows", True))
    return jsonify(ok=True)


@blueprint.post("/phones/<openid>/subscribe")
def subscribe(openid: str) -> Response:
    """Answer the question for permission on up to three templates, `times` times; says how many pushes arrived."""
    body = _body(template_ids=list, template_id=str, result=str, times=int)
    result, times = body.get("result", "accept"), body.get("times", 1)
    if result not in {"accept", "reject"} or not 1 <= times <= 1000:
        abort(400, "result is accept or reject, times from 1 to 1000")
    with world().lock:
        phone = _phone(openid)
        templates = _asked(body.get("template_ids") or [body.get("template_id")])
        for template in templates if result == "accept" else ():
            one_time = template.kind == "one_time"
            world().store.allow(phone.openid, template.template_id, times if one_time else 1, is_blocked=False)
        choices = {template.template_id: result for template in templates}
        events = [pushes.popup(phone.openid, world().event_time(phone.openid), choices) for _ in range(times)]
        left = {each.template_id: world().store.left_over(phone.openid, each.template_id) for each in templates}
    return jsonify(left_over=left, pushed=_push(events))


@blueprint.post("/phones/<openid>/unsubscribe")
def unsubscribe(openid: str) -> Response:
    """Switch templates off in the settings."""
    body = _body(template_ids=list, template_id=str)
    with world().lock:
        phone = _phone(openid)
        templates = _asked(body.get("template_ids") or [body.get("template_id")])
        for template in templates:
            world().store.allow(phone.openid, template.template_id, _OFF, is_blocked=True)
        ids = [template.template_id for template in templates]
        event = pushes.change(phone.openid, world().event_time(phone.openid), ids)
    return jsonify(pushed=_push([event]))


def _asked(template_ids: list[Any]) -> list[Template]:
    templates = [template for each in template_ids if (template := world().store.template(str(each)))]
    kinds = {template.kind for template in templates}
    if len(templates) != len(template_ids) or not 1 <= len(templates) <= 3 or len(kinds) > 1 or "service" in kinds:
        abort(400, "one to three known templates of one kind")
    return templates


def _push(events: list[pushes.Event]) -> int:
    pusher = world().pusher
    return sum(future.result() for future in [pusher.send(event) for event in events]) if pusher else 0


@blueprint.get("/faults")
def list_faults() -> Response:
    """List the faults that still stand."""
    with world().lock:
        return jsonify(world().faults.standing())


@blueprint.post("/faults")
def order_fault() -> tuple[Response, int]:
    """Order a fault; `faults.Fault` says what may be in it."""
    body = _body(endpoint=str, kind=str, errcode=int, status=int, milliseconds=int, openid=str)
    known = {field.name for field in dataclasses.fields(Fault)}
    if body.get("kind") not in FAULT_KINDS or not set(body) <= known:
        abort(400, f"kind is one of {', '.join(FAULT_KINDS)}; fields are {', '.join(sorted(known))}")
    with world().lock:
        world().faults.order(Fault(**{"endpoint": "*", **body}))
    return jsonify(ok=True), 201


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Drop all faults."""
    with world().lock:
        world().faults.clear()
    return jsonify(ok=True)


@blueprint.get("/history")
def show_history() -> Response:
    """List calls after `after`, oldest first, of one `endpoint` or `openid` if given; at most `most`."""
    asked = request.args
    after, most = asked.get("after", 0, type=int), min(asked.get("most", _MOST, type=int), _MOST)
    with world().lock:
        return jsonify(world().history.since(after, asked.get("endpoint"), asked.get("openid"), most))


@blueprint.get("/time")
def show_time() -> Response:
    """Tell business time."""
    with world().lock:
        return jsonify(offset_seconds=world().offset, now=clock.local(world().now()).isoformat(timespec="seconds"))


@blueprint.post("/time")
def set_time() -> Response:
    """Let business time run ahead by `offset_seconds`."""
    body = _body(offset_seconds=int)
    with world().lock:
        world().offset = body.get("offset_seconds", 0)
    return show_time()


@blueprint.put("/templates")
def put_templates() -> Response:
    """Add or replace templates; the body is the list that `--templates` reads."""
    try:
        templates = read_templates(request.get_json())
    except ValueError as error:
        abort(400, str(error))
    with world().lock:
        for template in templates:
            world().store.put_template(template)
    return jsonify(count=len(templates))


@blueprint.put("/pages")
def put_pages() -> Response:
    """Say which pages the released mini-program has; an empty list allows any well-formed one."""
    pages = request.get_json()
    if not isinstance(pages, list) or not all(isinstance(page, str) for page in pages):
        abort(400, "a list of paths is expected")
    with world().lock:
        world().pages = pages
    return jsonify(count=len(pages))


@blueprint.put("/quotas")
def put_quotas() -> Response:
    """Set quotas by endpoint: `{"/cgi-bin/…": {"per_minute": 5, "per_day": 100}}`; a missing one is unlimited."""
    body = _body()
    try:
        quotas = {endpoint: Quota(**quota) for endpoint, quota in body.items()}
    except TypeError:
        abort(400, "a quota has per_minute and per_day")
    with world().lock:
        world().counters.set_quotas(quotas)
    return jsonify(count=len(quotas))
