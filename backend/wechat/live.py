"""The real WeChat client: the only user of wechatpy, with the parts that wechatpy lacks or does wrongly put right."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, cast

from redis import Redis
from requests import RequestException
from wechatpy import WeChatClient  # noqa: TID251 - this module is the one place that uses it
from wechatpy.exceptions import WeChatException  # noqa: TID251 - as above

from backend import clock
from backend.wechat.answers import openids_in, picture_in, sent_in, text_in, unionids_in, verdict_in
from backend.wechat.errors import Advice, WeChatError
from backend.wechat.gateway import Identity, Message, Sent, ServiceMessage, TextScene, TextVerdict
from backend.wechat.tokens import Fresh, Tokens
from backend.wechat.transport import WECHAT, Carrier, never_left

Guard = Callable[[], None]
"""Called before each call to the outside; raises if this is no moment for one (a database transaction is open)."""

Observe = Callable[[str, int | None, float], None]
"""Told of each call: the endpoint, its errcode (0 fine, None unanswered) and how many seconds it took."""

_LOGIN: Final = "/sns/jscode2session"
_PHONE: Final = "/wxa/business/getuserphonenumber"
_SUBSCRIBE: Final = "/cgi-bin/message/subscribe/send"
_TEMPLATE: Final = "/cgi-bin/message/template/send"
_TOKEN: Final = "/cgi-bin/stable_token"  # noqa: S105 - a path
_FOLLOWERS: Final = "/cgi-bin/user/info/batchget"
_CODE: Final = "/wxa/getwxacodeunlimit"
_CHECK: Final = "/wxa/msg_sec_check"

_TOKEN_LASTS: Final = 7_200
"""Seconds, should WeChat not say."""

_WHEN_LOST: Mapping[str, Advice] = MappingProxyType(
    {_LOGIN: Advice.LOGIN_AGAIN, _PHONE: Advice.LOGIN_AGAIN, _SUBSCRIBE: Advice.UNCERTAIN, _TEMPLATE: Advice.UNCERTAIN}
)
"""What to do when the answer was lost, by endpoint; whatever is not here changes nothing at WeChat and is repeated."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How one HTTP exchange ended, without request, URL or chained exception."""

    result: Any = None
    error: WeChatError | None = None


