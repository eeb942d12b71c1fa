"""The emulator itself: its pages, its memory over a restart, its pushes, and its two kinds of token."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from backend.wechat.emulator.app import create_emulator
from backend.wechat.emulator.config import DEMO_APP_ID, DEMO_SECRET, Config, Push
from backend.wechat.live import LiveWeChat
from backend.wechat.push import PushEvent, PushKeys, read
from tests.wechat.emulation import TEMPLATES, Emulator, reminder

pytestmark = pytest.mark.shows("story.3")
CREDENTIALS = {"grant_type": "client_credential", "appid": DEMO_APP_ID, "secret": DEMO_SECRET}
KEYS = PushKeys("a-token", DEMO_APP_ID, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")


def test_a_phone_shows_its_messages(emulator: Emulator, wechat: LiveWeChat, openid: str) -> None:
    data = {"thing1": "<b>入户核查</b>", "time2": "15:01"}
    wechat.send_subscribe(reminder(openid, data=data))

    page = emulator.control.get(f"/phones/{openid}").text

    assert "待办提醒" in page
    assert "&lt;b&gt;入户核查&lt;/b&gt;" in page
    assert "pages/task/index?id=1" in page
    assert "王秀兰" in emulator.control.get("/").text


def test_pages_load_nothing_from_elsewhere(emulator: Emulator, openid: str) -> None:
    for path in ("/", f"/phones/{openid}"):
        answer = emulator.control.get(path)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "//" not in answer.text.replace("<!doctype", "")
        assert answer.status_code == 200


def test_an_unknown_phone_has_no_page(emulator: Emulator) -> None:
    assert emulator.control.get("/phones/nobody").status_code == 404
    assert emulator.control.post("/_emulator/phones/nobody/login", json={}).status_code == 404


def test_the_same_phone_is_made_once(emulator: Emulator) -> None:
    first = emulator.phone(nickname="村干部", openid="o-cadre-1")

    assert emulator.phone(nickname="另一个", openid="o-cadre-1") == first


def test_everything_is_answered_with_200_and_a_request_id(emulator: Emulator) -> None:
    for path in ("/cgi-bin/nothing", "/cgi-bin/message/subscribe/send", "/wxa/msg_sec_check"):
        answer = emulator.control.post(path, data=b"{")
        assert answer.status_code == 200
        assert " rid: " in answer.json["errmsg"]


def test_a_token_endpoint_takes_its_own_method_and_json_only(emulator: Emulator) -> None:
    ask = emulator.control
    stable = "/cgi-bin/stable_token"

    assert ask.get(stable).json["errcode"] == 43002
    assert ask.post(stable, data=CREDENTIALS).json["errcode"] == 47001
    assert ask.post(stable).json["errcode"] == 44002
    assert ask.post("/cgi-bin/token").json["errcode"] == 43001
    assert ask.post(stable, json={**CREDENTIALS, "appid": "wx?"}).json["errcode"] == 40013
    assert ask.post(stable, json={**CREDENTIALS, "grant_type": "x"}).json["errcode"] == 40002


def test_a_stable_token_stays_and_is_not_the_classic_one(emulator: Emulator) -> None:
    stable = [emulator.control.post("/cgi-bin/stable_token", json=CREDENTIALS).json for _ in range(2)]
    classic = [emulator.control.get("/cgi-bin/token", query_string=CREDENTIALS).json for _ in range(2)]

    tokens = {answer["access_token"] for answer in stable + classic}
    assert len(tokens) == 3
    assert all(emulator.world.tokens.app_of(token) == DEMO_APP_ID for token in tokens)


def test_a_forced_token_ends_the_old_one_and_is_rare(emulator: Emulator) -> None:
    ask = {**CREDENTIALS, "force_refresh": True}
    old = emulator.control.post("/cgi-bin/stable_token", json=CREDENTIALS).json["access_token"]
    forced = [emulator.control.post("/cgi-bin/stable_token", json=ask).json["access_token"] for _ in range(2)]

    used = emulator.control.post(f"/wxa/msg_sec_check?access_token={old}", json={}).json

    assert forced[0] == forced[1] != old
    assert used["errcode"] == 42001


def test_bad_tokens_are_told_apart(emulator: Emulator) -> None:
    codes = [
        emulator.control.post(f"/wxa/msg_sec_check{query}", json={}).json["errcode"]
        for query in ("", "?access_token=short", f"?access_token={'x' * 170}")
    ]

    assert codes == [41001, 40014, 40001]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "earthquake"}),
        ("faults", {"kind": "http", "colour": "red"}),
        ("faults", {"kind": "http", "status": "bad"}),
        ("phones", ["王秀兰"]),
        ("time", {"offset_seconds": "soon"}),
    ],
)
def test_orders_that_make_no_sense_are_refused(emulator: Emulator, path: str, body: object) -> None:
    assert emulator.control.post(f"/_emulator/{path}", json=body).status_code == 400


def test_a_web_page_cannot_order_faults(emulator: Emulator) -> None:
    answer = emulator.control.post("/_emulator/faults", data='{"kind": "http"}', content_type="text/plain")

    assert answer.status_code == 415
    assert emulator.control.get("/_emulator/faults").json == []


@pytest.mark.parametrize("body", [{}, [1], [{"template_id": "a", "title": "b", "kind": "one_time", "keys": ["what1"]}]])
def test_templates_that_make_no_sense_are_refused(emulator: Emulator, body: object) -> None:
    assert emulator.control.put("/_emulator/templates", json=body).status_code == 400


@pytest.mark.parametrize("told", [{"template_ids": ["visit-due", "overdue"]}, {"template_id": "notice"}, {"times": 0}])
def test_one_time_and_long_term_are_not_asked_for_together(
    emulator: Emulator, openid: str, told: dict[str, object]
) -> None:
    assert emulator.control.post(f"/_emulator/phones/{openid}/subscribe", json=told).status_code == 400


def test_phones_and_time_can_be_asked_for(emulator: Emulator, openid: str) -> None:
    assert [phone["openid"] for phone in emulator.control.get("/_emulator/phones").json] == [openid]
    assert emulator.control.get("/_emulator/time").json["offset_seconds"] == 0
    assert emulator.control.put("/_emulator/pages", json="pages/home").status_code == 400
    assert emulator.control.put("/_emulator/quotas", json={"/wxa/msg_sec_check": {"hourly": 1}}).status_code == 400


def test_a_fault_strikes_as_often_as_ordered(emulator: Emulator) -> None:
    emulator.order("http", endpoint="/cgi-bin/token", status=502, count=2)

    statuses = [emulator.control.get("/cgi-bin/token").status_code for _ in range(3)]

    assert statuses == [502, 502, 200]
    assert [call["outcome"] for call in emulator.calls("/cgi-bin/token")] == ["http 502", "http 502", "40002"]


def test_standing_faults_can_be_dropped(emulator: Emulator) -> None:
    emulator.order("http", endpoint="*", count=None)
    assert len(emulator.control.get("/_emulator/faults").json) == 1

    emulator.control.delete("/_emulator/faults")

    assert emulator.control.get("/cgi-bin/token").status_code == 200


class Backend(BaseHTTPRequestHandler):
    """Takes pushes; the first one is refused, as a restarting backend would."""

    events: list[PushEvent]
    statuses: list[int]

    def do_POST(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        self.events.append(read(KEYS, query, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.statuses.pop() if self.statuses else 200)
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def backend() -> Iterator[tuple[str, list[PushEvent]]]:
    taker = type("Taker", (Backend,), {"events": [], "statuses": [500]})
    server = HTTPServer(("127.0.0.1", 0), taker)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/wechat/push", taker.events
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_tap_reaches_the_backend_even_if_it_was_away(backend: tuple[str, list[PushEvent]], form: Any) -> None:
    url, events = backend
    app = create_emulator(Config(push=Push(url, KEYS.token, KEYS.aes_key, form)))
    control = app.test_client()
    control.put("/_emulator/templates", json=TEMPLATES)
    openid = control.post("/_emulator/phones", json={}).json["openid"]

    told = control.post(f"/_emulator/phones/{openid}/subscribe", json={"template_id": "visit-due", "times": 3}).json
    control.post(f"/_emulator/phones/{openid}/unsubscribe", json={"template_id": "visit-due"})
    app.extensions["wechat_world"].close()

    assert told == {"left_over": {"visit-due": 3}, "pushed": 3}
    assert [event.kind for event in events] == ["subscribe_popup"] * 4 + ["subscribe_change"]
    assert len({event.raw_key for event in events}) == 4


def start(folder: Path, templates: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "backend.wechat.emulator", "--port", str(port), "--state", str(folder)]
    process = subprocess.Popen([*command, "--templates", str(templates)], env={**os.environ, "PYTHONPATH": "."})
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            requests.get(f"{url}/_emulator/time", timeout=1)
            break
        except requests.ConnectionError:
            sleep(0.05)
    return process, url


def test_phones_and_messages_outlive_a_killed_process(tmp_path: Path) -> None:
    templates = tmp_path / "templates.json"
    templates.write_text(json.dumps(TEMPLATES))
    process, url = start(tmp_path / "state", templates)
    openid = requests.post(f"{url}/_emulator/phones", json={"nickname": "王秀兰"}, timeout=5).json()["openid"]
    told = {"template_id": "visit-due", "times": 2}
    requests.post(f"{url}/_emulator/phones/{openid}/subscribe", json=told, timeout=5)
    client = LiveWeChat(app_id=DEMO_APP_ID, secret=DEMO_SECRET, base_url=url)
    client.send_subscribe(reminder(openid))
    client.close()
    process.kill()
    process.wait()

    process, url = start(tmp_path / "state", templates)
    client = LiveWeChat(app_id=DEMO_APP_ID, secret=DEMO_SECRET, base_url=url)
    client.send_subscribe(reminder(openid))
    client.close()
    received = requests.get(f"{url}/_emulator/phones/{openid}/messages", timeout=5).json()
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=10) == 0
    assert len(received) == 2
    log = (tmp_path / "state" / "history.jsonl").read_text()
    assert '"thing1": {"value": "入户核查"}' in log
    assert DEMO_SECRET not in log
