"""Each request's id, duration and outcome: in the log without any personal data, and in the counters."""

import re
import secrets

import structlog
from flask import Flask, Response, g, request

from backend import clock
from backend.services import metrics

log = structlog.get_logger()
_GIVEN = re.compile(r"[0-9A-Za-z_-]{8,64}")


def register(app: Flask) -> None:
    """Watch every request."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(16)
        g.began = clock.monotonic()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        seconds = clock.monotonic() - g.get("began", clock.monotonic())
        endpoint = request.endpoint or "none"
        metrics.REQUESTS.labels(endpoint, str(response.status_code)).observe(seconds)
        response.headers["X-Request-ID"] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        # The path may hold an id of ours, never anything personal; query and body are not written.
        log.info(
            "request",
            method=request.method,
            endpoint=endpoint,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        structlog.contextvars.unbind_contextvars("request_id")
        return response
