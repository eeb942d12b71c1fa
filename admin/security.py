"""What every page of the console carries: a strict policy for browsers, and a form token on every POST."""

import secrets

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect

csrf = CSRFProtect()

ROOT = "/console/"
WITHOUT_FORM_TOKEN = ("/api/", "/wechat/push")
"""They authenticate by bearer token and by signature; a browser sends neither by itself."""


def nonce() -> str:
    """Return this answer's nonce: a script without it does not run."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    found: str = g.nonce
    return found


def register(app: Flask) -> None:
    """Watch over every request and answer."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # checked below, by path and not by exemption: a new POST is covered at once
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as the session it was made for
    )
    csrf.init_app(app)
    app.before_request(_refuse_forged_forms)
    app.after_request(_add_headers)


def _refuse_forged_forms() -> None:
    if not request.path.startswith(WITHOUT_FORM_TOKEN) and request.routing_exception is None:
        csrf.protect()


def _policy() -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce()}'",
            f"style-src 'self' 'nonce-{nonce()}'",
            "img-src 'self' data:",
            "media-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _add_headers(response: Response) -> Response:
    if not request.path.startswith(ROOT):
        return response
    response.headers.setdefault("Content-Security-Policy", _policy())
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Over HTTPS the form token is checked together with the referrer, which must therefore reach ourselves.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = _keep_for(response)
    return response


def _keep_for(response: Response) -> str:
    is_asset = request.endpoint in {"assets.static", "console.static"}
    if not is_asset or response.status_code not in {200, 304}:
        return "no-store"
    return "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
