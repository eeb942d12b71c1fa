"""A phone with the mini-program on it: the real API with a token, and the WeChat emulator around it."""

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

import requests

from tests.stories.browser import PATIENCE, Page, read_page


@dataclass
class Answer:
    """What the API answered."""

    status: int
    body: dict[str, Any]
    replayed: bool


class Phone:
    """One person's phone."""

    def __init__(self, web: str, wechat: str, owner: str) -> None:
        self._api, self._wechat = f"{web}/api/v1", wechat
        self._http, self._around = requests.Session(), requests.Session()
        self._http.trust_env = self._around.trust_env = False
        self.openid = self._ask_wechat("/phones", openid=f"oStory{secrets.token_hex(11)}", nickname=owner)["openid"]

    def open_mini_program(self, county: str) -> Answer:
        """`wx.login` gives a code, the code gives a session; whose county it is stands on the village's board."""
        code = self._ask_wechat(f"/phones/{self.openid}/login")["js_code"]
        answer = self.post("/login", code=code, county_code=county)
        self._hold(answer)
        return answer

    def bind(self, code: str) -> Answer:
        """Bind the phone to a member of staff with the code from the console."""
        answer = self.post("/bindings", code=code)
        self._hold(answer)
        return answer

    def _hold(self, answer: Answer) -> None:
        self._http.headers["Authorization"] = f"Bearer {answer.body.get('token', '')}"

    def get(self, path: str, **query: Any) -> Answer:
        """Ask."""
        return _answer(self._http.get(self._api + path, params=query, timeout=PATIENCE))

    def post(self, path: str, *, key: str | None = None, **body: Any) -> Answer:
        """Send, with a fresh key for each intention."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return _answer(self._http.post(self._api + path, json=body, headers=headers, timeout=PATIENCE))

    def upload(self, path: str, picture: bytes) -> Answer:
        """Send a photo."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        files = {"file": ("photo.jpg", picture, "image/jpeg")}
        sent = self._http.post(
            self._api + path, data={"kind": "picture"}, files=files, headers=headers, timeout=PATIENCE
        )
        return _answer(sent)

    def allow(self, template_id: str, times: int) -> int:
        """Tap "allow" on a message; say how many of these WeChat could tell the program."""
        said = self._ask_wechat(f"/phones/{self.openid}/subscribe", template_ids=[template_id], times=times)
        return int(said["pushed"])

    def notices(self) -> list[dict[str, Any]]:
        """What WeChat's service notifications hold, the newest first."""
        answer = self._around.get(f"{self._wechat}/_emulator/phones/{self.openid}/messages", timeout=PATIENCE)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    @property
    def page(self) -> str:
        """The address of the page on which the emulator shows this phone."""
        return f"{self._wechat}/phones/{self.openid}"

    def screen(self) -> Page:
        """What is on that page."""
        return read_page(self._around.get(self.page, timeout=PATIENCE))

    def _ask_wechat(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._around.post(f"{self._wechat}/_emulator{path}", json=body, timeout=PATIENCE)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said


def _answer(answer: requests.Response) -> Answer:
    body = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    return Answer(answer.status_code, body, answer.headers.get("Idempotency-Replayed") == "true")
