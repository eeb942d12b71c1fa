"""Whether the program lives, is ready, and what it counts; open to the machine's own operators."""

import hmac

from flask import Blueprint, Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from backend.errors import NotFound
from backend.services import health as service
from backend.services import pushes
from backend.services.storage import settings
from backend.wechat import push
from backend.wechat.push import PushKeys
from backend.wechat.push_crypto import BadPush

operations = Blueprint("operations", __name__)
LOOPBACK = frozenset({"127.0.0.1", "::1"})


@operations.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return jsonify({"alive": True})


@operations.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say which part is not ready, if one is not, and how far a demo has come."""
    state = service.readiness()
    return jsonify(state), 200 if state["ready"] else 503


@operations.get("/metrics")
def metrics() -> Response:
    """Return the counters of every process, to loopback or to whoever holds the token."""
    token = settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    held = bool(token) and hmac.compare_digest(given.encode(), token.encode())
    if not held and not _is_local():
        raise NotFound
    return Response(service.metrics_text(), mimetype=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """Behind a proxy on this machine everybody would seem local: whatever was forwarded came from elsewhere."""
    return request.remote_addr in LOOPBACK and not {"X-Forwarded-For", "Forwarded"} & set(request.headers.keys())


@operations.get("/wechat/push")
def wechat_push_check() -> Response:
    """Answer WeChat's question whether this address is ours."""
    return _echo(service.push_keys())


@operations.post("/wechat/push")
def wechat_push() -> Response:
    """Keep what WeChat pushes and answer at once; a job takes it up."""
    return _keep(service.push_keys())


@operations.get("/wechat/push/service")
def wechat_service_push_check() -> Response:
    """Answer the service account's question whether this address is ours."""
    return _echo(service.service_push_keys())


@operations.post("/wechat/push/service")
def wechat_service_push() -> Response:
    """Keep what the service account's WeChat pushes: above all how template messages ended."""
    return _keep(service.service_push_keys())


def _echo(keys: PushKeys) -> Response:
    try:
        return Response(push.echo(keys, request.args), mimetype="text/plain")
    except BadPush:
        raise NotFound from None


def _keep(keys: PushKeys) -> Response:
    try:
        event = push.read(keys, request.args, request.get_data())
    except BadPush:
        raise NotFound from None
    pushes.keep_event(event)
    return Response("success", mimetype="text/plain")


def register(app: Flask) -> None:
    """Add these pages to the application."""
    app.register_blueprint(operations)
