"""Puts the emulator together: WeChat's endpoints, the control tool and the pages."""

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from backend.wechat.emulator import control, pages
from backend.wechat.emulator.calls import Call
from backend.wechat.emulator.config import Config
from backend.wechat.emulator.dispatch import answer
from backend.wechat.emulator.world import World

_LARGEST = 1024 * 1024


def create_emulator(config: Config | None = None) -> Flask:
    """Return the WSGI application; its world is `app.extensions["wechat_world"]` and wants to be closed."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    app.extensions["wechat_world"] = World(config or Config())
    app.register_blueprint(control.blueprint)
    app.register_blueprint(pages.blueprint)
    for area in ("sns", "cgi-bin", "wxa"):
        app.add_url_rule(f"/{area}/<path:rest>", area, _wechat, methods=["GET", "POST"])
    app.register_error_handler(HTTPException, _explain)
    app.after_request(_harden)
    return app


def _wechat(rest: str) -> Response:
    call = Call(request.method, request.path, request.args, request.get_data())
    return answer(control.world(), call)


def _explain(error: HTTPException) -> tuple[Response, int]:
    return jsonify(error=error.description), error.code or 500


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
