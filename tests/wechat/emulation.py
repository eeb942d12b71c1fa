"""What the tests of WeChat share: the emulator as its users see it, a message, and doing things at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler

from backend.wechat.emulator.world import World
from backend.wechat.errors import Advice, WeChatError
from backend.wechat.gateway import Message

TEMPLATES = [
    {"template_id": "visit-due", "title": "待办提醒", "kind": "one_time", "keys": {"thing1": "事项", "time2": "期限"}},
    {"template_id": "overdue", "title": "逾期提醒", "kind": "long_term", "keys": ["thing1", "name2"]},
    {"template_id": "notice", "title": "服务通知", "kind": "service", "keys": ["thing1"]},
    {"template_id": "banned", "title": "停用", "kind": "one_time", "keys": ["thing1"], "is_banned": True},
]


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


@dataclass
class Emulator:
    """The emulator as its users see it: WeChat's address, and the control tool."""

    url: str
    world: World
    control: Any

    def phone(self, **about: object) -> dict[str, Any]:
        return self.control.post("/_emulator/phones", json=about).json

    def code(self, openid: str) -> str:
        return self.control.post(f"/_emulator/phones/{openid}/login", json={}).json["js_code"]

    def accept(self, openid: str, template_id: str, times: int = 1) -> dict[str, Any]:
        told = {"template_id": template_id, "result": "accept", "times": times}
        return self.control.post(f"/_emulator/phones/{openid}/subscribe", json=told).json

    def order(self, kind: str, **fault: object) -> None:
        assert self.control.post("/_emulator/faults", json={"kind": kind, **fault}).status_code == 201

    def calls(self, endpoint: str) -> list[dict[str, Any]]:
        return self.control.get("/_emulator/history", query_string={"endpoint": endpoint}).json

    def messages(self, openid: str) -> list[dict[str, Any]]:
        return self.control.get(f"/_emulator/phones/{openid}/messages").json


def reminder(openid: str, **changes: Any) -> Message:
    """A message that the emulator accepts."""
    given = {"template_id": "visit-due", "data": {"thing1": "入户核查", "time2": "2026-11-30 17:00"}}
    return Message(openid, **(given | {"page": "pages/task/index?id=1"} | changes))


def at_once(work: list[Callable[[], object]]) -> list[object]:
    """Run everything at the same moment, a thread each; an exception is a result."""
    start = threading.Barrier(len(work))

    def run(each: Callable[[], object]) -> object:
        start.wait()
        try:
            return each()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def refusal(call: Callable[[], object]) -> tuple[int | None, Advice]:
    """Return code and advice of a call that must fail."""
    with pytest.raises(WeChatError) as caught:
        call()
    return caught.value.errcode, caught.value.advice
