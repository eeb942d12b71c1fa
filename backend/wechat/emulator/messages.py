"""Endpoints that put a message on a phone, with every check of the original."""

import re
import secrets
from collections.abc import Mapping

from backend import clock
from backend.wechat.emulator import pushes
from backend.wechat.emulator.calls import Call
from backend.wechat.emulator.fieldcheck import complaint
from backend.wechat.emulator.refusals import Refusal
from backend.wechat.emulator.store import Phone, Received, Template
from backend.wechat.emulator.world import World

KEY_KNOWN_SECONDS = 600.0
"""So long the platform knows a client_msg_id; afterwards the same one is another message."""

_LONG_TERM_A_DAY = 5
_STATES = {None, "formal", "trial", "developer"}
_LANGUAGES = {None, "zh_CN", "en_US", "zh_HK", "zh_TW"}
_PAGE = re.compile(r"[\w-]+(?:/[\w-]+)*(?:\?[^\s#]*)?", re.ASCII)


def send_subscribe(world: World, call: Call) -> dict[str, object]:
    """Send a subscribe message, if the person allowed one."""
    world.require("mini", call.query.get("access_token", ""))
    body = call.json()
    _note(call, body)
    phone = world.phone(body.get("touser"))
    template = _template(world, body.get("template_id"), {"one_time", "long_term"})
    page = check_page(world, body.get("page"))
    if body.get("miniprogram_state") not in _STATES or body.get("lang") not in _LANGUAGES:
        raise Refusal(40097)
    lines = _lines(template, body.get("data"))
    _use_permission(world, phone, template)
    call.msgid = _deliver(world, phone, template, lines, page)
    if world.pusher:
        event = pushes.sent(phone.openid, world.event_time(phone.openid), template.template_id, call.msgid)
        world.pusher.send(event)
    return {"errcode": 0, "errmsg": "ok", "msgid": call.msgid}


def send_template(world: World, call: Call) -> dict[str, object]:
    """Send a service account's template message, once per `client_msg_id`; a repeat in time gets the first's answer."""
    world.require("service", call.query.get("access_token", ""))
    body = call.json()
    _note(call, body)
    openid = body.get("touser")
    phone = world.store.phone_in_service(openid) if isinstance(openid, str) else None
    if phone is None:
        raise Refusal(40003)
    if not phone.follows:
        raise Refusal(43004)
    template = _template(world, body.get("template_id"), {"service"})
    lines = _lines(template, body.get("data"))
    url = body.get("url")
    place = url if isinstance(url, str) else None
    call.msgid = _deliver_once(world, phone, template, lines, place, body.get("client_msg_id"))
    return {"errcode": 0, "errmsg": "ok", "msgid": int(call.msgid)}


def _deliver_once(
    world: World,
    phone: Phone,
    template: Template,
    lines: tuple[tuple[str, str], ...],
    place: str | None,
    client_msg_id: object,
) -> str:
    """Deliver a message whose key is not known; return the msgid, which is the first one's while its key is known."""
    if not isinstance(client_msg_id, str):
        return _deliver(world, phone, template, lines, place)
    now = clock.real_now().timestamp()
    if before := world.store.sent_as(phone.openid, client_msg_id, since=now - KEY_KNOWN_SECONDS):
        return before
    msgid = _deliver(world, phone, template, lines, place, client_msg_id)
    world.store.keep_key(phone.openid, client_msg_id, msgid, now)
    return msgid


def withdrawn(world: World, call: Call) -> dict[str, object]:
    """Refuse what WeChat has withdrawn: mini-program templates in January 2020, uniform_send in September 2023."""
    raise Refusal(45109)


def check_page(world: World, page: object) -> str | None:
    """Return a page of the mini-program; raises `Refusal` 41030 for one that is not in the released version."""
    if page is None or page == "":
        return None
    if not isinstance(page, str) or not _PAGE.fullmatch(page):
        raise Refusal(41030)
    if world.pages and page.partition("?")[0] not in world.pages:
        raise Refusal(41030)
    return page


def _note(call: Call, body: Mapping[str, object]) -> None:
    call.openid = str(body.get("touser"))
    call.template_id = str(body.get("template_id"))
    call.data = body.get("data")


def _template(world: World, template_id: object, kinds: set[str]) -> Template:
    template = world.store.template(template_id) if isinstance(template_id, str) else None
    if template is None or template.kind not in kinds:
        raise Refusal(40037)
    if template.is_banned:
        raise Refusal(43107)
    return template


def _lines(template: Template, data: object) -> tuple[tuple[str, str], ...]:
    """Return the lines as the phone shows them; raises `Refusal` 47003 naming the first wrong key."""
    if not isinstance(data, dict):
        raise Refusal(47003, "data is empty")
    for key in data:
        if key not in template.keys:
            raise Refusal(47003, f"data.{key}.value invalid")
    return tuple((label, _value(key, data.get(key))) for key, label in template.keys.items())


def _value(key: str, given: object) -> str:
    value = given.get("value") if isinstance(given, dict) else None
    wrong = complaint(key, "" if value is None else value)
    if wrong:
        raise Refusal(47003, wrong)
    return str(value)


def _use_permission(world: World, phone: Phone, template: Template) -> None:
    if world.store.left_over(phone.openid, template.template_id) < 1:
        raise Refusal(43101)
    if template.kind == "one_time":
        world.store.allow(phone.openid, template.template_id, -1, is_blocked=False)
    elif world.store.sent_on(phone.openid, template.template_id, str(world.today())) >= _LONG_TERM_A_DAY:
        raise Refusal(40038)


def _deliver(
    world: World,
    phone: Phone,
    template: Template,
    lines: tuple[tuple[str, str], ...],
    page: str | None,
    client_msg_id: str | None = None,
) -> str:
    msgid = str(10**18 + secrets.randbelow(8 * 10**18))
    now = clock.local(world.now())
    world.store.add_message(
        Received(
            *(phone.openid, template.template_id, template.title, lines, page, msgid, client_msg_id),
            *(str(now.date()), now.isoformat(timespec="seconds")),
        )
    )
    return msgid
