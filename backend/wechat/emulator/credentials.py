"""Access tokens and one-use codes, in real time and in memory: after a restart clients simply ask again."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import date

from backend import clock
from backend.wechat.emulator.refusals import Refusal

_LIFE = 7_200
_OVERLAP = 300
"""Seconds for which an old token stays valid beside the new one."""
_FORCED_APART = 30
_FORCED_A_DAY = 20
_CODE_LIFE = 300
_FORM = 100
"""Shorter tokens than this are none of ours."""


def _now() -> float:
    return clock.real_now().timestamp()


@dataclass(slots=True)
class _Line:
    """The token of one app on one of the two ways of asking, which WeChat keeps apart."""

    token: str = field(default="", repr=False)
    until: float = 0.0
    forced_at: float = 0.0
    forced_on: dict[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Issued:
    app_id: str
    until: float


class AccessTokens:
    """Issues tokens in both ways and judges them."""

    def __init__(self) -> None:
        self._stable: dict[str, _Line] = {}
        self._classic: dict[str, _Line] = {}
        self._issued: dict[str, _Issued] = {}

    def classic(self, app_id: str) -> tuple[str, int]:
        """Issue a new token; the one before is valid for five more minutes at most."""
        line = self._classic.setdefault(app_id, _Line())
        self._shorten(line.token, _OVERLAP)
        return self._issue(app_id, line)

    def stable(self, app_id: str, *, force: bool, today: date) -> tuple[str, int]:
        """Return the token in use until five minutes before its end; forced, a new one at once (20 a day, 30 s apart).

        Raises `Refusal` 45009 once the day's forced renewals are spent.
        """
        line = self._stable.setdefault(app_id, _Line())
        if force and _now() - line.forced_at >= _FORCED_APART:
            if line.forced_on.get(today, 0) >= _FORCED_A_DAY:
                raise Refusal(45009)
            line.forced_on = {today: line.forced_on.get(today, 0) + 1}
            line.forced_at = _now()
            self._shorten(line.token, 0)
            return self._issue(app_id, line)
        usable = line.token in self._issued and line.until - _now() > _OVERLAP
        return (line.token, int(line.until - _now())) if usable else self._issue(app_id, line)

    def app_of(self, token: str) -> str:
        """Return the app that a token belongs to; raises `Refusal` as WeChat would."""
        if not token:
            raise Refusal(41001)
        if len(token) < _FORM:
            raise Refusal(40014)
        issued = self._issued.get(token)
        if issued is None:
            raise Refusal(40001)
        if issued.until <= _now():
            raise Refusal(42001)
        return issued.app_id

    def invalidate(self) -> None:
        """Forget every token: whoever holds one gets 40001 and must ask again."""
        self._issued.clear()

    def expire(self) -> None:
        """End every token now: whoever holds one gets 42001; asking again gives a new one."""
        self._issued = {token: replace(issued, until=0.0) for token, issued in self._issued.items()}
        for line in self._stable.values():
            line.until = 0.0

    def _issue(self, app_id: str, line: _Line) -> tuple[str, int]:
        self._issued = {token: issued for token, issued in self._issued.items() if issued.until > _now() - _LIFE}
        line.token, line.until = secrets.token_urlsafe(128), _now() + _LIFE
        self._issued[line.token] = _Issued(app_id, line.until)
        return line.token, _LIFE

    def _shorten(self, token: str, seconds: int) -> None:
        issued = self._issued.get(token)
        if issued:
            self._issued[token] = replace(issued, until=min(issued.until, _now() + seconds))


class Codes:
    """Codes for one use within five minutes: of `wx.login`, or of the phone-number button."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, float]] = {}
        self._spent: dict[str, float] = {}

    def issue(self, openid: str) -> str:
        """Return a new code for a phone."""
        self._forget_old()
        code = secrets.token_hex(16)
        self._open[code] = (openid, _now() + _CODE_LIFE)
        return code

    def spend(self, code: str) -> str:
        """Return the openid behind a code, once; raises `Refusal` 40163 the second time, 40029 if unknown or old."""
        if code in self._spent:
            raise Refusal(40163)
        openid, until = self._open.pop(code, ("", 0.0))
        if until <= _now():
            raise Refusal(40029)
        self._spent[code] = _now()
        return openid

    def _forget_old(self) -> None:
        self._open = {code: kept for code, kept in self._open.items() if kept[1] > _now()}
        self._spent = {code: at for code, at in self._spent.items() if at > _now() - 2 * _CODE_LIFE}
