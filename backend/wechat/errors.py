"""What WeChat's error codes mean for us: one table, and one exception that holds no secret and can be pickled."""

import re
from collections.abc import Mapping
from enum import StrEnum


class Advice(StrEnum):
    """What to do about a failed call."""

    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of an advice
    """The access token is stale. `live.py` acts on it itself; callers see `STOP_CHANNEL` if that did not help."""
    RETRY = "retry"
    """Nothing was done; try again later, with backoff."""
    STOP_CHANNEL = "stop_channel"
    """Nothing will get through until tomorrow or until an operator acts; do not burn attempts."""
    FALL_BACK = "fall_back"
    """This person cannot be reached (or this text not judged) this way; never retry, take the next way."""
    BUG = "bug"
    """Our data is wrong; never retry, park it for a human."""
    LOGIN_AGAIN = "login_again"
    """The one-use code is spent or too old; ask the client for a new one."""
    REFUSED = "refused"
    """WeChat says no to this account or content; do not try again."""
    UNCERTAIN = "uncertain"
    """The request may have been accepted and the answer was lost; never resend blindly."""


_CODES: Mapping[Advice, tuple[int, ...]] = {
    Advice.REFRESH_TOKEN: (40001, 40014, 41001, 42001),
    Advice.RETRY: (-1, 45011, 43108),
    Advice.STOP_CHANNEL: (
        *(40002, 40013, 40125, 40164, 40243, 41002, 41004),
        *(43107, 45009, 45109, 48001, 48004, 50002, 50004, 50007, 89503),
    ),
    Advice.FALL_BACK: (40003, 43101, 40038, 43004, 43019, 61010),
    Advice.BUG: (
        *(40032, 40037, 40066, 40097, 40129, 41008, 41030, 43001, 43002, 43104, 43302),
        *(44002, 45168, 47001, 47003),
    ),
    Advice.LOGIN_AGAIN: (40029, 40163),
    Advice.REFUSED: (40226, 87014),
}
ADVICE: Mapping[int, Advice] = {code: advice for advice, codes in _CODES.items() for code in codes}
"""Every error code we know, from the official pages and Tencent Cloud's table for the same interfaces."""

_RID = re.compile(r"\s*rid:\s*([0-9A-Za-z-]+)\s*$")
_FIELD = re.compile(r"data\.([A-Za-z_]+[0-9]+)\.value")
_LONGEST_ERRMSG = 300


def advise(errcode: int | None) -> Advice:
    """Say what to do about an error code; None (no answer of WeChat's at all, or HTTP 5xx) means later, not refused.

    A code that nobody here knows is treated as our bug: parked and seen by a person beats retried for ever.
    """
    return Advice.RETRY if errcode is None else ADVICE.get(errcode, Advice.BUG)


class WeChatError(Exception):
    """A call failed; holds the code, WeChat's sentence, its request id and what to do: never a URL, token or secret.

    `errcode` is None when WeChat itself did not answer; `rid` can be looked up at WeChat for seven days.
    """

    def __init__(self, errcode: int | None, errmsg: str, rid: str | None, advice: Advice) -> None:
        super().__init__(errcode, errmsg, rid, advice)
        self.errcode = errcode
        self.errmsg = errmsg
        self.rid = rid
        self.advice = advice

    def __str__(self) -> str:
        return f"WeChat {self.errcode}: {self.errmsg} (rid {self.rid}; {self.advice})"

    @property
    def field(self) -> str | None:
        """Return the template key that WeChat complains about (47003), or None."""
        found = _FIELD.search(self.errmsg)
        return found.group(1) if found else None

    @classmethod
    def answered(cls, errcode: int, errmsg: str) -> "WeChatError":
        """Make the error from an answer of WeChat's, taking the request id off its sentence."""
        found = _RID.search(errmsg)
        sentence = errmsg[: found.start()] if found else errmsg
        return cls(errcode, sentence[:_LONGEST_ERRMSG], found.group(1) if found else None, advise(errcode))

    @classmethod
    def unanswered(cls, what: str, advice: Advice) -> "WeChatError":
        """Make the error of a call that got no answer of WeChat's; `what` names the failure, without its details."""
        return cls(None, what, None, advice)

    def advising(self, advice: Advice) -> "WeChatError":
        """Return a fresh copy with another advice."""
        return WeChatError(self.errcode, self.errmsg, self.rid, advice)
