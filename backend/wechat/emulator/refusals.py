"""How WeChat says no: an error code, an English sentence and a request id, always under HTTP 200."""

import secrets
from collections.abc import Mapping

SENTENCES: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40032: "invalid openid list size",
    40037: "invalid template_id",
    40038: "long term subscription reached its limit of the day",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    43104: "appid does not match the openid",
    43107: "subscribe message capability is banned",
    43108: "concurrent sending to one user",
    44002: "empty post data",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45109: "this api has been withdrawn",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    61010: "code is expired",
}


class Refusal(Exception):
    """The answer is an error code; `detail` follows the sentence, as in `argument invalid! data.thing1.value …`."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        super().__init__(errcode, detail)
        self.errcode = errcode
        self.detail = detail

    def as_json(self) -> dict[str, object]:
        """Return the answer's body, with a new request id."""
        sentence = f"{SENTENCES.get(self.errcode, 'error')} {self.detail}".strip()
        return {"errcode": self.errcode, "errmsg": f"{sentence} rid: {request_id()}"}


def request_id() -> str:
    """Return a request id in WeChat's form."""
    return "-".join(secrets.token_hex(4) for _ in range(3))
