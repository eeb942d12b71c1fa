"""Starts the emulator: `python -m backend.wechat.emulator --port 8001 --state DIR`."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from backend.wechat.emulator.app import create_emulator
from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET, DEMO_SERVICE_APP_ID, Config, Push
from backend.wechat.emulator.templates_table import read_templates


class QuietHandler(WSGIRequestHandler):
    """Writes no line per request: request lines hold tokens, and the history has the rest."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def arguments() -> argparse.Namespace:
    """Read the command line; what is secret may come from the environment instead, where `ps` does not show it."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.wechat.emulator", description="A WeChat for demonstrations."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--state", type=Path, help="folder for phones, messages and the log; none: keep nothing")
    parser.add_argument("--templates", type=Path, help="JSON file with the message templates")
    parser.add_argument("--backend-url", help="where /wechat/push is; none: push nothing")
    parser.add_argument("--push-token", default=os.environ.get("WECHAT_PUSH_TOKEN", ""))
    parser.add_argument("--push-aes-key", default=os.environ.get("WECHAT_PUSH_AES_KEY"))
    parser.add_argument("--push-format", choices=["json", "xml"], default="json")
    parser.add_argument("--app-id", default=os.environ.get("WECHAT_APP_ID", DEMO_APP_ID))
    parser.add_argument("--secret", default=os.environ.get("WECHAT_SECRET", DEMO_SECRET))
    parser.add_argument("--service-app-id", default=os.environ.get("WECHAT_SERVICE_APP_ID", DEMO_SERVICE_APP_ID))
    return parser.parse_args()


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    given = arguments()
    push = None
    if given.backend_url:
        url = f"{given.backend_url.rstrip('/')}/wechat/push"
        push = Push(url, given.push_token, given.push_aes_key or None, given.push_format)
    app = create_emulator(Config(given.app_id, given.secret, given.service_app_id, given.state, push))
    world = app.extensions["wechat_world"]
    if given.templates:
        for template in read_templates(json.loads(given.templates.read_text(encoding="utf-8"))):
            world.store.put_template(template)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    server = make_server(given.host, given.port, app, threaded=True, request_handler=QuietHandler)
    try:
        server.serve_forever()
    finally:
        server.server_close()
        world.close()


if __name__ == "__main__":
    main()
