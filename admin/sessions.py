"""Who sits at the console: a cookie of its own, looked up at every request of the console and of nothing else."""

from flask import Flask, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from admin.security import ROOT
from backend.access.actor import Actor
from backend.access.scope import act_within
from backend.errors import NotAllowed, SignInFirst
from backend.services import sign_ins
from backend.services.sign_ins import CONSOLE, Ticket
from backend.services.storage import settings

COOKIE = "shouwang_console"
HALFWAY = "shouwang_halfway"
"""Knows the password and waits for the second factor; only the sign-in pages get it."""
SIGN_IN = ROOT + "sign-in/"

OPEN = frozenset(
    {
        "assets.static",
        "console.static",
        "sign_in.index",
        "sign_in.enter",
        "sign_in.second",
        "sign_in.take_second",
        "sign_in_phone.index",
        "sign_in_phone.ask",
        "sign_in_phone.standing",
        "sign_in_phone.come_in",
        "password.index",
        "password.show",
        "password.choose",
    }
)
"""What can be reached without being signed in; a test lists it."""


def configure(app: Flask) -> None:
    """Keep form tokens and notices in a signed cookie that only the console's pages get."""
    app.config.update(
        SESSION_COOKIE_NAME="shouwang_forms",
        SESSION_COOKIE_PATH=ROOT,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.extensions["settings"].secure_cookies,
    )


def register(app: Flask) -> None:
    """Ask at the console's door who it is."""
    app.before_request(_let_in)


def _let_in() -> Response | None:
    if not request.path.startswith(ROOT) or request.endpoint in OPEN:
        return None
    if request.endpoint is None and COOKIE not in request.cookies:
        return None  # no such address, and nobody who should hear more than that
    try:
        _recognise()
    except SignInFirst:
        return to_sign_in()
    except NotAllowed:
        return end(redirect(url_for("sign_in.index", elsewhere=1)))
    return None


def to_sign_in() -> Response:
    """Lead to the sign-in page; whoever was signed in is told that they no longer are, and what that cost them."""
    was_here = COOKIE in request.cookies
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    lost = was_here and request.method == "POST" and request.endpoint != "sign_out.leave"
    where = url_for("sign_in.index", next=back, over=1 if was_here else None, lost=1 if lost else None)
    return end(redirect(where))


def _recognise() -> None:
    token = request.cookies.get(COOKIE)
    if not token:
        raise SignInFirst
    found = sign_ins.who(token, CONSOLE, address=request.remote_addr or "")
    act_within(found.scope)
    g.actor = found


def actor() -> Actor:
    """Return who sits at the console; raises `SignInFirst` where nobody does."""
    found: Actor | None = g.get("actor")
    if found is None:
        raise SignInFirst
    return found


def begin(response: Response, ticket: Ticket) -> Response:
    """Hand over a session just begun; form tokens and notices of the one before are worth nothing any more."""
    session.clear()
    _keep(response, COOKIE, ticket.token, ROOT)
    response.delete_cookie(HALFWAY, path=SIGN_IN, httponly=True, samesite="Lax", secure=settings().secure_cookies)
    return response


def wait(response: Response, ticket: Ticket) -> Response:
    """Keep that somebody knew their password until they have shown their second factor too."""
    _keep(response, HALFWAY, ticket.token, SIGN_IN)
    return response


def halfway() -> str:
    """Return the token of whoever waits for the second step; empty where nobody does."""
    return request.cookies.get(HALFWAY, "")


def _keep(response: Response, name: str, token: str, path: str) -> None:
    response.set_cookie(name, token, path=path, httponly=True, samesite="Lax", secure=settings().secure_cookies)


def end(response: Response) -> Response:
    """Forget the session on this browser."""
    session.clear()
    response.delete_cookie(COOKIE, path=ROOT, httponly=True, samesite="Lax", secure=settings().secure_cookies)
    return response
