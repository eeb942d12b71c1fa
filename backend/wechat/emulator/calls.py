"""One call to the emulated WeChat: what came in, and what the history will say about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.wechat.emulator.refusals import Refusal


@dataclass(slots=True)
class Call:
    """A request; the handler notes whom and what it is about."""

    method: str
    path: str
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    openid: str | None = None
    template_id: str | None = None
    msgid: str | None = None
    data: object = None

    def json(self) -> dict[str, object]:
        """Return the JSON body; raises `Refusal` 44002 if empty, 47001 if it is not a JSON object."""
        if not self.body.strip():
            raise Refusal(44002)
        try:
            read = json.loads(self.body)
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise Refusal(47001)
        return read

    def addressee(self) -> str:
        """Return the openid in the body, as far as there is one, for faults that strike one account."""
        try:
            body = self.json()
        except Refusal:
            return ""
        return str(body.get("touser") or body.get("openid") or "")
