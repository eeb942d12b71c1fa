"""The API knows nobody by a cookie: its requests neither open a signed one nor leave one behind."""

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

_WITHOUT = ("/api/", "/wechat/push")


class _ForPagesOnly(SecureCookieSessionInterface):
    """Flask's own, for the console; elsewhere `session` holds nothing and refuses to be written to."""

    def open_session(self, app: Flask, request: Any) -> SecureCookieSession | None:
        if request.path.startswith(_WITHOUT):
            return self.make_null_session(app)
        return super().open_session(app, request)


def register(app: Flask) -> None:
    """Keep cookies out of the API."""
    app.session_interface = _ForPagesOnly()
