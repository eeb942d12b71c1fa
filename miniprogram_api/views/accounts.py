"""Signing in, binding, switching identity, the inbox."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.services import inbox as inboxes
from backend.services import outbox_sealing, phones, sign_ins
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.accounts import (
    BeforeQuery,
    BindRequest,
    LoginRequest,
    MeSchema,
    MessagePage,
    OutboxKeysSchema,
    SwitchRequest,
    TicketSchema,
)
from miniprogram_api.shapes import me as shape_me
from miniprogram_api.shapes import page_before

accounts = Blueprint("api_accounts", __name__, description="登录与身份")


@route(accounts, "POST", "/login", allows=None, takes=LoginRequest, gives=TicketSchema)
def login(body: dict[str, str]) -> sign_ins.Ticket:
    """Open a session with the code of `wx.login`."""
    return phones.log_in(**body)


@route(accounts, "POST", "/logout", allows=Action.READ_INBOX, status=204)
def logout() -> None:
    """End this session at once."""
    sign_ins.sign_out(actor())


@route(accounts, "POST", "/bindings", allows=Action.DECLARE, takes=BindRequest, gives=TicketSchema, status=201)
def bind(body: dict[str, str]) -> sign_ins.Ticket:
    """Bind this WeChat account to a member of staff; the old token ends, a new one begins."""
    return sign_ins.bind_phone(body["code"], by=actor())


@route(accounts, "POST", "/bindings/endings", allows=Action.CONFIRM_CONSOLE, status=204)
def unbind() -> None:
    """Take this phone off one's name; every session of it ends."""
    sign_ins.unbind_phone(actor())


@route(accounts, "GET", "/me/outbox-keys", allows=Action.READ_TASKS, gives=OutboxKeysSchema)
def outbox_keys() -> dict[str, Any]:
    """Hand one's own phone the keys of what it has not sent yet, the one for new work first."""
    return {"items": outbox_sealing.keys_of(actor())}


@route(accounts, "GET", "/me", allows=Action.READ_INBOX, gives=MeSchema)
def me() -> dict[str, Any]:
    """Say who is signed in, as what, and as what else they could be."""
    return shape_me(actor(), phones.identities(actor()), phones.own_cases(actor()))


@route(accounts, "POST", "/me/identity", allows=Action.READ_INBOX, takes=SwitchRequest, gives=TicketSchema)
def switch_identity(body: dict[str, int]) -> sign_ins.Ticket:
    """Go on as another of one's own identities, with a new token."""
    return sign_ins.switch_identity(body["identity_id"], by=actor())


@route(accounts, "GET", "/inbox", allows=Action.READ_INBOX, takes=BeforeQuery, where="query", gives=MessagePage)
def inbox(query: dict[str, Any]) -> dict[str, Any]:
    """Read one's messages, the newest first."""
    return page_before(inboxes.inbox_of(actor(), **query), query["size"])