class MiniClient(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's client with one shared token, one retry, timeouts, and errors that hold no secret.

    `auto_retry` stays off: on a lasting 40001 it would call itself until the stack is full (486 fetches measured).
    """

    def __init__(
        self,
        app_id: str,
        secret: str,
        *,
        base_url: str,
        timeouts: tuple[float, float],
        tokens: Tokens,
        guard: Guard,
        observe: Observe,
    ) -> None:
        super().__init__(app_id, secret, timeout=timeouts, auto_retry=False)
        self._tokens = tokens
        self._guard = guard
        self._observe = observe
        self._http.mount(f"{WECHAT}/", Carrier(base_url, timeouts))

    @property
    def access_token(self) -> str:
        """The token that all processes share now."""
        return self._tokens.current(self._fetch_token)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, path: str, body: Mapping[str, object]) -> Any:
        """POST a JSON body to an endpoint that wechatpy does not know."""
        told = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        return self.post(f"{WECHAT}{path}", data=told)

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        base = kwargs.pop("api_base_url", self.API_BASE_URL)
        url = url_or_endpoint if url_or_endpoint.startswith(WECHAT) else f"{base}{url_or_endpoint}"
        if url.removeprefix(WECHAT) == _LOGIN:
            # A list of pairs, as wechatpy would put an access token into a dict: a login needs and gets none.
            return self._settled(self._exchange(method, url, params=list(kwargs.pop("params").items()), **kwargs))
        asked = dict(kwargs.pop("params", None) or {})
        token = self.access_token
        first = self._exchange(method, url, params={**asked, "access_token": token}, **kwargs)
        if first.error is None or first.error.advice is not Advice.REFRESH_TOKEN:
            return self._settled(first)
        token = self._tokens.replace(token, self._fetch_token)
        return self._settled(self._exchange(method, url, params={**asked, "access_token": token}, **kwargs))

    def _settled(self, outcome: _Outcome) -> Any:
        """Return the result, or raise the error; a token refused even after a refresh stops the channel."""
        if outcome.error is None:
            return outcome.result
        stale = outcome.error.advice is Advice.REFRESH_TOKEN
        raise outcome.error.advising(Advice.STOP_CHANNEL) if stale else outcome.error

    def _fetch_token(self) -> Fresh:
        """Ask for the stable token; never with force_refresh, which is for an operator whose token has leaked."""
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": False,
        }
        outcome = self._exchange("post", f"{WECHAT}{_TOKEN}", params=[], data=body)
        answer = self._settled(outcome)
        token, lasts = text_in(answer, "access_token", Advice.RETRY), answer.get("expires_in")
        return Fresh(token, lasts if isinstance(lasts, int) else _TOKEN_LASTS)

    def _exchange(self, method: str, url: str, **kwargs: Any) -> _Outcome:
        """Do one HTTP exchange through wechatpy and judge it; nothing of it may be chained to what is raised later."""
        self._guard()
        path = url.removeprefix(WECHAT)
        started = clock.monotonic()
        outcome = self._attempt(method, url, _WHEN_LOST.get(path, Advice.RETRY), **kwargs)
        code = outcome.error.errcode if outcome.error else 0
        self._observe(path, code, clock.monotonic() - started)
        return outcome

    def _attempt(self, method: str, url: str, lost: Advice, **kwargs: Any) -> _Outcome:
        try:
            return _Outcome(super()._request(method, url, allow_redirects=False, **kwargs))
        except WeChatException as error:
            return _Outcome(error=self._answered(error, kwargs))
        except RequestException as failure:
            advice = Advice.RETRY if never_left(failure) else lost
            return _Outcome(error=WeChatError.unanswered(type(failure).__name__, advice))
        except (ValueError, TypeError, AttributeError, KeyError):
            return _Outcome(error=WeChatError.unanswered("answer not understood", lost))

    def _answered(self, error: WeChatException, kwargs: Mapping[str, Any]) -> WeChatError:
        if error.errcode is None:
            status = getattr(error.response, "status_code", None)
            return WeChatError.unanswered(f"HTTP {status}", Advice.RETRY)
        sentence = str(error.errmsg)
        for hidden in (self.secret, *dict(kwargs["params"]).values()):
            sentence = sentence.replace(str(hidden), "***") if hidden else sentence
        return WeChatError.answered(int(error.errcode), sentence)


class LiveWeChat:
    """`gateway.WeChat` over HTTP: the mini-program's app, or the service account's for `send_template`.

    `redis` shares the access token between processes (without it each has its own); `base_url` is WeChat, a relay or
    the emulator; `timeouts` are (connect, read) in seconds; `guard` and `observe` see every call, tokens' too.
    """

    def __init__(
        self,
        *,
        app_id: str,
        secret: str,
        base_url: str = WECHAT,
        redis: Redis | None = None,
        timeouts: tuple[float, float] = (3.0, 8.0),
        guard: Guard | None = None,
        observe: Observe | None = None,
    ) -> None:
        self._client = MiniClient(
            app_id,
            secret,
            base_url=base_url,
            timeouts=timeouts,
            tokens=Tokens(app_id, redis),
            guard=guard or (lambda: None),
            observe=observe or (lambda endpoint, errcode, seconds: None),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def open_session(self, js_code: str) -> Identity:
        """Exchange the code of `wx.login`; the session key is dropped, as nothing here needs it."""
        answer = self._client.wxa.code_to_session(js_code)
        openid = text_in(answer, "openid", Advice.LOGIN_AGAIN)
        return Identity(openid, cast("str | None", answer.get("unionid")) or None)

    def send_subscribe(self, message: Message) -> Sent:
        """Send a subscribe message."""
        body: dict[str, object] = {
            "touser": message.openid,
            "template_id": message.template_id,
            "data": _values(message.data),
            "miniprogram_state": message.state,
            "lang": "zh_CN",
        }
        if message.page:
            body["page"] = message.page
        return sent_in(self._client.call(_SUBSCRIBE, body))

    def send_template(self, message: ServiceMessage) -> Sent:
        """Send a template message of the service account."""
        body: dict[str, object] = {
            "touser": message.openid,
            "template_id": message.template_id,
            "data": _values(message.data),
            "client_msg_id": message.client_msg_id,
        }
        if message.url:
            body["url"] = message.url
        return sent_in(self._client.call(_TEMPLATE, body))

    def followers(self, after: str = "") -> Sequence[str]:
        """Return the openids that follow the service account, up to 10,000 after one of them."""
        return openids_in(self._client.user.get_followers(after or None))

    def unionids(self, openids: Sequence[str]) -> Mapping[str, str]:
        """Return the union ids of at most a hundred followers, as far as they have one."""
        asked = [{"openid": openid, "lang": "zh_CN"} for openid in openids]
        return unionids_in(self._client.call(_FOLLOWERS, {"user_list": asked}))

    def phone_number(self, code: str) -> str:
        """Exchange the code of a phone-number button for the number without its country code."""
        answer = self._client.call(_PHONE, {"code": code})
        info = answer.get("phone_info") if isinstance(answer, dict) else None
        return text_in(info, "purePhoneNumber", Advice.LOGIN_AGAIN)

    def village_code(self, scene: str, page: str) -> bytes:
        """Return the picture of a mini-program code."""
        return picture_in(self._client.call(_CODE, {"scene": scene, "page": page}))

    def check_text(self, openid: str, text: str, scene: TextScene) -> TextVerdict:
        """Ask for WeChat's judgement of a text."""
        body = {"version": 2, "openid": openid, "scene": int(scene), "content": text}
        return verdict_in(self._client.call(_CHECK, body))


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"value": value} for key, value in data.items()}
